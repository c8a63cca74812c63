"""A linear model of the words and the shape of a request: how good each one's answer will be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ratchet_estimate.reading import BUCKET_BITS, Float32s, Int32s, Reading
from ratchet_estimate.shape import NUMBERS
from ratchet_modelfile import must

FURTHEST: Final = 3.0  # standard deviations that a number of the shape counts for, at most
_ONE, _OTHER = np.triu_indices(len(NUMBERS))
SHAPE_TERMS: Final = len(NUMBERS) + len(_ONE)  # each number, and each product of two

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    of: tuple[str, ...]  # whose answers: models, tiers, or groups of them
    columns: Int32s  # the buckets that training kept, sorted
    rarity: Float32s  # of each of them
    weights: Float32s  # (columns, of)
    shape_mean: Float32s
    shape_spread: Float32s  # never 0
    shape_weights: Float32s  # (SHAPE_TERMS, of)
    bias: Float32s  # (of)

    def __post_init__(self) -> None:
        columns, of, numbers = len(self.columns), len(self.of), len(NUMBERS)
        must(of > 0 and len(set(self.of)) == of, "names are missing or come twice")
        must(self.columns.ndim == 1 and self.rarity.shape == (columns,), "columns have other rarities")
        must(bool((np.diff(self.columns) > 0).all()), "columns are not in their order")
        must(not columns or 0 <= self.columns[0] <= self.columns[-1] < 2**BUCKET_BITS, "columns are out of range")
        must(self.weights.shape == (columns, of) and self.bias.shape == (of,), "columns have other weights")
        must(self.shape_mean.shape == self.shape_spread.shape == (numbers,), "the shape has other numbers")
        must(self.shape_weights.shape == (SHAPE_TERMS, of), "the shape has other weights")
        must(bool((self.shape_spread > 0).all()), "a spread is not above 0")

    def __call__(self, reading: Reading) -> Floats:
        """The expected score of each one's answer, 0 to 1, in the order of `of`."""
        place, values = vector(reading, self.columns, self.rarity)
        shape = shape_terms(reading.shape, self.shape_mean, self.shape_spread)
        logits = self.bias + shape @ self.shape_weights + values @ self.weights[place]
        chances: Floats = 1 / (1 + np.exp(-np.clip(logits.astype(float), -30, 30)))
        return chances

    def all(self, readings: Sequence[Reading]) -> Floats:
        """(readings, of)."""
        return np.array([self(reading) for reading in readings]).reshape(len(readings), len(self.of))


def vector(reading: Reading, columns: Int32s, rarity: Float32s) -> tuple[NDArray[np.intp], Float32s]:
    """Sublinear TF-IDF over `columns`, of length 1: places among them, and values."""
    if not len(columns):
        return np.empty(0, np.intp), np.empty(0, np.float32)
    place = np.minimum(np.searchsorted(columns, reading.buckets), len(columns) - 1)
    known = columns[place] == reading.buckets
    place = place[known]
    values = (1 + np.log(reading.counts[known])).astype(np.float32) * rarity[place]
    return place, values / max(float(np.sqrt(values @ values)), 1e-9)


def shape_terms(shape: Float32s, mean: Float32s, spread: Float32s) -> Float32s:
    """(..., numbers) to (..., SHAPE_TERMS): how far each is from the mean, then all products of two."""
    off: Float32s = ((shape - mean) / spread).clip(-FURTHEST, FURTHEST)
    return np.concatenate([off, off[..., _ONE] * off[..., _OTHER]], axis=-1)
