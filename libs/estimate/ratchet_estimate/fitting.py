"""Learning an estimate from outcomes: for each one that answers, a logistic regression of the score.

Two regressions are added up: one on TF-IDF, one with each word weighed by how differently it stands in good and bad
answers (naive Bayes' log ratio; Wang and Manning 2012). On the public MMLU outcomes (5-fold, APGR) each alone reaches
.700 and both .705; without the products of the shape's numbers .702, without the shape .699. Left out, as they gained
less than the interval is wide, at several times the cost: runs of three words (.700), pairs over one word (.698), runs
of letters (.689), ridge regression of the difference (.688), hidden layers (.687), boosted trees on top (.697), 200
extremely random trees over 96 latent dimensions beside both (.708). On the other public data 4 and 16 times the
strengths were worse. The strengths are fixed, for every fold and task.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # scikit-learn brings it

from ratchet_estimate.estimate import SHAPE_TERMS, Estimate, Floats, shape_terms, vector
from ratchet_estimate.reading import BUCKET_BITS, Float32s, Int32s, Reading
from ratchet_estimate.shape import NUMBERS

MIN_OUTCOMES = 20  # of each one that an estimate is about
MANY_TEXTS = 2_000  # from here on a word must stand in three texts, below in two
MAX_COLUMNS = 200_000
MAX_WEIGHTS = 2_000_000  # columns times names: 8 MB
PLAIN_STRENGTH, RATIO_STRENGTH = 0.5, 2.0  # inverse of the regularisation
NUMBER_WORTH, PRODUCT_WORTH = 0.1, 0.03  # of a standard deviation, beside words in rows of length 1
TOLERANCE, MAX_ROUNDS = 1e-5, 2_000

_WORTH = np.repeat([NUMBER_WORTH, PRODUCT_WORTH], [len(NUMBERS), SHAPE_TERMS - len(NUMBERS)]).astype(np.float32)
Sparse = Any  # scipy.sparse.csr_matrix of float32, which has no types


class CannotEstimateError(ValueError):
    """The outcomes allow no estimate: more of them are needed, not another try."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How good an answer was, 0 to 1, and who gave it. `weight`: above 0."""

    reading: Reading
    of: str
    score: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class _Words:
    columns: Int32s
    rarity: Float32s
    shape_mean: Float32s
    shape_spread: Float32s

    def rows(self, readings: Sequence[Reading]) -> Sparse:
        """(readings, columns and numbers of the shape)."""
        vectors = [vector(reading, self.columns, self.rarity) for reading in readings]
        ends = np.cumsum([0, *(len(place) for place, _ in vectors)])
        place = np.concatenate([np.empty(0, np.intp), *(place for place, _ in vectors)])
        values = np.concatenate([np.empty(0, np.float32), *(values for _, values in vectors)])
        words = sparse.csr_matrix((values, place, ends), shape=(len(readings), len(self.columns)))
        shapes = np.array([reading.shape for reading in readings])
        terms = _WORTH * shape_terms(shapes, self.shape_mean, self.shape_spread)
        return sparse.hstack([words, terms], format="csr", dtype=np.float32)


def fit(outcomes: Sequence[Outcome], of: Sequence[str]) -> Estimate:
    """The same outcomes in the same order give the same estimate. Raises CannotEstimateError."""
    rows = {name: [outcome for outcome in outcomes if outcome.of == name] for name in of}
    for name, its in rows.items():
        if len(its) < MIN_OUTCOMES:
            raise CannotEstimateError(f"{name} has {len(its)} outcomes: an estimate needs {MIN_OUTCOMES} at least.")
    words = _learn_words([outcome.reading for outcome in outcomes if outcome.of in rows], len(rows))
    with threadpool_limits(1):
        planes = [_plane(words, its) for its in rows.values()]
    weights = np.array([plane[:-1] for plane in planes], np.float32).T
    columns = len(words.columns)
    return Estimate(
        of=tuple(of),
        columns=words.columns,
        rarity=words.rarity,
        weights=np.ascontiguousarray(weights[:columns]),
        shape_mean=words.shape_mean,
        shape_spread=words.shape_spread,
        shape_weights=np.ascontiguousarray(_WORTH[:, None] * weights[columns:]).astype(np.float32),
        bias=np.array([plane[-1] for plane in planes], np.float32),
    )


