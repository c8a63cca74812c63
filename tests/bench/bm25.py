"""Okapi BM25 over a few hundred texts, in memory: what a bench retrieves by where no index is what it measures."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ratchet_student.words import words

K1, B = 1.2, 0.75  # as usual


class Bm25:
    def __init__(self, texts: Sequence[str]) -> None:
        each = [Counter(words(text)) for text in texts]
        sizes = np.array([its.total() for its in each], float)
        self._long = K1 * (1 - B + B * sizes / max(sizes.mean(), 1.0))
        self._count = len(texts)
        self._holding: dict[str, list[tuple[int, int]]] = {}
        for place, its in enumerate(each):
            for word, times in its.items():
                self._holding.setdefault(word, []).append((place, times))

    def scores(self, question: str) -> NDArray[np.float64]:
        """Of each text."""
        found = np.zeros(self._count)
        for word in dict.fromkeys(words(question)):
            holding = self._holding.get(word, [])
            rarity = math.log(1 + (self._count - len(holding) + 0.5) / (len(holding) + 0.5))
            for place, times in holding:
                found[place] += rarity * times * (K1 + 1) / (times + self._long[place])
        return found

    def best(self, question: str, most: int) -> list[int]:
        """Places, the best first; of equal ones the first."""
        places: list[int] = np.argsort(-self.scores(question), kind="stable")[:most].tolist()
        return places
