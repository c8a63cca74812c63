"""An experiment that people set up, as it is shown. What is not known is null."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Literal

from ratchet_common.events import Conclusion
from ratchet_monitor.behind import Behind
from ratchet_monitor.studies.finding import ArmSeen, Finding, RailSeen
from ratchet_monitor.studies.metrics import UNIT_OF, Metric, Unit
from ratchet_monitor.studies.saying import what_now
from ratchet_monitor.studies.study import Arm, Rail, State, Study

Number = float | None


@dataclass(frozen=True, slots=True)
class RailView:
    metric: Metric
    limit: float
    difference: Number
    interval: tuple[Number, Number]
    broken: bool


@dataclass(frozen=True, slots=True)
class StudyArmView:
    """`gain` is the arm's number minus the control's, turned so that more is better; its interval holds at any time of
    looking. `exposed`: units that it answered; `units`: of those, whose number counts already. `saved_by_past`: .3
    where the pre-period makes 30 % of the units unnecessary.
    """

    name: str
    what: str
    share: int
    version_id: str
    template: str
    model: str
    approach: str
    out: bool
    why: str
    verdict: Conclusion
    exposed: int
    units: int
    value: Number
    failure_rate: Number
    cost_usd: Number
    latency_ms: Number
    gain: Number
    interval: tuple[Number, Number]
    guard_rails: list[RailView]
    with_past: float
    saved_by_past: float
    outlook: str


@dataclass(frozen=True, slots=True)
class ShareView:
    """`p_value` valid at any time of looking; `mismatch`: nothing is concluded until it is known why."""

    p_value: float
    p_value_of_scored: float
    mismatch: bool


@dataclass(frozen=True, slots=True)
class DaysView:
    """Until a verdict, if there is a gain of the minimum effect: in 8 of 10 cases between early and late."""

    early: Number
    likely: Number
    late: Number
    told: str


@dataclass(frozen=True, slots=True)
class GainView:
    arm: str
    gain: Number
    interval: tuple[Number, Number]


@dataclass(frozen=True, slots=True)
class LookView:
    at: datetime
    gains: list[GainView]


@dataclass(frozen=True, slots=True)
class GuardView:
    metric: Metric
    limit: float
    in_unit: str


@dataclass(frozen=True, slots=True)
class StudyView:
    kind: Literal["experiment"]
    experiment_id: str
    name: str
    task_type: str
    state: State
    revision: int
    unit: Unit
    metric: Metric
    in_unit: str  # of the metric: USD, ms, or empty
    minimum_effect: float
    guard_rails: list[GuardView]
    pre_period_days: int
    window_hours: float
    started_at: datetime
    who: str
    why_asked: str
    ended_at: datetime | None
    ended_by: str
    verdict: Conclusion
    winner: str  # the arm that advances; empty: none
    why: str
    what_now: str  # what is left to do for a person
    looked_at: datetime | None
    arms: list[StudyArmView]
    shares: ShareView | None
    days_left: DaysView | None
    looks: list[LookView]
    notes: list[str]  # on what was asked for
    behind: Behind | None = None


def view(study: Study, notes: Sequence[str] = ()) -> StudyView:
    finding, ended = study.finding, study.ended
    return StudyView(
        kind="experiment",
        experiment_id=study.experiment_id,
        name=study.name,
        task_type=study.task_type,
        state=study.state,
        revision=study.revision,
        unit=study.unit,
        metric=study.metric,
        in_unit=UNIT_OF[study.metric],
        minimum_effect=study.minimum_effect,
        guard_rails=[_guard(rail) for rail in study.guard_rails],
        pre_period_days=study.pre_period_days,
        window_hours=study.window_hours,
        started_at=study.started_at,
        who=study.who,
        why_asked=study.why,
        ended_at=ended.at if ended else None,
        ended_by=ended.who if ended else "",
        verdict=finding.verdict if finding else "hold",
        winner=ended.arm if ended else "",
        why=ended.why if ended else finding.why if finding else "Nothing has been compared yet.",
        what_now=what_now(study),
        looked_at=finding.at if finding else None,
        arms=[_arm(study, arm) for arm in study.arms],
        shares=ShareView(finding.shares_p, finding.scored_p, finding.mismatch) if finding else None,
        days_left=_days(study, finding),
        looks=[
            LookView(look.at, [GainView(one.arm, _known(one.gain), _ends(one.low, one.high)) for one in look.gains])
            for look in study.looks
        ],
        notes=list(notes),
    )


def _guard(rail: Rail) -> GuardView:
    return GuardView(rail.metric, rail.limit, UNIT_OF[rail.metric])


def _days(study: Study, finding: Finding | None) -> DaysView | None:
    if finding is None or study.state is not State.RUNNING:
        return None
    return DaysView(finding.days_early, finding.days_likely, finding.days_late, finding.outlook)


def _arm(study: Study, arm: Arm) -> StudyArmView:
    there = study.finding.arms if study.finding else ()
    seen = arm.last or next((one for one in there if one.name == arm.name), _NOTHING)
    return StudyArmView(
        name=arm.name,
        what=arm.what,
        share=arm.share,
        version_id=arm.version_id,
        template=arm.template,
        model=arm.model,
        approach=arm.approach,
        out=arm.out,
        why=arm.why_out or seen.why,
        verdict="roll_back" if arm.out else seen.verdict,
        exposed=seen.exposed,
        units=seen.units,
        value=_known(seen.value),
        failure_rate=_known(seen.failure_rate),
        cost_usd=_known(seen.cost_usd),
        latency_ms=_known(seen.latency_ms),
        gain=_known(seen.gain),
        interval=_ends(seen.low, seen.high),
        guard_rails=[_rail(rail) for rail in seen.guard_rails],
        with_past=round(seen.with_past, 4),
        saved_by_past=round(seen.saved, 4),
        outlook=seen.outlook,
    )


def _rail(rail: RailSeen) -> RailView:
    return RailView(rail.metric, rail.limit, _known(rail.difference), _ends(rail.low, rail.high), rail.broken)


def _ends(low: float, high: float) -> tuple[Number, Number]:
    """To six digits: they are looked for in steps, and their last digits mean nothing."""
    return (_end(low), _end(high))


def _end(number: float) -> Number:
    return float(f"{number:.6g}") if isfinite(number) else None


def _known(number: float) -> Number:
    return round(number, 9) if isfinite(number) else None


_UNKNOWN = float("nan")
_NOTHING = ArmSeen(
    name="",
    exposed=0,
    units=0,
    value=_UNKNOWN,
    failure_rate=_UNKNOWN,
    cost_usd=_UNKNOWN,
    latency_ms=_UNKNOWN,
)
