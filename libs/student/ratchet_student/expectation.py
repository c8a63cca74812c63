"""How often each word, and each pair of words, of a document will stand in what a person would write about it.

A Poisson regression on features that hold for any text: how often it stands in the document, and around what the
question is about; how often in the references that people wrote, and in documents, elsewhere. While it is fitted,
"elsewhere" leaves out the document's own references, as it will be when the student serves.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import PoissonRegressor
from sklearn.preprocessing import StandardScaler

from ratchet_student.reading import Floats, Grams, Ints

LEAST, MOST = -14.0, 3.0  # log of the expected count
RIDGE = 1e-5
WORD_FEATURES, PAIR_FEATURES = 14, 18


@dataclass(frozen=True, slots=True)
class Expectation:
    coefficients: Floats
    intercept: float

    def of(self, features: Floats) -> Floats:
        expected: Floats = np.exp(np.clip(features @ self.coefficients + self.intercept, LEAST, MOST))
        return expected


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Log rates of a document's words or pairs in other texts."""

    references: Floats
    documents: Floats


def word_features(grams: Grams, asked: Floats, near: Floats, wide: Floats, elsewhere: Elsewhere) -> Floats:
    """(kinds, features); `asked` by kind, `near` and `wide` by sentence."""
    sentences = max(len(near), 1)
    often, base = grams.counts, grams.counts / sentences
    here, around = (np.log((grams.spread(share[grams.sentence]) + 0.002) / (base + 0.002)) for share in (near, wide))
    stands, wanted, common = np.log1p(often), elsewhere.references, elsewhere.documents
    return np.column_stack(
        (
            *(asked, asked > 0, stands, here, around, wanted, common),
            *(asked * wanted, stands * wanted, stands * common, here * wanted, here * common),
            *(np.maximum(wanted, -6), np.maximum(wanted + 1, 0) ** 2),
        )
    )


def pair_features(features: Floats, expected_words: Floats, parts: tuple[Ints, Ints]) -> Floats:
    """Those of `word_features` on pairs, and what is expected of the two words."""
    first, second = (np.log(expected_words[part]) for part in parts)
    return np.column_stack([features, first, second, first * second, np.minimum(first, second)])


def fit_expectation(features: Floats, counts: Floats, weights: Floats) -> Expectation:
    """Where nothing was ever counted the least is expected: of that there is no regression."""
    if not counts.any():
        return Expectation(np.zeros(features.shape[1]), LEAST)
    scaler = StandardScaler().fit(features)
    model = PoissonRegressor(alpha=RIDGE, solver="newton-cholesky", max_iter=100)
    model.fit(scaler.transform(features), counts, weights)
    coefficients: Floats = model.coef_ / scaler.scale_
    return Expectation(coefficients, float(model.intercept_ - coefficients @ scaler.mean_))
