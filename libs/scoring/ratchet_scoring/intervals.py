"""By how much is the candidate better on the same cases, and how sure is that?

A paired bootstrap of the weighted mean gain, by percentiles. Two made-up units, one won and one lost by the full scale,
are resampled along with the real ones (as Agresti and Caffo add a success and a failure to each sample): without them a
handful of cases that all agree would prove anything. With hundreds of cases they change next to nothing.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
CHUNK = 1_000_000  # drawn indices held at a time

Floats = NDArray[np.float64]


class Interval(NamedTuple):
    low: float
    high: float


WIDEST = Interval(-1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Gain:
    mean: float  # weighted, candidate minus baseline
    interval: Interval
    n: int  # cases


def paired_gain(
    candidate: Sequence[float],
    baseline: Sequence[float],
    weights: Sequence[float] | None = None,
    *,
    groups: Sequence[Hashable] | None = None,
    seed: int,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Gain:
    """Scores from 0 to 1, one pair a case. Cases of one group (a document, a session) are drawn together.

    Fewer than two cases, or groups, give the widest interval. Raises ValueError on scores outside 0…1, negative
    weights, or sequences of different lengths.
    """
    ours, theirs = np.asarray(candidate, float), np.asarray(baseline, float)
    weight = np.ones(len(ours)) if weights is None else np.asarray(weights, float)
    _check(ours, theirs, weight, groups)
    if not weight.sum() > 0:
        return Gain(0.0, WIDEST, len(ours))
    gains = weight * (ours - theirs)
    mean = float(gains.sum() / weight.sum())
    sums, masses = _by_group(gains, groups), _by_group(weight, groups)
    if len(masses) < 2:
        return Gain(mean, WIDEST, len(ours))
    means = _resampled_means(sums, masses, np.random.default_rng(seed), resamples)
    low, high = (float(end) for end in np.quantile(means, [(1 - level) / 2, (1 + level) / 2]))
    return Gain(mean, Interval(min(low, mean), max(high, mean)), len(ours))


def _check(ours: Floats, theirs: Floats, weight: Floats, groups: Sequence[Hashable] | None) -> None:
    lengths = {len(ours), len(theirs), len(weight), len(ours if groups is None else groups)}
    if len(lengths) > 1:
        raise ValueError(f"Scores, weights and groups must be as many as there are cases, but are {sorted(lengths)}.")
    scores = np.concatenate([ours, theirs])
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ValueError("A score lies outside 0 to 1: scale the scores before they are compared.")
    if not ((weight >= 0) & (weight < np.inf)).all():
        raise ValueError("A weight is negative or not finite: weights are inverse chances, above 0.")


def _by_group(values: Floats, groups: Sequence[Hashable] | None) -> Floats:
    if groups is None:
        return values
    places: dict[Hashable, int] = {}
    sums: Floats = np.zeros(len(groups))
    np.add.at(sums, [places.setdefault(group, len(places)) for group in groups], values)
    return sums[: len(places)]


def _resampled_means(sums: Floats, masses: Floats, random: np.random.Generator, resamples: int) -> Floats:
    made_up = masses.mean()
    sums, masses = np.append(sums, [made_up, -made_up]), np.append(masses, [made_up, made_up])
    rows = max(1, CHUNK // len(masses))
    return np.concatenate(
        [
            _means(sums, masses, random.integers(len(masses), size=(min(rows, resamples - done), len(masses))))
            for done in range(0, resamples, rows)
        ]
    )


def _means(sums: Floats, masses: Floats, drawn: NDArray[np.int64]) -> Floats:
    """One a row; 0 where only cases without weight were drawn."""
    mass = masses[drawn].sum(axis=1)
    means: Floats = np.divide(sums[drawn].sum(axis=1), mass, out=np.zeros(len(drawn)), where=mass > 0)
    return means
