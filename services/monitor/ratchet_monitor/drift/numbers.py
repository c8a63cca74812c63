"""Has a number changed its distribution: a length, a cost, a latency, a confidence?

What is kept of numbers are counts in bins that lie in order (sketch.py, or others), so hours add up and no value is
kept. PSI is taken over tenths of the reference. The test is that of Kolmogorov and Smirnov over all bins: counted in
bins it says "changed" a little less often than it might, and never more often.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from itertools import accumulate
from math import ceil
from typing import Final

from ratchet_monitor.drift.distances import psi
from ratchet_monitor.drift.finding import Finding, Side, too_little
from ratchet_monitor.drift.significance import kolmogorov

PARTS: Final = 10
LEAST_PSI: Final = 0.2
NEEDED: Final = 50
Bins = Mapping[int, int]  # the bin's number: how many values


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
    sides = tuple(Side(sum(bins.values()), median(bins, middle)) for bins in (reference, current))
    if min(side.n for side in sides) < needed:
        return too_little(feature, "median", *sides, least=least, needed=needed)
    edges = quantile_edges(reference)
    distance = largest_distance(reference, current)
    p = kolmogorov(distance, sides[0].n, sides[1].n)
    effect = psi(grouped(reference, edges), grouped(current, edges))
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
    numbers = sorted(number for number, n in bins.items() if n)
    running = list(accumulate(bins[number] for number in numbers))
    edges = [numbers[bisect_left(running, running[-1] * part / parts)] for part in range(1, parts)]
    last = numbers[-1]
    return sorted(set(edges) - {last}) or [last - 1, last]


def grouped(bins: Bins, edges: list[int]) -> list[int]:
    counts = [0] * (len(edges) + 1)
    for number, n in bins.items():
        counts[bisect_left(edges, number)] += n
    return counts


def largest_distance(reference: Bins, current: Bins) -> float:
    n, m = sum(reference.values()), sum(current.values())
    was = now = 0
    most = 0.0
    for number in sorted(reference.keys() | current.keys()):
        was, now = was + reference.get(number, 0), now + current.get(number, 0)
        most = max(most, abs(was / n - now / m))
    return most


def median(bins: Bins, middle: Callable[[int], float]) -> float | None:
    rank, seen = ceil(sum(bins.values()) / 2), 0
    for number in sorted(bins):
        seen += bins[number]
        if bins[number] and seen >= rank:
            return middle(number)
    return None