def _learn_words(readings: Sequence[Reading], names: int) -> _Words:
    """A text that several answered counts once."""
    texts = list({reading.buckets.tobytes(): reading for reading in readings}.values())
    seen = np.bincount(np.concatenate([reading.buckets for reading in texts]), minlength=2**BUCKET_BITS)
    kept = np.flatnonzero(seen >= (3 if len(texts) >= MANY_TEXTS else 2))
    most = min(MAX_COLUMNS, MAX_WEIGHTS // names)
    columns = np.sort(kept[np.argsort(-seen[kept], kind="stable")[:most]])
    shapes = np.array([reading.shape for reading in texts])
    rarity = 1 + np.log((1 + len(texts)) / (1 + seen[columns]))
    return _Words(
        columns.astype(np.int32),
        rarity.astype(np.float32),
        shapes.mean(axis=0).astype(np.float32),
        (shapes.std(axis=0) + 1e-6).astype(np.float32),
    )


def _plane(words: _Words, outcomes: Sequence[Outcome]) -> Floats:
    """The weights of columns and shape, then the bias: the mean of both regressions' logits."""
    score = np.clip([outcome.score for outcome in outcomes], 0, 1)
    weight = np.array([outcome.weight for outcome in outcomes])
    weight = weight / weight.mean()
    rows, good, weight = _sides(words.rows([outcome.reading for outcome in outcomes]), score, weight)
    if good.all() or not good.any():
        return np.append(np.zeros(rows.shape[1]), _rare(good, weight))
    plain = _regression(rows, good, weight, PLAIN_STRENGTH)
    ratio = _log_ratio(rows[:, : len(words.columns)], good, weight)
    stretched = rows @ sparse.diags(np.append(ratio, np.ones(SHAPE_TERMS)))
    other = _regression(stretched, good, weight, RATIO_STRENGTH)
    other[:-1] *= np.append(ratio, np.ones(SHAPE_TERMS))
    return (plain + other) / 2


def _sides(rows: Sparse, score: Floats, weight: Floats) -> tuple[Sparse, NDArray[np.bool_], Floats]:
    """A score between 0 and 1 is a good and a bad answer, each with its part of the weight."""
    good, bad = score > 0, score < 1
    both = sparse.vstack([rows[good], rows[bad]], format="csr")
    parts = np.concatenate([(weight * score)[good], (weight * (1 - score))[bad]])
    return both, np.arange(len(parts)) < good.sum(), parts


def _rare(good: NDArray[np.bool_], weight: Floats) -> float:
    """All were good, or all bad: the logit of a share with one made-up answer of each kind."""
    share = (weight[good].sum() + 1) / (weight.sum() + 2)
    return float(np.log(share / (1 - share)))


def _regression(rows: Sparse, good: NDArray[np.bool_], weight: Floats, strength: float) -> Floats:
    regression = LogisticRegression(C=strength, tol=TOLERANCE, max_iter=MAX_ROUNDS).fit(rows, good, weight)
    return np.append(regression.coef_[0], regression.intercept_)


def _log_ratio(words: Sparse, good: NDArray[np.bool_], weight: Floats) -> Floats:
    """How much oftener each word stands in good answers than in bad ones, as a logarithm, one added to each."""
    often = np.asarray(words.T @ (weight * good)) + 1, np.asarray(words.T @ (weight * ~good)) + 1
    ratio: Floats = np.log(often[0] / often[0].sum()) - np.log(often[1] / often[1].sum())
    return ratio
