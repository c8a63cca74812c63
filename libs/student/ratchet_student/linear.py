"""A linear classifier of texts: logistic regression, or complement naive Bayes where that would take too long.

How strongly to regularise, and how sure to be, are learned on held-out folds of the training texts only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB

from ratchet_student.calibration import Calibration, calibrate
from ratchet_student.features import Features, Float32s, Sparse, learn_features

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 3
STRENGTHS = (1.0, 10.0, 50.0)  # inverse of the regularisation
USUAL_STRENGTH = 10.0
WORK_FOR_CHOICE = 6_000_000  # features present × labels: up to here every strength is tried
WORK_FOR_REGRESSION = 60_000_000  # above, complement naive Bayes: one pass
MAX_WORDS = 8_000_000  # over all texts
REACH = (50, 2_000)  # words of one text
MAX_FEATURES = 300_000
MAX_WEIGHTS = 16_000_000  # features × labels: 64 MB


@dataclass(frozen=True, slots=True)
class Plane:
    weights: Float32s  # (labels, features); one row for two labels
    bias: Float32s

    def scores(self, vectors: Sparse) -> Floats:
        """(texts, labels)."""
        sums: Floats = np.asarray(vectors @ self.weights.T + self.bias, float)
        return sums if sums.shape[1] > 1 else np.hstack([np.zeros_like(sums), sums])


@dataclass(frozen=True, slots=True)
class LinearModel:
    features: Features
    plane: Plane
    calibration: Calibration

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """(texts, labels)."""
        return self.calibration.probabilities(self.plane.scores(self.features(texts)))


@dataclass(frozen=True, slots=True)
class Learned:
    model: LinearModel
    held_out: Ints  # places of texts that were scored by a model that had not seen them
    probabilities: Floats  # of those, calibrated


def learn(texts: Sequence[str], label: Ints, weights: Floats, fold: Ints) -> Learned:
    """`label` counts from 0, each present; `fold` from 0 to FOLDS - 1, or -1 for a text that is never held out."""
    labels = int(label.max()) + 1
    features = learn_features(
        texts, reach=int(np.clip(MAX_WORDS // len(texts), *REACH)), at_most=min(MAX_FEATURES, MAX_WEIGHTS // labels)
    )
    vectors = features(texts)
    share = np.bincount(label, weights, labels) / weights.sum()
    work = vectors.nnz * (labels if labels > 2 else 1)
    strengths = STRENGTHS if work <= WORK_FOR_CHOICE else (USUAL_STRENGTH,)
    held_out = np.flatnonzero(fold >= 0)
    best: tuple[float, float, Calibration, Floats] | None = None
    for strength in strengths:
        scores = _held_out_scores(vectors, label, weights, fold, strength, work)[held_out]
        calibration, loss = calibrate(scores, label[held_out], weights[held_out], share)
        if best is None or loss < best[0]:
            best = loss, strength, calibration, scores
    assert best is not None
    return best
