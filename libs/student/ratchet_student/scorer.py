"""A logistic regression on features that are there or not, by their names."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression

from ratchet_modelfile import must
from ratchet_student.features import Float32s, Sparse
from ratchet_student.reading import Floats, Ints, Names
from ratchet_student.tokens import ABSENT, Cells

STRENGTH = 1.0  # inverse of the regularisation
AT_LEAST = 2  # times that a feature stands in training
MAX_WEIGHTS = 600_000  # features times answers: 2.4 MB
NEVER = -50.0  # the score of an answer that no example has


@dataclass(frozen=True, slots=True)
class Scorer:
    names: Names  # of the features, sorted
    weights: Float32s  # (answers, features)
    bias: Float32s

    def __post_init__(self) -> None:
        must(self.names.ndim == self.bias.ndim == 1 and len(self.bias) > 0, "features have no names")
        must(self.weights.shape == (len(self.bias), len(self.names)), "features have other weights")

    def likely(self, cells: Cells) -> Floats:
        """(rows, answers): logarithms of probabilities."""
        if not len(cells):
            return np.zeros((0, len(self.bias)))
        scores = np.asarray(_rows(cells, self.names) @ self.weights.T + self.bias, float)
        likely: Floats = log_softmax(scores, axis=1)
        return likely


def learn_scorer(cells: Cells, label: Ints, weights: Floats, answers: int) -> Scorer:
    """`label`: of each row, from 0 to `answers` - 1."""
    if len(np.unique(label)) == 1:
        return _constant(int(label[0]), answers)
    names, counts = np.unique(cells[cells != ABSENT], return_counts=True)
    commonest = np.argsort(-counts, kind="stable")[: MAX_WEIGHTS // answers]
    names = np.sort(names[commonest[counts[commonest] >= AT_LEAST]])
    model = LogisticRegression(C=STRENGTH, max_iter=300).fit(_rows(cells, names), label, weights / weights.mean())
    coefficients, intercept = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn keeps one row of them
        coefficients, intercept = np.vstack([-coefficients, coefficients]) / 2, np.append(-intercept, intercept) / 2
    whole, bias = np.zeros((answers, len(names)), np.float32), np.full(answers, NEVER, np.float32)
    whole[model.classes_], bias[model.classes_] = coefficients, intercept
    return Scorer(names, whole, bias)


def _constant(answer: int, answers: int) -> Scorer:
    bias = np.full(answers, NEVER, np.float32)
    bias[answer] = 0
    return Scorer(np.empty(0, np.uint64), np.zeros((answers, 0), np.float32), bias)


def _rows(cells: Cells, names: Names) -> Sparse:
    """(rows, features) of ones."""
    if not len(names):
        return sparse.csr_matrix((len(cells), 0), dtype=np.float32)
    place = np.minimum(np.searchsorted(names, cells), len(names) - 1)
    known = names[place] == cells
    starts = np.concatenate([[0], np.cumsum(known.sum(axis=1))])
    return sparse.csr_matrix(
        (np.ones(int(starts[-1]), np.float32), place[known], starts), shape=(len(cells), len(names))
    )
