"""A forest beside the linear classifier, where held-out texts are better told by both together.

It looks at the runs of words that tell the labels apart best by themselves, as present or not. What both say is
averaged as logarithms of probabilities and calibrated anew.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_selection import chi2

from ratchet_modelfile import must
from ratchet_student.calibration import Calibration, calibrate
from ratchet_student.features import Sparse
from ratchet_student.forest import Float32s, Floats, Forest, Int32s
from ratchet_student.linear import FOLDS, Ints, Learned

TEXTS = (200, 20_000)  # with fewer it tells nothing, with more it takes minutes and megabytes
MOST_LABELS = 10
COLUMNS = 1_500
TREES = 100
LEAST_IN_LEAF = 2
LEAST_CHANCE = 0.01  # that a forest's word counts for


@dataclass(frozen=True, slots=True)
class Blend:
    columns: Int32s  # of the linear classifier's features
    forest: Forest
    calibration: Calibration

    def __post_init__(self) -> None:
        must(self.columns.ndim == 1 and self.forest.features <= len(self.columns), "a forest has other features")
        must(self.forest.values.shape[1] == len(self.calibration.share), "a forest has other labels")

    def probabilities(self, vectors: Sparse, linear: Floats) -> Floats:
        """`vectors`: (texts, features). `linear`: what the linear classifier says, (texts, labels), like the result."""
        return self.calibration.probabilities(_together(linear, self.forest(_present(vectors, self.columns))))


@dataclass(frozen=True, slots=True)
class Blended:
    blend: Blend
    probabilities: Floats  # of the texts that were held out


def learn_blend(learned: Learned, vectors: Sparse, label: Ints, weights: Floats, seed: int) -> Blended | None:
    """None where the linear classifier does better alone, or the texts are too few or too many, or the labels."""
    labels, held_out = int(label.max()) + 1, learned.held_out
    if not TEXTS[0] <= len(label) <= TEXTS[1] or labels > MOST_LABELS or not len(held_out):
        return None
    fold, said = learned.fold[held_out], np.zeros((len(held_out), labels))
    for one in range(FOLDS):
        if (rows := learned.fold == one).any():
            columns, forest = _grown(vectors[~rows], label[~rows], weights[~rows], seed)
            said[fold == one] = forest(_present(vectors[rows], columns))
    scores = _together(learned.probabilities, said)
    share = learned.model.calibration.share
    calibration, loss = calibrate(scores, label[held_out], weights[held_out], share)
    if loss >= learned.loss:
        return None
    columns, forest = _grown(vectors, label, weights, seed)
    return Blended(Blend(columns, forest, calibration), calibration.probabilities(scores))


def _grown(vectors: Sparse, label: Ints, weights: Floats, seed: int) -> tuple[Int32s, Forest]:
    present = vectors.sign()
    telling = np.nan_to_num(chi2(present, label)[0])
    columns = np.sort(np.argsort(-telling, kind="stable")[:COLUMNS]).astype(np.int32)
    grown = ExtraTreesClassifier(TREES, min_samples_leaf=LEAST_IN_LEAF, random_state=seed)
    return columns, Forest.of(grown.fit(present[:, columns], label, weights), shares=True)


def _present(vectors: Sparse, columns: Int32s) -> Float32s:
    return np.asarray(vectors[:, columns].sign().toarray(), np.float32)


def _together(linear: Floats, forest: Floats) -> Floats:
    scores: Floats = (np.log(np.maximum(linear, 1e-9)) + np.log(np.maximum(forest, LEAST_CHANCE))) / 2
    return scores
