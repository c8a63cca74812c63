"""What changed against the time before, and is it more than chance? Pure.

All intervals of one report hold together: the chance that any of them misses is .05, shared among them. So no reader
finds a change by looking at twenty of them. Two intervals that overlap say nothing of a difference: the interval of the
difference is told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ratchet_monitor.blocks import FEWEST, Spread
from ratchet_monitor.drift.accuracy import NEEDED
from ratchet_monitor.known import Apart, Known, difference
from ratchet_monitor.observations import NANO
from ratchet_monitor.prompts.performance import cost_of, latency_of
from ratchet_monitor.prompts.uses import Uses

ERROR: Final = 0.05  # of all intervals of a report together
Verdict = Literal["better", "worse", "no_change_known", "too_little"]
Metric = Literal["quality", "error_rate", "avg_cost", "avg_latency"]
METRICS: Final[tuple[Metric, ...]] = ("quality", "error_rate", "avg_cost", "avg_latency")
DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class Change:
    """`of`: a task, or empty for all. `difference`: now minus before, in a share of 1, USD of an answer, or seconds;
    `low` to `high` hold together with all others of the report, at 95 %."""

    metric: Metric
    of: str
    now: float | None
    before: float | None
    difference: float | None
    low: float | None
    high: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class CostChange:
    """USD, exact: `difference` is `by_volume` and `by_price` together. `by_volume`: more or fewer answers were made, at
    what one cost before. `by_price`: one costs more or less than before."""

    now: float
    before: float
    difference: float
    by_volume: float
    by_price: float


Sides = tuple[Uses, Uses]  # now, before
Ends = tuple[float | None, float | None, Callable[[float], Apart | None], bool]


def changes(sides: Sequence[tuple[str, Uses, Uses]]) -> list[Change]:
    """Of (name, now, before), the empty name for all answers."""
    asked = [(metric, name, now, before) for name, now, before in sides for metric in METRICS]
    found = [(metric, name, _ends(metric, now, before)) for metric, name, now, before in asked]
    told = sum(enough for _, _, (_, _, _, enough) in found)
    level = 1 - ERROR / max(1, told)
    return [_change(metric, name, ends, level) for metric, name, ends in found]


def cost_change(now: Uses, before: Uses) -> CostChange:
    made, was = now.made, before.made
    by_volume = (made.predictions - was.predictions) * was.cost / was.predictions if was.predictions else 0.0
    whole = made.cost - was.cost
    if not (made.predictions and was.predictions):
        by_volume = float(whole)
    return CostChange(*(round(one / NANO, 6) for one in (made.cost, was.cost, whole, by_volume, whole - by_volume)))


def _ends(metric: Metric, now: Uses, before: Uses) -> Ends:
    if metric in ("quality", "error_rate"):
        ours, theirs = (_known(metric, one) for one in (now, before))
        enough = bool(ours and theirs and _suffices(ours) and _suffices(theirs))
        return (
            ours.mean if ours else None,
            theirs.mean if theirs else None,
            lambda level: difference(ours, theirs, level) if ours and theirs else None,
            enough,
        )
    mine, others = (cost_of(one) if metric == "avg_cost" else latency_of(one) for one in (now, before))
    apart = mine.less(others) if mine and others else None
    return (
        mine.value if mine else None,
        others.value if others else None,
        lambda level: _at(apart, level) if apart else None,
        bool(apart and apart.variance is not None),
    )


def _known(metric: Metric, uses: Uses) -> Known | None:
    return uses.quality if metric == "quality" else uses.failures


def _suffices(one: Known) -> bool:
    """Of fewer blocks nobody knows how much they differ by themselves."""
    return one.n >= NEEDED and one.blocks >= FEWEST


def _at(apart: Spread, level: float) -> Apart | None:
    ends = apart.interval(level)
    return Apart(apart.value, *ends) if ends else None


def _change(metric: Metric, name: str, ends: Ends, level: float) -> Change:
    now, before, at, enough = ends
    found = at(level) if enough else None
    apart = None if now is None or before is None else round(now - before, DIGITS)
    low, high = (None, None) if found is None else (round(found.low, DIGITS), round(found.high, DIGITS))
    return Change(metric, name, _rounded(now), _rounded(before), apart, low, high, _verdict(metric, low, high))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)


def _verdict(metric: Metric, low: float | None, high: float | None) -> Verdict:
    if low is None or high is None:
        return "too_little"
    if low <= 0 <= high:
        return "no_change_known"
    return "better" if (low > 0) == (metric == "quality") else "worse"
