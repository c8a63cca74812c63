"""Has a number changed its distribution: a length, a cost, a latency, a confidence?

What is kept of numbers are counts in bins that lie in order (sketch.py, or others), so hours add up and no value is
kept. PSI is taken over tenths of the reference. The test is that of Kolmogorov and Smirnov over all bins: counted in
bins it says "changed" a little less often than it might, and never more often.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from ratchet_monitor.drift.distances import psi
from ratchet_monitor.drift.finding import Finding, Side, too_little
from ratchet_monitor.drift.significance import kolmogorov

PARTS: Final = 10
LEAST_PSI: Final = 0.2
NEEDED: Final = 50
Bins = Mapping[int, int]  # the bin's number: how many values
Integers = npt.NDArray[np.int64]


class Lined:
    """Bins in their order, side by side, without empty ones."""

    def __init__(self, bins: Bins) -> None:
        numbers = np.fromiter(bins.keys(), np.int64, len(bins))
        counts = np.fromiter(bins.values(), np.int64, len(bins))
        order = numbers.argsort()
        numbers, counts = numbers[order], counts[order]
        there = counts > 0
        self.numbers: Integers = numbers[there]
        self.counts: Integers = counts[there]

    @cached_property
    def running(self) -> Integers:
        """How many lie in a bin or before it."""
        return self.counts.cumsum()

    @cached_property
    def _before(self) -> Integers:
        return np.concatenate((np.zeros(1, np.int64), self.running))

    @property
    def n(self) -> int:
        return int(self.running[-1]) if self.running.size else 0

    def until(self, numbers: Integers) -> Integers:
        """How many lie in each of these bins or before it."""
        return self._before[self.numbers.searchsorted(numbers, side="right")]

    def middle(self) -> int | None:
        """The bin of the median."""
        return int(self.numbers[self.running.searchsorted(-(-self.n // 2))]) if self.n else None


def compare_numbers(
    feature: str,
    reference: Bins,
    current: Bins,
    middle: Callable[[int], float],
    *,
    least: float = LEAST_PSI,
    needed: int = NEEDED,
) -> Finding:
    """`middle`: the value that a bin stands for."""
    was, now = Lined(reference), Lined(current)
    sides = (Side(was.n, _median(was, middle)), Side(now.n, _median(now, middle)))
    if min(side.n for side in sides) < needed:
        return too_little(feature, "median", *sides, least=least, needed=needed)
    edges = _edges(was)
    distance = _distance(was, now)
    p = kolmogorov(distance, sides[0].n, sides[1].n)
    effect = psi(_parts(was, edges), _parts(now, edges))
    return Finding(
        feature=feature,
        what="median",
        reference=sides[0],
        current=sides[1],
        statistic=distance,
        p=p,
        effect=effect,
        least=least,
        why=f"The median of {feature} was {sides[0].value:,.6g} and is {sides[1].value:,.6g}; the distributions differ "
        f"by a PSI of {effect:.3f}, where {least:g} is allowed.",
    )


def quantile_edges(bins: Bins, parts: int = PARTS) -> list[int]:
    """The last bin of each part but the last one. Fewer parts where one bin holds more than its share; where nearly all
    lies in the highest one: what is below it, it, and what is above."""
    return _edges(Lined(bins), parts)


def _edges(its: Lined, parts: int = PARTS) -> list[int]:
    shares = [its.n * part / parts for part in range(1, parts)]
    edges: list[int] = its.numbers[its.running.searchsorted(shares)].tolist()
    last = int(its.numbers[-1])
    return sorted(set(edges) - {last}) or [last - 1, last]


def grouped(bins: Bins, edges: list[int]) -> list[int]:
    return _parts(Lined(bins), edges)


def _parts(its: Lined, edges: list[int]) -> list[int]:
    until: list[int] = [0, *its.until(np.array(edges, np.int64)).tolist(), its.n]
    return [after - before for before, after in pairwise(until)]


def largest_distance(reference: Bins, current: Bins) -> float:
    return _distance(Lined(reference), Lined(current))


def _distance(was: Lined, now: Lined) -> float:
    numbers = np.concatenate((was.numbers, now.numbers))
    return float(np.abs(was.until(numbers) / was.n - now.until(numbers) / now.n).max(initial=0.0))


def median(bins: Bins, middle: Callable[[int], float]) -> float | None:
    return _median(Lined(bins), middle)


def _median(its: Lined, middle: Callable[[int], float]) -> float | None:
    number = its.middle()
    return None if number is None else middle(number)
