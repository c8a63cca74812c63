"""By how much is the candidate better on the same cases, how good is one side alone, and how sure is that?

A paired bootstrap of the weighted mean gain, by percentiles, whole groups at a time. Left alone it is too sure of small
samples, so three things are added:

- Two made-up groups, one won and one lost, are resampled along with the real ones (as Agresti and Caffo add a success
  and a failure to each sample): without them a handful of cases that all agree would prove anything. Each weighs what
  an independent case weighs: a case where those of a group have nothing in common, a whole group where they are copies
  (Kish's design effect, 1965). They win and lose the best score that either side reached: no case is known to be able
  to lose more.
- The percentiles are those of Student's t (Hesterberg, What Teachers Should Know About the Bootstrap, 2015).

With hundreds of cases all of that changes next to nothing.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
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
WHOLE = Interval(0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Gain:
    mean: float  # weighted, candidate minus baseline
    interval: Interval
    n: int  # cases


@dataclass(frozen=True, slots=True)
class Mean:
    mean: float  # weighted
    interval: Interval
    n: int  # cases


@dataclass(frozen=True, slots=True)
class _Drawing:
    seed: int
    resamples: int
    level: float


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
    gains, places = ours - theirs, _places(groups, len(ours))
    most = max(ours.max(), theirs.max()) or 1.0
    mean, interval = _bootstrapped(gains, weight, places, (most, -most), _Drawing(seed, resamples, level))
    return Gain(mean, interval or WIDEST, len(ours))


def mean_interval(
    scores: Sequence[float],
    weights: Sequence[float] | None = None,
    *,
    groups: Sequence[Hashable] | None = None,
    seed: int,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Mean:
    """The weighted mean of one side's scores, by the same bootstrap; the two made-up groups score 0 and 1.

    Nothing at all gives 0 and the whole range. Raises ValueError as `paired_gain` does.
    """
    ours = np.asarray(scores, float)
    weight = np.ones(len(ours)) if weights is None else np.asarray(weights, float)
    _check(ours, ours, weight, groups)
    if not weight.sum() > 0:
        return Mean(0.0, WHOLE, len(ours))
    places = _places(groups, len(ours))
    mean, interval = _bootstrapped(ours, weight, places, (1.0, 0.0), _Drawing(seed, resamples, level))
    return Mean(mean, interval or WHOLE, len(ours))


def design_effect(gains: Floats, places: NDArray[np.int64]) -> float:
    """How many cases count as one: 1 where those of a group are independent, their number where they are alike.

    1 + (size - 1) times the correlation within groups, by the analysis of variance; what does not vary is alike.
    """
    sizes = np.bincount(places)
    n, count = len(gains), len(sizes)
    if n == count:
        return 1.0
    means = np.bincount(places, gains) / sizes
    between = float((sizes * (means - gains.mean()) ** 2).sum() / (count - 1))
    within = float(((gains - means[places]) ** 2).sum() / (n - count))
    size = float((sizes**2).sum() / n)  # of the group that a case lies in, on average
    spread = between + ((n - size) / (count - 1) - 1) * within
    correlation = (between - within) / spread if spread > 0 else 1.0
    return 1 + (size - 1) * min(max(correlation, 0.0), 1.0)


def tail_for_few(level: float, count: int) -> float:
    """The share to cut off at each end, so that few groups give the wider interval that Student's t would."""
    normal = NormalDist()
    z, v = normal.inv_cdf((1 + level) / 2), count - 1
    t = (  # Abramowitz and Stegun, 26.7.5
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )
    return normal.cdf(-t * (count / v) ** 0.5)


def _bootstrapped(
    values: Floats, weight: Floats, places: NDArray[np.int64], made_up: tuple[float, float], drawing: _Drawing
) -> tuple[float, Interval | None]:
    """`made_up`: what the two made-up groups score. No interval for fewer than two groups."""
    mean = float((weight * values).sum() / weight.sum())
    masses = _by_group(weight, places)
    if len(masses) < 2:
        return mean, None
    mass = weight.mean() * design_effect(values, places)
    sums = np.append(_by_group(weight * values, places), [mass * score for score in made_up])
    random = np.random.default_rng(drawing.seed)
    means = _resampled_means(sums, np.append(masses, [mass, mass]), random, drawing.resamples)
    tail = tail_for_few(drawing.level, len(masses))
    low, high = (float(end) for end in np.quantile(means, [tail, 1 - tail]))
    return mean, Interval(min(low, mean), max(high, mean))


def _check(ours: Floats, theirs: Floats, weight: Floats, groups: Sequence[Hashable] | None) -> None:
    lengths = {len(ours), len(theirs), len(weight), len(ours if groups is None else groups)}
    if len(lengths) > 1:
        raise ValueError(f"Scores, weights and groups must be as many as there are cases, but are {sorted(lengths)}.")
    scores = np.concatenate([ours, theirs])
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ValueError("A score lies outside 0 to 1: scale the scores before they are compared.")
    if not ((weight >= 0) & (weight < np.inf)).all():
        raise ValueError("A weight is negative or not finite: weights are inverse chances, above 0.")


def _places(groups: Sequence[Hashable] | None, n: int) -> NDArray[np.int64]:
    """The number of each case's group, from 0."""
    if groups is None:
        return np.arange(n)
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in groups], np.int64)


def _by_group(values: Floats, places: NDArray[np.int64]) -> Floats:
    return np.asarray(np.bincount(places, values), float)


def _resampled_means(sums: Floats, masses: Floats, random: np.random.Generator, resamples: int) -> Floats:
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
