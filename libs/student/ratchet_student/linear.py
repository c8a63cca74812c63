"""A linear classifier of texts: logistic regression or complement naive Bayes, whichever does better on held-out folds
of the training texts. So are the regularisation and the calibration chosen; no other text is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import ComplementNB

from ratchet_modelfile import must
from ratchet_student.calibration import Calibration, calibrate
from ratchet_student.features import Features, Float32s, Sparse, learn_features

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 3
BAYES = 0.0  # in place of a strength
STRENGTHS = (1.0, 10.0, 50.0)  # inverse of the regularisation
USUAL_STRENGTH = 10.0
WORK_FOR_CHOICE = 6_000_000  # features present in all texts, times labels: up to here every strength is tried
WORK_FOR_REGRESSION = 60_000_000
LABELS_FOR_REGRESSION = 100
MAX_WORDS = 8_000_000  # over all texts
MAX_HELD_OUT = 4_000_000  # texts times labels
REACH = (50, 2_000)  # words of one text
MAX_FEATURES = 300_000
MAX_WEIGHTS = (4_000_000, 16_000_000)  # features times labels, for regression and without it


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

    def __post_init__(self) -> None:
        labels = len(self.calibration.share)
        rows = 1 if labels == 2 and len(self.plane.bias) == 1 else labels
        must(self.calibration.shift.shape == self.calibration.share.shape == (labels,), "labels have other chances")
        must(self.plane.weights.shape == (rows, self.features.count), "features have other weights")
        must(self.plane.bias.shape == (rows,), "labels have other weights")

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """(texts, labels)."""
        return self.of(self.features(texts))

    def of(self, vectors: Sparse) -> Floats:
        """(texts, features) to (texts, labels)."""
        return self.calibration.probabilities(self.plane.scores(vectors))


@dataclass(frozen=True, slots=True)
class Learned:
    model: LinearModel
    held_out: Ints  # places of the texts that were scored by a model that had not seen them
    probabilities: Floats  # of those
    fold: Ints  # of each text, or -1
    loss: float  # on those that were held out


@dataclass(frozen=True, slots=True)
class _Task:
    vectors: Sparse
    label: Ints
    weights: Floats
    labels: int

    @property
    def work(self) -> int:
        return int(self.vectors.nnz) * (self.labels if self.labels > 2 else 1)

    def part(self, rows: NDArray[np.bool_]) -> "_Task":
        return _Task(self.vectors[rows], self.label[rows], self.weights[rows], self.labels)


@dataclass(frozen=True, slots=True)
class _Trial:
    strength: float
    scores: Floats
    calibration: Calibration
    loss: float


def learn(texts: Sequence[str], label: Ints, weights: Floats, fold: Ints, strengths: Sequence[float] = ()) -> Learned:
    """`label` counts from 0, each present; `fold` from 0 to FOLDS - 1, or -1 for a text that is never held out.
    `strengths`: those to try, instead of all that there is time for."""
    labels = int(label.max()) + 1
    fold = _with_all_labels_left(fold, label)
    features = learn_features(
        texts,
        reach=int(np.clip(MAX_WORDS // len(texts), *REACH)),
        at_most=min(MAX_FEATURES, MAX_WEIGHTS[labels > LABELS_FOR_REGRESSION] // labels),
    )
    task = _Task(features(texts), label, weights, labels)
    best = min((_try(task, fold, strength) for strength in strengths or _strengths(task)), key=lambda trial: trial.loss)
    model = LinearModel(features, _plane(task, best.strength), best.calibration)
    held_out = np.flatnonzero(fold >= 0)
    return Learned(model, held_out, best.calibration.probabilities(best.scores), fold, best.loss)


def _strengths(task: _Task) -> Sequence[float]:
    if task.labels > LABELS_FOR_REGRESSION or task.work > WORK_FOR_REGRESSION:
        return (BAYES,)
    return (BAYES, *STRENGTHS) if task.work <= WORK_FOR_CHOICE else (BAYES, USUAL_STRENGTH)


def folds_within(label: Ints, random: np.random.Generator) -> Ints:
    """A fold for each text, the labels spread evenly. -1 (never held out) where it is the only one of its label, and
    where there are more texts than calibration needs."""
    fold = np.full(len(label), -1)
    for one in np.unique(label):
        members = random.permutation(np.flatnonzero(label == one))
        if len(members) > 1:
            fold[members] = (np.arange(len(members)) + random.integers(FOLDS)) % FOLDS
    too_many = random.permutation(np.flatnonzero(fold >= 0))[MAX_HELD_OUT // (int(label.max()) + 1) :]
    fold[too_many] = -1
    return fold


def _with_all_labels_left(fold: Ints, label: Ints) -> Ints:
    """A fold that has all texts of a label is not held out."""
    whole = np.bincount(label)
    emptied = [one for one in range(FOLDS) if (whole == np.bincount(label[fold == one], minlength=len(whole))).any()]
    return np.where(np.isin(fold, emptied), -1, fold)


def _try(task: _Task, fold: Ints, strength: float) -> _Trial:
    held_out = np.flatnonzero(fold >= 0)
    scores = np.zeros((len(held_out), task.labels))
    for one in range(FOLDS):
        if (rows := fold == one).any():
            scores[fold[held_out] == one] = _plane(task.part(~rows), strength).scores(task.vectors[rows])
    share = np.bincount(task.label, task.weights, task.labels) / task.weights.sum()
    calibration, loss = calibrate(scores, task.label[held_out], task.weights[held_out], share)
    return _Trial(strength, scores, calibration, loss)


def _plane(task: _Task, strength: float) -> Plane:
    if strength == BAYES:
        bayes = ComplementNB().fit(task.vectors, task.label, task.weights)
        return Plane(bayes.feature_log_prob_.astype(np.float32), np.zeros(task.labels, np.float32))
    regression = LogisticRegression(C=strength, max_iter=1000).fit(task.vectors, task.label, task.weights)
    return Plane(regression.coef_.astype(np.float32), regression.intercept_.astype(np.float32))
