"""Does an estimate know who needs the stronger models? Tried on held-out outcomes, each of one side's answer only.

Requests are put into tenths by how much the strong side is estimated to gain. Within a tenth they are taken as alike,
whoever answered them: its mean score on either side is what that side would give for all of it. So a curve comes out of
outcomes that nobody had to get twice. Where routing sends other requests to one side than to the other, by what the
estimate does not see, the curve is off by that; explored requests keep this small.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ratchet_estimate.estimate import Floats
from ratchet_estimate.fitting import Outcome, fit

PARTS: Final = 10
FOLDS: Final = 5
MADE_UP: Final = 5.0  # outcomes of a side's mean in each tenth: few say little
RESAMPLES: Final = 500

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Point:
    """Where the strong side takes what is estimated to gain `threshold` or more: its share, and the mean score."""

    share: float
    threshold: float
    quality: float


@dataclass(frozen=True, slots=True)
class Trial:
    """`curve`: from no request to the strong side to all. `lift`: how much higher the mean score is than with as many
    requests drawn at random, over all shares; with 95 % of it by bootstrap."""

    curve: tuple[Point, ...]
    lift: float
    interval: tuple[float, float]


def tried(outcomes: Sequence[Outcome], cheap: str, strong: str, groups: Sequence[str], *, seed: int = 42) -> Trial:
    """Five-fold; outcomes of the same group are in the same fold. Raises CannotEstimateError."""
    need = np.zeros(len(outcomes))
    fold = _folds(groups, seed)
    for one in range(FOLDS):
        held_out = fold == one
        known = [outcome for outcome, out in zip(outcomes, held_out, strict=True) if not out]
        asked = [outcome.reading for outcome, out in zip(outcomes, held_out, strict=True) if out]
        told = fit(known, (cheap, strong)).all(asked)
        need[held_out] = told[:, 1] - told[:, 0]
    by_strong = np.array([outcome.of == strong for outcome in outcomes])
    score = np.array([outcome.score for outcome in outcomes])
    return trial_of(need, score, by_strong, np.array([outcome.weight for outcome in outcomes]), seed=seed)


def trial_of(need: Floats, score: Floats, by_strong: Bools, weight: Floats, *, seed: int = 42) -> Trial:
    """`need`: the estimated gain. `by_strong`: whose answer got the score."""
    order = np.argsort(-need, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    part = np.empty(len(need), np.int64)
    part[order] = np.minimum((reached - weight[order] / weight.sum() / 2) * PARTS, PARTS - 1).astype(np.int64)
    means = _quality(score, by_strong, weight, part)
    random, lifts = np.random.default_rng(seed), []
    for _ in range(RESAMPLES):
        drawn = np.bincount(random.integers(len(need), size=len(need)), minlength=len(need))
        lifts.append(_lift(_quality(score, by_strong, weight * drawn, part)))
    low, high = np.quantile(lifts, [0.025, 0.975])
    shares, ends = np.linspace(0, 1, PARTS + 1), _thresholds(need, part)
    curve = tuple(Point(*map(float, point)) for point in zip(shares, ends, means, strict=True))
    return Trial(curve, _lift(means), (float(low), float(high)))


def _folds(groups: Sequence[str], seed: int) -> Ints:
    _, group = np.unique(np.asarray(groups), return_inverse=True)
    random = np.random.default_rng(seed)
    return (random.permutation(group.max() + 1) % FOLDS)[group]


def _quality(score: Floats, by_strong: Bools, weight: Floats, part: Ints) -> Floats:
    """The mean score with none, one, … all of the tenths on the strong side."""
    cheap, strong = (_of_side(score, np.where(side, weight, 0.0), part) for side in (~by_strong, by_strong))
    steps = np.append(0.0, np.cumsum(strong - cheap)) / PARTS
    return np.asarray(cheap.mean() + steps)


def _of_side(score: Floats, weight: Floats, part: Ints) -> Floats:
    """The mean score in each tenth, drawn to the mean of all where there is little of it."""
    whole = (weight * score).sum() / max(weight.sum(), 1e-9)
    usual = weight.sum() / max(np.count_nonzero(weight), 1)
    made_up = MADE_UP * usual
    there = np.bincount(part, weight, PARTS)
    return np.asarray((np.bincount(part, weight * score, PARTS) + made_up * whole) / (there + made_up + 1e-9))


def _lift(quality: Floats) -> float:
    at_random = (quality[0] + quality[-1]) / 2
    return float(np.trapezoid(quality, dx=1 / PARTS) - at_random)


def _thresholds(need: Floats, part: Ints) -> Floats:
    """Between the least need of a tenth and the greatest of the next; at the ends the greatest and the least of all."""
    ends = [need.max()]
    for one in range(1, PARTS):
        above, below = need[part < one], need[part >= one]
        ends.append((above.min() + below.max()) / 2 if len(above) and len(below) else ends[-1])
    return np.array([*ends, need.min()])
