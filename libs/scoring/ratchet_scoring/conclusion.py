"""What follows from an experiment with several arms, guard-rails and shares: advance one, hold, or roll back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Literal

from ratchet_scoring.advance import Decision, Limits, Verdict, decide
from ratchet_scoring.intervals import Interval
from ratchet_scoring.shares import ALPHA, Mismatch

MINIMUM_EFFECT = 0.05


@dataclass(frozen=True, slots=True)
class GuardRail:
    name: str  # of the metric
    limit: float  # by how much an arm may be worse than the control, in the metric's unit; 0 or more
    better: Literal["lower", "higher"] = "lower"

    def harm(self, difference: Interval) -> Interval:
        """By how much the arm is worse, of the interval of arm minus control."""
        return difference if self.better == "lower" else Interval(-difference.high, -difference.low)


@dataclass(frozen=True, slots=True)
class Guarded:
    rail: GuardRail
    difference: float  # arm minus control; NaN where nothing is known
    interval: Interval  # of it, at its part of the error budget

    @property
    def broken(self) -> bool:
        harm = self.rail.harm(self.interval)
        return self.rail.limit < harm.low <= harm.high

    @property
    def doubtful(self) -> bool:
        """Worse than it may be by what was seen, which does not prove it."""
        return (self.difference if self.rail.better == "lower" else -self.difference) > self.rail.limit


@dataclass(frozen=True, slots=True)
class ArmSeen:
    name: str
    units: int
    gain: float  # in the experiment's metric, arm minus control, higher is better; NaN where nothing is known
    interval: Interval  # of it, at its part of the error budget
    cheaper: float = 0.0  # .3 for 30 %
    faster: float = 0.0
    saves: bool = True  # that it is cheaper or faster is proven at its part of the error budget, and no chance
    guarded: tuple[Guarded, ...] = ()
    of_control: int | None = None  # units that it is compared with; None: all that the control has


@dataclass(frozen=True, slots=True)
class Conclusion:
    verdict: Verdict
    arm: str | None  # that advances; of a roll back with one arm, that one
    reason: str  # sentences
    arms: dict[str, Decision]
    numbers: dict[str, float]  # arm.gain, arm.gain_low, arm.latency_ms_low …; only what is known


@dataclass(frozen=True, slots=True)
class Rules:
    limits: Limits
    minimum_effect: float = MINIMUM_EFFECT
    alpha_of_shares: float = ALPHA
    min_units: int = 100  # of the control, and of an arm before it advances or is called worse


def conclude(arms: Sequence[ArmSeen], *, control_units: int, shares: Mismatch | None, rules: Rules) -> Conclusion:
    """`arms`: all but the control. `shares`: None where nobody promised any.

    A broken guard-rail counts before all else: rolling back is safe even where the shares are not. With wrong shares
    nothing else is concluded. An arm advances if no other that is still open did better so far.
    """
    decided = {arm.name: _decision(arm, control_units, rules) for arm in arms}
    numbers = dict(_numbers(arms, control_units, shares))
    if shares is not None and shares.found(rules.alpha_of_shares) and not all(_broken(arm) for arm in arms):
        held = {arm.name: decided[arm.name] if _broken(arm) else Decision("hold", _skewed(shares)) for arm in arms}
        return Conclusion("hold", None, _skewed(shares), held, numbers)
    if not arms:
        raise ValueError("An experiment has an arm beside its control at least: none was given.")
    verdict, chosen, reason = _overall(arms, decided)
    return Conclusion(verdict, chosen, reason, decided, numbers)


def _decision(arm: ArmSeen, control_units: int, rules: Rules) -> Decision:
    for one in arm.guarded:
        if one.broken:
            return Decision("roll_back", f"{arm.name} breaks a guard-rail: {_told(one)}.")
    of_control = control_units if arm.of_control is None else arm.of_control
    if min(arm.units, of_control) < rules.min_units:
        seen = f"{arm.units} units of {arm.name} are held against {of_control} of the control"
        return Decision("hold", f"Too early: {seen}, and {rules.min_units} of each are needed.")
    found = decide(*arm.interval, cheaper=arm.cheaper, faster=arm.faster, limits=rules.limits)
    if found.verdict == "advance" and not arm.interval.low > 0 and not arm.saves:
        return Decision("hold", f"What it saves may be by chance yet. Else: {found.reason}")
    doubtful = [one for one in arm.guarded if one.doubtful]
    if found.verdict == "advance" and doubtful:
        return Decision("hold", f"By what was seen {_told(doubtful[0])}; that is not proven. Else: {found.reason}")
    if found.verdict == "hold" and arm.interval.low <= arm.interval.high < rules.minimum_effect:
        return Decision("hold", f"{found.reason} A gain of {rules.minimum_effect:+g} is out of reach.")
    return found


def _overall(arms: Sequence[ArmSeen], decided: dict[str, Decision]) -> tuple[Verdict, str | None, str]:
    by_verdict: dict[Verdict, list[ArmSeen]] = {"advance": [], "hold": [], "roll_back": []}
    for arm in sorted(arms, key=lambda arm: -arm.gain if not isnan(arm.gain) else float("inf")):
        by_verdict[decided[arm.name].verdict].append(arm)
    winners, still_open, lost = by_verdict.values()
    if winners:
        best = winners[0]
        ahead = [arm for arm in still_open if arm.gain > best.gain]
        if ahead:
            gains = f"{ahead[0].gain:+.3f} against {best.gain:+.3f}"
            return "hold", None, f"{best.name} would advance; {ahead[0].name} is not decided and ahead so far, {gains}."
        others = f" Of {len(winners)} that may advance it has the largest gain so far." if winners[1:] else ""
        return "advance", best.name, f"{best.name}: {decided[best.name].reason}{others}"
    if still_open:
        return "hold", None, " ".join(f"{arm.name}: {decided[arm.name].reason}" for arm in still_open)
    only = lost[0].name if len(lost) == 1 else None
    return "roll_back", only, " ".join(f"{arm.name}: {decided[arm.name].reason}" for arm in lost)


def _broken(arm: ArmSeen) -> bool:
    return any(one.broken for one in arm.guarded)


def _told(one: Guarded) -> str:
    harm = one.rail.harm(one.interval)
    return f"{one.rail.name} is worse by {harm.low:.4g} to {harm.high:.4g}, and may be by {one.rail.limit:.4g}"


def _skewed(shares: Mismatch) -> str:
    n = sum(shares.counts)
    got = ", ".join(
        f"{count / n:.1%} of {share:.1%}" for count, share in zip(shares.counts, shares.shares, strict=True)
    )
    chance = f"p {shares.p_value:.2g} at {n} units"
    return (
        f"The arms do not get the units that they should ({chance}; {got}). Nothing is concluded until it is known why."
    )


def _numbers(arms: Sequence[ArmSeen], control_units: int, shares: Mismatch | None) -> Iterator[tuple[str, float]]:
    told = {"control.units": float(control_units)}
    if shares is not None:
        told["shares.p_value"] = shares.p_value
    for arm in arms:
        told |= {
            f"{arm.name}.units": float(arm.units),
            f"{arm.name}.cheaper": arm.cheaper,
            f"{arm.name}.faster": arm.faster,
        }
        told |= {f"{arm.name}.gain": arm.gain, f"{arm.name}.gain_low": arm.interval.low}
        told |= {f"{arm.name}.gain_high": arm.interval.high}
        for one in arm.guarded:
            name = f"{arm.name}.{one.rail.name}"
            told |= {name: one.difference, f"{name}_low": one.interval.low, f"{name}_high": one.interval.high}
    return ((name, number) for name, number in told.items() if abs(number) < float("inf"))
