"""One look at an experiment: what is known of each arm, what follows, and how long it may take yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from ratchet_common.events import Conclusion
from ratchet_monitor.studies.metrics import Metric

MOST_LOOKS = 60  # that are kept
FEWEST_LOOKS = MOST_LOOKS // 2
MINUTE = timedelta(minutes=1)


class RailSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Arm minus control, in the metric's unit; NaN and infinite where nothing is known."""

    metric: Metric
    limit: float
    difference: float
    low: float
    high: float
    broken: bool


class ArmSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Gains: arm minus control in the experiment's metric, turned so that more is better. NaN, infinite: not known."""

    name: str
    exposed: int  # units that it answered
    units: int  # of those, whose number counts already
    value: float  # of the metric
    failure_rate: float
    cost_usd: float  # of an answer
    latency_ms: float
    gain: float = float("nan")
    low: float = float("-inf")
    high: float = float("inf")
    verdict: Conclusion = "hold"
    why: str = ""
    guard_rails: tuple[RailSeen, ...] = ()
    with_past: float = 0.0  # share of the units that have a pre-period
    saved: float = 0.0  # .3: by the pre-period it takes 30 % fewer units
    outlook: str = ""  # a sentence on the days that are left


class Number(msgspec.Struct, frozen=True):
    """By a name that an arm's is part of: no key of a document."""

    name: str
    value: float


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    verdict: Conclusion
    arm: str  # that advances, or of a roll back the only one; else empty
    why: str
    arms: tuple[ArmSeen, ...]  # the control first; those that are out are not among them
    shares_p: float  # that the arms get their shares, of the units that were exposed
    scored_p: float  # the same of those that were scored; 1 where the metric is not the score
    mismatch: bool  # one of the two cannot be by chance
    days_early: float | None = None  # until a verdict, if there is a gain of the minimum effect: in 8 of 10 cases
    days_likely: float | None = None  # between early and late
    days_late: float | None = None
    outlook: str = ""
    more_at: datetime | None = None  # units wait that count from then on, though nothing happens
    told: tuple[Number, ...] = ()  # all that a verdict says

    @property
    def numbers(self) -> dict[str, float]:
        return {number.name: number.value for number in self.told}


def numbers_of(found: Mapping[str, float]) -> tuple[Number, ...]:
    return tuple(Number(name, value) for name, value in found.items())


class Gain(msgspec.Struct, frozen=True):
    arm: str
    gain: float
    low: float
    high: float


class Look(msgspec.Struct, frozen=True):
    """What is kept of a look for the picture of the interval over time."""

    at: datetime
    gains: tuple[Gain, ...]


def look_of(finding: Finding) -> Look:
    return Look(finding.at, tuple(Gain(arm.name, arm.gain, arm.low, arm.high) for arm in finding.arms[1:]))


def remembered(looks: Sequence[Look], new: Look) -> tuple[Look, ...]:
    """Evenly in time, MOST_LOOKS at most, and always the latest."""
    if looks and new.at <= looks[-1].at:
        return tuple(looks)
    kept = list(looks)
    apart = max(MINUTE, (new.at - kept[0].at) / MOST_LOOKS) if kept else MINUTE
    if len(kept) > 1 and new.at - kept[-2].at < apart:
        kept.pop()
    kept.append(new)
    return tuple(kept if len(kept) <= MOST_LOOKS else [*kept[:-1:2], kept[-1]])
