"""From an experiment's units to a finding: each arm measured against the control, the shares watched, a conclusion."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isnan, nan
from typing import Final

from msgspec.structs import replace

from ratchet_monitor.comparison import Rules
from ratchet_monitor.studies.alphas import SAVINGS, alpha_beside, alpha_of_gain
from ratchet_monitor.studies.finding import ArmSeen, Finding, RailSeen, numbers_of
from ratchet_monitor.studies.measuring import Asked, Measured, by_bets, by_interval, turned
from ratchet_monitor.studies.metrics import BOUNDED, HIGHER_IS_BETTER, SCALE, Metric, sign
from ratchet_monitor.studies.outlook import with_outlook
from ratchet_monitor.studies.past import NO_PASTS, Pasts
from ratchet_monitor.studies.sharing import OF_SHARES, told_of, watched
from ratchet_monitor.studies.study import Arm, Rail, Study
from ratchet_monitor.studies.turns import Turns, in_turn
from ratchet_monitor.studies.units import Counted, Units
from ratchet_scoring import conclusion as concluding
from ratchet_scoring.advance import Limits
from ratchet_scoring.anytime import FEWEST
from ratchet_scoring.conclusion import Conclusion, Guarded, GuardRail
from ratchet_scoring.intervals import Interval

DAY: Final = timedelta(days=1)
SHORTEST: Final = timedelta(minutes=10)  # that a pace is told from
LEAST_EFFECT: Final = 0.05  # of a guard-rail whose limit is 0: where its interval is narrow


@dataclass(frozen=True, slots=True)
class Material:
    """What a look goes by. `complete`: units whose window is over."""

    study: Study
    units: Units
    complete: Sequence[Counted]
    pasts: Pasts
    turns: Mapping[tuple[str, Metric], Turns]  # of an arm and the control, in what is bet on
    days: float  # since the start

    def pace(self, units: int) -> float:
        return units / self.days


async def compared(study: Study, units: Units, pasts: Pasts, rules: Rules, now: datetime) -> Finding:
    """Gives the event loop its turn between bets."""
    days = max(now - study.started_at, SHORTEST) / DAY
    turns = _turns(study, units, now)
    material = Material(study, units, units.complete(now), pasts, turns, days)
    found = [(arm, await _measured(material, arm, study.metric, alpha_of_gain(study))) for arm in study.on_trial]
    guarded = {arm.name: [await _guarded(material, arm, rail) for rail in study.guard_rails] for arm in study.on_trial}
    seen = [_seen(material, study.control, None), *(_seen(material, arm, measured) for arm, measured in found)]
    saving = {
        arm.name: _seems_to_save(its, seen[0], rules.limits) and await _saves(material, arm, rules.limits.saving)
        for arm, its in zip(study.on_trial, seen[1:], strict=True)
    }
    of_all, of_scored = watched(study, units)
    worst = max((of_all, of_scored), key=lambda one: one.most)
    of_control = {arm.name: measured.units[0] for arm, measured in found}  # beside a slow arm the last ones wait
    concluded = concluding.conclude(
        [_to_conclude(one, seen[0], guarded[one.name], saving[one.name], of_control[one.name]) for one in seen[1:]],
        control_units=max(of_control.values()),
        shares=worst,
        rules=_rules(study, rules),
    )
    decided = _in_time(concluded, study, units, rules, now)
    told = [_told(arm, decided, guarded.get(arm.name, [])) for arm in seen]
    finding = Finding(
        at=now,
        verdict=decided.verdict,
        arm=decided.arm or "",
        why=told_of(decided.reason, of_all, of_scored),
        arms=tuple(told),
        shares_p=of_all.p_value,
        scored_p=of_scored.p_value,
        mismatch=worst.found(OF_SHARES),
        more_at=max((its.until for its in turns.values() if its.until), default=None),
        told=numbers_of(decided.numbers),
    )
    return await with_outlook(finding, [measured for _, measured in found])


async def _measured(material: Material, arm: Arm, metric: Metric, alpha: float, effect: float = 0.0) -> Measured:
    """`effect`: other than the experiment's."""
    study = material.study
    share = arm.share / (arm.share + study.control.share)
    asked = Asked(metric, effect or study.minimum_effect, alpha, share)
    if metric not in BOUNDED:
        control, own = _apart(study, arm, material.complete)
        pasts = material.pasts if metric is study.metric else NO_PASTS
        return by_interval(control, own, asked, material.pace(len(control) + len(own)), pasts)
    if not _is_bet_on(study, metric):
        control, own = _apart(study, arm, [unit for unit, _ in material.units.with_first(metric)])
        return by_interval(control, own, asked, material.pace(len(control) + len(own)), material.pasts)
    sequence = [(one.arm == arm.name, one.value) for one in material.turns[arm.name, metric].ready]
    return await by_bets(sequence, asked, material.pace(len(sequence)))


def _turns(study: Study, units: Units, now: datetime) -> dict[tuple[str, Metric], Turns]:
    found = {}
    for metric in {study.metric, *(rail.metric for rail in study.guard_rails)}:
        if _is_bet_on(study, metric):
            told = units.told(metric)
            for arm in study.on_trial:
                both = (study.control.name, arm.name)
                found[arm.name, metric] = in_turn([one for one in told if one.arm in both], both, now)
    return found


def _is_bet_on(study: Study, metric: Metric) -> bool:
    return metric in BOUNDED and not (study.pre_period_days and metric is study.metric)


def _apart(study: Study, arm: Arm, units: Sequence[Counted]) -> tuple[list[Counted], list[Counted]]:
    """The control's and the arm's."""
    control, own = ([unit for unit in units if unit.arm == name] for name in (study.control.name, arm.name))
    return control, own


