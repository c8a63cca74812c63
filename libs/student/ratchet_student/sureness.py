"""When is an answer sure enough to be given? What held-out answers were worth says it, at each confidence.

The threshold is the lowest confidence from which on held-out answers scored as much as is wanted, on average; it leaves
no more to others than they want to answer. So it says nothing of how good the others are: whoever judges the student
counts their answers where it gave none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratchet_modelfile import must

Floats = NDArray[np.float64]

STEPS = 200  # of the curve that is kept


@dataclass(frozen=True, slots=True)
class Aim:
    """`score`: 0 to 1, the mean of the answers that are given. `coverage`: the share of requests that are answered in
    any case, even where they score less."""

    score: float = 0.0
    coverage: float = 1.0

    @property
    def answers_all(self) -> bool:
        return self.score <= 0 or self.coverage >= 1


ANSWER_ALL = Aim()


@dataclass(frozen=True, slots=True)
class Sureness:
    """A curve over held-out answers, from the least sure to the surest: `scores` is the mean score, and `coverage` the
    share, of those that were at least as sure as `confidence`."""

    confidence: Floats
    scores: Floats
    coverage: Floats
    threshold: float  # an answer below is left to others

    def __post_init__(self) -> None:
        must(self.confidence.ndim == 1, "a curve has other points")
        must(self.confidence.shape == self.scores.shape == self.coverage.shape, "a curve has other points")

    def enough(self, confidence: float) -> bool:
        return confidence >= self.threshold


_NOTHING = np.empty(0)
ALWAYS = Sureness(_NOTHING, _NOTHING, _NOTHING, 0.0)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Answers to texts that the model which gave them had not seen: how sure they were, and what they scored."""

    confidence: Floats
    scores: Floats  # 0 to 1
    weights: Floats


NONE_HELD_OUT = HeldOut(_NOTHING, _NOTHING, _NOTHING)


def sureness(held_out: HeldOut, aim: Aim) -> Sureness:
    if not len(held_out.confidence):
        return ALWAYS
    confidence, coverage, scores = _curve(held_out)
    kept = np.unique(np.linspace(0, len(confidence) - 1, STEPS).round().astype(int))
    return Sureness(confidence[kept], scores[kept], coverage[kept], _threshold(confidence, coverage, scores, aim))


def _curve(held_out: HeldOut) -> tuple[Floats, Floats, Floats]:
    """Each different confidence, ascending, with the share and the mean score from there on."""
    order = np.argsort(held_out.confidence, kind="stable")
    weights = held_out.weights[order]
    above = np.cumsum(weights[::-1])[::-1]
    worth = np.cumsum((weights * held_out.scores[order])[::-1])[::-1]
    confidence, first = np.unique(held_out.confidence[order], return_index=True)
    return confidence, above[first] / above[0], worth[first] / above[first]


def _threshold(confidence: Floats, coverage: Floats, scores: Floats, aim: Aim) -> float:
    """0 where all is to be answered. Else never below the least sure held-out answer: of a request that is unlike all
    of them, such as a question that its text does not answer, nothing says what the answer is worth."""
    if aim.answers_all:
        return 0.0
    allowed = np.flatnonzero(coverage >= aim.coverage - 1e-9)
    good = allowed[scores[allowed] >= aim.score]
    return float(confidence[int(good[0]) if len(good) else int(allowed[-1])])
