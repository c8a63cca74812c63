"""How often words and pairs stand in many texts, by the hash of their name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_modelfile import must
from ratchet_student.reading import Floats, Names


@dataclass(frozen=True, slots=True)
class Counts:
    names: Names  # sorted
    counts: Floats
    total: float  # how many texts were counted

    def __post_init__(self) -> None:
        must(self.names.ndim == 1 and self.names.shape == self.counts.shape, "counts have other names")

    def of(self, names: Names) -> Floats:
        if not len(self.names):
            return np.zeros(len(names))
        place = np.minimum(np.searchsorted(self.names, names), len(self.names) - 1)
        found: Floats = np.where(self.names[place] == names, self.counts[place], 0.0)
        return found

    def log_rate(self, names: Names, prior: float) -> Floats:
        """Log of how often a text has them; `prior` stands for what was never seen."""
        rate: Floats = np.log((self.of(names) + prior) / (self.total + 1))
        return rate

    def without(self, own: "Counts") -> "Counts":
        """As if the texts that `own` counts had not been seen."""
        left = np.maximum(self.counts - own.of(self.names), 0)
        return Counts(self.names, left, max(self.total - own.total, 0))


def count(texts: Sequence[Names], *, once_a_text: bool = False, at_least: int = 1) -> Counts:
    """`once_a_text`: in how many of the texts; `at_least`: what is rarer is forgotten."""
    each = [np.unique(text) for text in texts] if once_a_text else texts
    flat = np.concatenate([np.empty(0, np.uint64), *each])
    names, counts = np.unique(flat, return_counts=True)
    kept = counts >= at_least
    return Counts(names[kept], counts[kept].astype(float), float(len(texts)))
