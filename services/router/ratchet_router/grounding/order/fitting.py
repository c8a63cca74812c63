"""An order of passages, learned from those that good answers rested on. Pure.

A line through the features: of two passages of one question, the one that an answer rested on is to lie above the one
that it did not rest on, as likely as can be (Bradley and Terry, 1952), under a prior that takes the searches at their
word. A question counts as one, however many pairs it has. Newton's method, without chance: the loss is convex.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ratchet_router.grounding.order.features import FEATURES, SCORE, Features

PRIOR: Final = 4.0  # precision of each weight: as for confidence, about what sixteen questions say
SCORE_WEIGHT: Final = 1.0  # of the searches' score, before anything is learned
ROUNDS: Final = 50
CLOSE: Final = 1e-8
NARROWEST: Final = 1e-4  # as features are kept: what lies closer together does not differ
STRIDE: Final = 2.0  # no step is longer: from afar Newton's overshoot

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Look:
    """Passages that were given to read for one question, in the order of the searches, and which were worth it, from 0.

    `group`: questions that were answered from the same place belong together. `shown`: the version of the order that
    they were in; 0: that of the searches.
    """

    group: str
    passages: tuple[Features, ...]
    worth: frozenset[int]
    shown: int = 0

    @property
    def tells(self) -> bool:
        return 0 < len(self.worth) < len(self.passages)


@dataclass(frozen=True, slots=True)
class Line:
    """`scale`: how far apart each feature lies within a question. One that never differs has no say."""

    weights: tuple[float, ...]
    scale: tuple[float, ...]

    def scores(self, passages: Sequence[Features]) -> list[float]:
        if not passages:
            return []
        found: Floats = (np.asarray(passages) / np.asarray(self.scale)) @ np.asarray(self.weights)
        return [float(score) for score in found]


def in_order(line: Line, passages: Sequence[Features]) -> list[int]:
    """Their places, best first."""
    scores = line.scores(passages)
    return sorted(range(len(scores)), key=lambda at: -scores[at])


def fitted(looks: Sequence[Look]) -> Line:
    """Of those that tell something; of none the prior."""
    prior = np.zeros(len(FEATURES))
    prior[SCORE] = SCORE_WEIGHT
    pairs, weights = _pairs([look for look in looks if look.tells])
    if not len(pairs):
        return Line(tuple(prior.tolist()), (1.0,) * len(FEATURES))
    scale = np.sqrt((weights[:, None] * pairs**2).sum(axis=0) / weights.sum())
    scale[scale < NARROWEST] = 1.0
    line = _newton(pairs / scale, weights, prior)
    return Line(tuple(np.round(line, 6).tolist()), tuple(np.round(scale, 6).tolist()))


def _pairs(looks: Sequence[Look]) -> tuple[Floats, Floats]:
    """Differences of features, better less worse, and what each pair counts: those of a question 1 together."""
    rows, weights = [], []
    for look in looks:
        told = np.asarray(look.passages)
        worth = np.asarray([at in look.worth for at in range(len(told))])
        differences = (told[worth][:, None, :] - told[~worth][None, :, :]).reshape(-1, told.shape[1])
        rows.append(differences)
        weights.append(np.full(len(differences), 1 / len(differences)))
    return (np.concatenate(rows), np.concatenate(weights)) if rows else (np.empty((0, len(FEATURES))), np.empty(0))


def _newton(pairs: Floats, weights: Floats, prior: Floats) -> Floats:
    line = prior.copy()
    for _ in range(ROUNDS):
        wrong = 1 / (1 + np.exp(np.clip(pairs @ line, -500, 500)))  # how likely each pair is the other way round
        steepness = PRIOR * (line - prior) - pairs.T @ (weights * wrong)
        curvature = (pairs * (weights * wrong * (1 - wrong))[:, None]).T @ pairs + PRIOR * np.eye(len(line))
        step = np.linalg.solve(curvature, steepness)
        length = float(np.abs(step).sum())
        line = line - step * min(1.0, STRIDE / length if length else 1.0)
        if length < CLOSE:
            break
    return line
