"""Percentiles of latencies that add up: counted in the bins of sketch.py, off by 1 % of what the sorted values give."""

from collections.abc import Mapping
from typing import Final

from ratchet_monitor import sketch

OLD_RATIO: Final = 1.05
OLD_SHORTEST_US: Final = 100
OLD_ERROR: Final = OLD_RATIO**0.5 - 1


def bin_of(us: int) -> int:
    return sketch.bin_of(us)


def middle_ms(number: int) -> float:
    return sketch.value_of(number) / 1000


def percentile_ms(bins: Mapping[int, int], percent: float) -> float | None:
    """By nearest rank; None of nothing."""
    us = sketch.quantile_of(bins, percent / 100)
    return None if us is None else us / 1000


def of_old_bins(bins: Mapping[int, int]) -> dict[int, int]:
    """Latencies were kept in bins of 5 % before, and old hours still are: each bin at its geometric middle, off by
    2.5 % as it was, and by 1 % of the sketch.

    Bin n held what was over 100 µs · 1.05^(n-1), up to 100 µs · 1.05^n; bin 0 what was shorter.
    """
    found: dict[int, int] = {}
    for number, n in bins.items():
        there = sketch.bin_of(OLD_SHORTEST_US * OLD_RATIO ** (number - 0.5) if number else OLD_SHORTEST_US)
        found[there] = found.get(there, 0) + n
    return found
