"""How sure is what was counted of all answers, such as what one costs? Pure.

Answers of one day have much in common: the same documents, users, outages. So days are what might have been others, not
answers: each is left out in turn (jackknife), and the ends are Student's t with one degree of freedom less than there
are days. Where too few days are there nothing is said. Blocks of time may be hours or weeks as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import exp, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

FEWEST: Final = 5  # blocks, before anything is said
LEVEL: Final = 0.95
DAY: Final = timedelta(days=1)


class Blocks(NamedTuple):
    """A time, from an hour on and before another, cut into blocks. `joined`: what is left at the end, and is no whole
    block, belongs to the one before."""

    since: datetime
    until: datetime
    step: timedelta = DAY
    joined: bool = False

    def number(self, at: datetime) -> int:
        number = (at - self.since) // self.step
        return min(number, self.blocks - 1) if self.joined else number

    @property
    def blocks(self) -> int:
        whole = (self.until - self.since) // self.step if self.joined else -((self.since - self.until) // self.step)
        return max(1, whole)

    @property
    def starts(self) -> list[datetime]:
        return [self.start(number) for number in range(self.blocks)]

    def start(self, number: int) -> datetime:
        return self.since + number * self.step

    def end(self, number: int) -> datetime:
        return self.until if number >= self.blocks - 1 else self.start(number + 1)


def blocks_of(since: datetime, until: datetime, most: int) -> Blocks:
    """Of whole days, of which as many make a block as leave `most` blocks."""
    days = -((since - until) // DAY)
    return Blocks(since, until, DAY * max(1, -(-days // most)))


class Spread(NamedTuple):
    """A number with its variance, and how many degrees of freedom know that. None known: variance is None."""

    value: float
    variance: float | None
    freedom: float

    def interval(self, level: float = LEVEL) -> tuple[float, float] | None:
        if self.variance is None:
            return None
        reach = student_t(level, self.freedom) * sqrt(self.variance)
        return self.value - reach, self.value + reach

    def less(self, other: "Spread") -> "Spread":
        """Of two that have nothing in common; the degrees of freedom are Welch's (1947)."""
        if self.variance is None or other.variance is None:
            return Spread(self.value - other.value, None, 0)
        both = self.variance + other.variance
        known = self.variance**2 / self.freedom + other.variance**2 / other.freedom
        return Spread(self.value - other.value, both, both**2 / known if known else self.freedom + other.freedom)


def left_out(value: float, without: Sequence[float]) -> Spread:
    """`without`: what the value is without each block in turn."""
    n = len(without)
    if n < FEWEST:
        return Spread(value, None, 0)
    mean = sum(without) / n
    return Spread(value, (n - 1) / n * sum((one - mean) ** 2 for one in without), n - 1)


def ratio(blocks: Iterable[tuple[float, float]]) -> Spread | None:
    """Of the sums of (above, below) over blocks. None where nothing lies below the line."""
    used = [one for one in blocks if one[1] > 0]
    above, below = (sum(column) for column in zip(*used, strict=True)) if used else (0.0, 0.0)
    if not below:
        return None
    without = [(above - a) / (below - b) for a, b in used if below > b]
    return left_out(above / below, without if len(without) == len(used) else ())


class Design(NamedTuple):
    """`effect`: of how many answers of a block one is worth as much as one of its own, 1 where blocks differ by chance
    alone. `blocks`: in which there were any; of fewer than FEWEST the effect is not known, and 1 says nothing."""

    effect: float
    blocks: int


def design(blocks: Mapping[int, tuple[int, float]], variance: float) -> Design:
    """`blocks`: how many, and their sum; `variance`: of their mean, were all of them independent."""
    used = sum(n > 0 for n, _ in blocks.values())
    return Design(effect_of(ratio((total, float(n)) for n, total in blocks.values()), variance), used)


def effect_of(found: Spread | None, variance: float) -> float:
    if found is None or not found.variance or not variance > 0:
        return 1.0
    return max(1.0, found.variance / variance)


def student_t(level: float, freedom: float) -> float:
    """The two-sided end, by the normal one that comes near it (Wallace, Annals of Mathematical Statistics 30, 1959)."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    near = z * (8 * freedom + 3) / (8 * freedom + 1)
    return sqrt(freedom * (exp(near * near / freedom) - 1))
