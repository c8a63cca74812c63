"""Means between 0 and 1, such as scores and shares of failures: how sure each is, and how far apart they lie. Pure.

A mean is known as well as so many yes/no answers know it (`worth`); its interval is Wilson's. Of differences the
ends come from those of each (Newcombe, Statistics in Medicine 17, 1998, method 10): both hold for few answers, and near
0 and 1. Where blocks of time differ by more than chance, a mean is known from as many blocks: Student's t stands for z.
"""

from math import hypot, inf
from statistics import NormalDist
from typing import NamedTuple

from ratchet_monitor.blocks import LEVEL, Design, student_t
from ratchet_monitor.drift.accuracy import Scores
from ratchet_monitor.intervals import wilson


class Known(NamedTuple):
    mean: float
    worth: float  # above 0
    n: int  # scores, or answers
    blocks: int = 0  # of time, in which there were any; 0: it was not looked at
    freedom: float = inf  # degrees of freedom

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        z = z_of(level) if self.freedom == inf else student_t(level, self.freedom)
        return wilson(self.mean, self.worth, z)

    def with_design(self, of: Design) -> "Known":
        freedom = of.blocks - 1 if of.effect > 1 else inf
        return self._replace(worth=self.worth / of.effect, blocks=of.blocks, freedom=freedom)


class Apart(NamedTuple):
    value: float
    low: float
    high: float


def turned(found: Apart) -> Apart:
    """The other one minus this one."""
    return Apart(-found.value, -found.high, -found.low)


def known(scores: Scores) -> Known | None:
    return Known(scores.mean, scores.yes_or_no, scores.n) if scores.n else None


def share(yes: int, n: int) -> Known | None:
    return Known(yes / n, n, n) if n else None


def difference(now: Known, before: Known, level: float = LEVEL) -> Apart:
    """now - before."""
    (low, high), (was_low, was_high) = now.interval(level), before.interval(level)
    value = now.mean - before.mean
    down, up = (now.mean - low, was_high - before.mean), (high - now.mean, before.mean - was_low)
    return Apart(value, value - hypot(*down), value + hypot(*up))


def z_of(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
