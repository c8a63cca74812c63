"""Means between 0 and 1, such as scores and shares of failures: how sure each is, and how far apart they lie. Pure.

A mean is known as well as so many yes/no answers know it (`worth`); its interval is Wilson's. Of sums and differences
the ends come from those of each (MOVER: Zou and Donner, Statistics in Medicine 27, 2008), which is Newcombe's method 10
for two: both hold for few answers, and near 0 and 1.
"""

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from ratchet_monitor.blocks import LEVEL
from ratchet_monitor.drift.accuracy import Scores
from ratchet_monitor.intervals import wilson


class Known(NamedTuple):
    mean: float
    worth: float  # above 0
    n: int  # scores, or answers

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        return wilson(self.mean, self.worth, z_of(level))

    def with_effect(self, effect: float) -> "Known":
        """Of answers of which as many as `effect` (1 or more) are worth one."""
        return self._replace(worth=self.worth / effect)


class Apart(NamedTuple):
    value: float
    low: float
    high: float


def known(scores: Scores) -> Known | None:
    return Known(scores.mean, scores.yes_or_no, scores.n) if scores.n else None


def share(yes: int, n: int) -> Known | None:
    return Known(yes / n, n, n) if n else None


def difference(now: Known, before: Known, level: float = LEVEL) -> Apart:
    """now - before."""
    return contrast([(1.0, now), (-1.0, before)], level)


def contrast(parts: Sequence[tuple[float, Known]], level: float = LEVEL) -> Apart:
    """The sum of the means, each times its factor, with its interval."""
    down = up = value = 0.0
    for factor, one in parts:
        low, high = one.interval(level)
        below, above = one.mean - low, high - one.mean
        value += factor * one.mean
        down += (factor * (below if factor > 0 else above)) ** 2
        up += (factor * (above if factor > 0 else below)) ** 2
    return Apart(value, value - sqrt(down), value + sqrt(up))


def standardised(pairs: Iterable[tuple[Known, Known]], level: float = LEVEL) -> Apart | None:
    """theirs - ours of (ours, theirs) in each stratum, weighed by what both know there: n m / (n + m).

    What one of the two was used for alone is in no pair, and tells nothing.
    """
    weighed = [(a.n * b.n / (a.n + b.n), a, b) for a, b in pairs]
    whole = sum(weight for weight, _, _ in weighed)
    if not whole:
        return None
    parts = [part for weight, a, b in weighed for part in ((-weight / whole, a), (weight / whole, b))]
    return contrast(parts, level)


def z_of(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