async def _guarded(material: Material, arm: Arm, rail: Rail) -> Guarded:
    study = material.study
    found = await _measured(material, arm, rail.metric, alpha_beside(study), rail.limit or LEAST_EFFECT)
    better = "higher" if rail.metric in HIGHER_IS_BETTER else "lower"
    return Guarded(GuardRail(str(rail.metric), rail.limit, better), found.difference, found.interval)  # type: ignore[arg-type]


def _seems_to_save(arm: ArmSeen, control: ArmSeen, limits: Limits) -> bool:
    """What does not even seem to need not be proven."""
    savings = (_saved(arm.cost_usd, control.cost_usd), _saved(arm.latency_ms, control.latency_ms))
    return arm.low > -limits.margin and max(savings) >= limits.saving


async def _saves(material: Material, arm: Arm, saving: float) -> bool:
    """Is it so much cheaper or faster, and not by chance? A few dear answers of the control look like a saving."""
    study = material.study
    if study.metric not in BOUNDED:
        return False
    for metric in SAVINGS:
        control, _ = _value_of(material, study.control, metric)
        if not control > 0:
            continue
        found = await _measured(material, arm, metric, alpha_beside(study), saving * control)
        if found.interval.high < 0 and _saved(found.arm, found.control) >= saving:
            return True
    return False


def _seen(material: Material, arm: Arm, measured: Measured | None) -> ArmSeen:
    own = [unit for unit in material.units.by_key.values() if unit.arm == arm.name]
    value, units = (
        _value_of(material, arm, material.study.metric) if measured is None else (measured.arm, measured.units[1])
    )
    outcomes = [unit.outcome[2] for unit in own if unit.outcome]
    answers, answered = sum(unit.sums.answers for unit in own), sum(unit.sums.answered for unit in own)
    seen = ArmSeen(
        name=arm.name,
        exposed=len(own),
        units=units,
        value=value,
        failure_rate=sum(outcomes) / len(outcomes) if outcomes else nan,
        cost_usd=sum(unit.sums.cost for unit in own) / answers / SCALE[Metric.COST_PER_ANSWER] if answers else nan,
        latency_ms=sum(unit.sums.latency for unit in own) / answered / SCALE[Metric.LATENCY] if answered else nan,
    )
    if measured is None:
        return seen
    turn = sign(material.study.metric)
    within = turned(measured.interval, turn)
    return replace(
        seen,
        gain=measured.difference * turn,
        low=within.low,
        high=within.high,
        with_past=measured.with_past,
        saved=measured.saved,
    )


def _value_of(material: Material, arm: Arm, metric: Metric) -> tuple[float, int]:
    """The mean of its units' numbers, and how many they are."""
    if metric in BOUNDED:
        numbers = [value for unit, value in material.units.with_first(metric) if unit.arm == arm.name]
        return (sum(numbers) / len(numbers) if numbers else nan), len(numbers)
    sums = [unit.sums.of(metric) for unit in material.complete if unit.arm == arm.name]
    below = sum(one[1] for one in sums)
    return (sum(one[0] for one in sums) / below if below else nan), len(sums)


def _rules(study: Study, rules: Rules) -> concluding.Rules:
    """What is no worse and cheaper may win by scores and failures alone: margin and saving are theirs."""
    limits = rules.limits if study.metric in BOUNDED else Limits(margin=0.0, saving=float("inf"))
    exact = study.metric in BOUNDED and not study.pre_period_days
    return concluding.Rules(limits, study.minimum_effect, OF_SHARES, rules.min_observations if exact else FEWEST)


def _to_conclude(
    arm: ArmSeen, control: ArmSeen, guarded: Sequence[Guarded], saves: bool, of_control: int
) -> concluding.ArmSeen:
    return concluding.ArmSeen(
        name=arm.name,
        units=arm.units,
        gain=arm.gain,
        interval=Interval(arm.low, arm.high),
        cheaper=_saved(arm.cost_usd, control.cost_usd),
        faster=_saved(arm.latency_ms, control.latency_ms),
        saves=saves,
        guarded=tuple(guarded),
        of_control=of_control,
    )


def _saved(arm: float, control: float) -> float:
    """.3 where the arm takes 30 % less; what costs nothing cannot be undercut."""
    if isnan(arm) or isnan(control) or arm == control:
        return 0.0
    return 1 - arm / control if control else -1.0


def _in_time(found: Conclusion, study: Study, units: Units, rules: Rules, now: datetime) -> Conclusion:
    """What is only seen at other hours of the day has a chance to show; what is bad already need not wait for it."""
    until = study.started_at + rules.min_step
    if found.verdict == "advance" and now < until:
        why = f"It runs until {until:%Y-%m-%d %H:%M} UTC at least. Until then: {found.reason}"
    elif found.verdict == "hold" and units.full:
        why = f"It has seen {len(units.by_key)} units, as many as it counts, and more change nothing. {found.reason}"
    else:
        return found
    return Conclusion("hold", None, why, found.arms, found.numbers)


def _told(arm: ArmSeen, found: Conclusion, guarded: Sequence[Guarded]) -> ArmSeen:
    decision = found.arms.get(arm.name)
    if decision is None:
        return arm
    rails = tuple(
        RailSeen(
            metric=Metric(one.rail.name),
            limit=one.rail.limit,
            difference=one.difference,
            low=one.interval.low,
            high=one.interval.high,
            broken=one.broken,
        )
        for one in guarded
    )
    # An arm that would win is only told so when the experiment says it
    verdict = decision.verdict if decision.verdict != "advance" or found.arm == arm.name else "hold"
    return replace(arm, verdict=verdict, why=decision.reason, guard_rails=rails)
