"""Which sentences to show: those that cover most of what is expected in a reference, within a budget of words.

The expected number of matches is a sum over words of P(the reference has it more than k times), for k up to how often
the choice has it: what is covered already earns less, so repetition does not pay. Greedy choice of the highest gain a
word comes close to the best choice (the sum is submodular: Khuller, Moss and Naor 1999).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ratchet_student.reading import Floats, Grams, Ints, Reading

PAIR_WORTH = 2.0  # of a matching pair, beside a matching word
ON_TOPIC = 0.3  # exponent of a sentence's relevance
COMMON_WORTH = 0.5  # of a word that stands in every reference, beside one that stands in few
DENSITY = 0.9  # exponent of the size that a gain is divided by; below 1, longer sentences are liked better
SHORTEST = 8  # words; shorter sentences are left out
MOST_REPEATS = 10
MOST_CHOSEN = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    sentences: list[int]  # in the document's order
    matches: float  # words that it is expected to share with a reference


@dataclass(slots=True)
class _Cover:
    """What a choice has of each kind, and what one more would be worth."""

    grams: Grams
    worth: Floats  # (repeats, kinds); the last row is 0
    has: Ints

    def gains(self, sentences: int) -> Floats:
        repeat = np.minimum(self.has[self.grams.kind] + self.grams.nth, len(self.worth) - 1)
        return np.bincount(self.grams.sentence, self.worth[repeat, self.grams.kind], sentences).astype(float)

    def take(self, sentence: int) -> None:
        start, end = np.searchsorted(self.grams.sentence, [sentence, sentence + 1])
        np.add.at(self.has, self.grams.kind[start:end], 1)


def choose(reading: Reading, words: Floats, pairs: Floats, *, common: Floats, on_topic: Floats, budget: int) -> Chosen:
    """`words`, `pairs`: expected counts by kind; `common`: of each word, how often a reference has it, up to 1."""
    n, chance = len(reading.sentences), _more_than(words)
    covers = (
        _Cover(reading.words, chance * (1 - COMMON_WORTH * common), np.zeros(len(words), np.int64)),
        _Cover(reading.pairs, PAIR_WORTH * _more_than(pairs), np.zeros(len(pairs), np.int64)),
    )
    price = np.maximum(reading.sizes, 1) ** DENSITY / np.maximum(on_topic, 1e-3) ** ON_TOPIC
    free, chosen, left = _telling(reading.lengths), list[int](), budget
    while len(chosen) < MOST_CHOSEN and (fits := free & (reading.sizes <= left)).any():
        gains = (covers[0].gains(n) + covers[1].gains(n)) / price
        best = int(np.where(fits, gains, -1.0).argmax())
        for cover in covers:
            cover.take(best)
        chosen.append(best)
        free[best] = False
        left -= int(reading.sizes[best])
    return Chosen(sorted(chosen), _matches(chance, covers[0].has))


def _telling(lengths: Ints) -> NDArray[np.bool_]:
    """Not the very short ones, unless the document has hardly any other."""
    long_enough: NDArray[np.bool_] = lengths >= min(SHORTEST, np.quantile(lengths, 0.75) if len(lengths) else 0)
    return long_enough


def _more_than(expected: Floats) -> Floats:
    """(repeats + 1, kinds): P(count > k) of a Poisson variable for k = 0, 1, …; the last row is 0."""
    probability = np.exp(-expected)
    survival, rows = 1 - probability, []
    for k in range(1, MOST_REPEATS + 1):
        rows.append(np.maximum(survival, 0))
        probability = probability * expected / k
        survival = survival - probability
    return np.array([*rows, np.zeros(len(expected))])


def _matches(chance: Floats, has: Ints) -> float:
    counted = np.arange(len(chance))[:, None] < has
    return float(chance[counted].sum())
