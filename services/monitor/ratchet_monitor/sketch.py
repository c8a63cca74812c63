"""Percentiles within 1 % of the exact value, from counts that add up: hours to days, replicas to one, months to years.

A thin layer over DDSketch (Masson, Rim and Lee, VLDB 2019): its bins grow by a fixed ratio, so a value that is read off
is off by 1 % of itself at most, however heavy the tail. Kept are whole numbers by the bin's number. For amounts from 0
on: a latency, a cost, a length.
"""

from collections.abc import Mapping
from math import ceil, isfinite
from typing import Final

import msgspec
from ddsketch.mapping import LogarithmicMapping
from ddsketch.store import CollapsingLowestDenseStore

ACCURACY: Final = 0.01  # relative
SMALLEST: Final = 1e-9  # what is less counts as 0
LARGEST: Final = 1e18
MOST_BINS: Final = 2048  # a range of 10^17; beyond it the smallest values are counted as one
MAPPING: Final = LogarithmicMapping(ACCURACY)
ZERO: Final = -100_000  # the bin of what counts as 0, below all others
Bins = Mapping[int, int]  # the bin's number: how many amounts. Counted side by side where many are kept


def bin_of(amount: float) -> int:
    """Of an amount from 0 to LARGEST."""
    return int(MAPPING.key(amount)) if amount >= SMALLEST else ZERO


def value_of(number: int) -> float:
    return 0.0 if number == ZERO else float(MAPPING.value(number))


def quantile_of(bins: Bins, share: float) -> float | None:
    """The amount that `share` of all reach at most, by nearest rank. None of nothing."""
    rank, seen = max(1, ceil(sum(bins.values()) * share)), 0
    for number in sorted(bins):
        seen += bins[number]
        if seen >= rank:
            return value_of(number)
    return None


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored. `zeros`: amounts of next to nothing; `bins`: how many amounts by the bin's number."""

    zeros: int = 0
    bins: dict[int, int] = msgspec.field(default_factory=dict)


class Sketch:
    def __init__(self, counts: Counts | None = None) -> None:
        self._store = CollapsingLowestDenseStore(MOST_BINS)
        self._zeros = 0
        if counts:
            self.merge(counts)

    @property
    def n(self) -> int:
        return self._zeros + round(self._store.count)

    @property
    def counts(self) -> Counts:
        numbered = enumerate(self._store.bins, start=self._store.offset)
        return Counts(zeros=self._zeros, bins={number: round(n) for number, n in numbered if n})

    def add(self, amount: float) -> None:
        """Raises ValueError on what is negative, or no number, or beyond LARGEST."""
        if not (isfinite(amount) and 0 <= amount <= LARGEST):
            raise ValueError(f"{amount} is no amount: percentiles are kept of numbers from 0 to {LARGEST:g}.")
        if amount < SMALLEST:
            self._zeros += 1
        else:
            self._store.add(MAPPING.key(amount))

    def merge(self, other: Counts) -> None:
        """In any order, the same comes of it."""
        self._zeros += other.zeros
        for number, n in other.bins.items():
            self._store.add(number, n)

    def quantile(self, share: float) -> float | None:
        """The amount that `share` of all reach at most, by the lower rank: numpy's method "lower". None of nothing."""
        if not 0 <= share <= 1:
            raise ValueError(f"The quantile {share} lies outside 0 to 1.")
        if not self.n:
            return None
        rank = int(share * (self.n - 1))
        if rank < self._zeros:
            return 0.0
        return float(MAPPING.value(self._store.key_at_rank(rank - self._zeros)))
