"""How sure is a quantile, such as the time within which 95 of 100 answers came? By a bootstrap of whole groups.

The quantile is the nearest rank. With few groups the tails are those of Student's t, as in `intervals`; and however it
is drawn, no resample has a value above the largest: of a high quantile of few values the upper end is too low.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_scoring.intervals import CHUNK, RESAMPLES, Floats, Interval, tail_for_few


@dataclass(frozen=True, slots=True)
class Quantile:
    """`interval` is None for fewer than two groups."""

    value: float
    interval: Interval | None
    n: int


def quantile_interval(
    values: Sequence[float],
    share: float,
    *,
    groups: Sequence[Hashable],
    seed: int,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Quantile:
    """In the unit of the values. Values of one group are drawn together.

    Raises ValueError without values, for another number of groups, and for a share that is not above 0 and at most 1.
    """
    if not values or len(values) != len(groups):
        raise ValueError(f"There are {len(values)} values and {len(groups)} groups: both must be as many, from 1.")
    if not 0 < share <= 1:
        raise ValueError(f"The share {share} is none: a quantile has one above 0, and 1 at most.")
    order = np.argsort(np.asarray(values, float), kind="stable")
    ascending = np.asarray(values, float)[order]
    numbers: dict[Hashable, int] = {}
    places = np.array([numbers.setdefault(group, len(numbers)) for group in groups])[order]
    value = float(ascending[max(math.ceil(share * len(ascending)), 1) - 1])
    if len(numbers) < 2:
        return Quantile(value, None, len(ascending))
    random, rows = np.random.default_rng(seed), max(1, CHUNK // len(ascending))
    drawn = np.concatenate(
        [
            _drawn(ascending, places, len(numbers), share, random, min(rows, resamples - done))
            for done in range(0, resamples, rows)
        ]
    )
    tail = tail_for_few(level, len(numbers))
    low, high = (float(end) for end in np.quantile(drawn, [tail, 1 - tail]))
    return Quantile(value, Interval(min(low, value), max(high, value)), len(ascending))


def _drawn(
    ascending: Floats,
    places: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    groups: int,
    share: float,
    random: np.random.Generator,
    rows: int,
) -> Floats:
    """The quantile of each resample."""
    times = random.multinomial(groups, np.full(groups, 1 / groups), size=rows)
    reached = np.cumsum(times[:, places], axis=1)
    wanted = np.maximum(np.ceil(share * reached[:, -1]), 1)
    found: Floats = ascending[np.argmax(reached >= wanted[:, None], axis=1)]
    return found
