"""A question beside a text: how much it weighs that each of its words is found, and where in the text most of it is.

Words are compared by their first letters, so that a plural finds its singular.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_modelfile import must
from ratchet_student.counts import Counts
from ratchet_student.passages import MAX_PASSAGES, Passage, passages, years
from ratchet_student.reading import Floats, Names, names_of
from ratchet_student.words import words

STEM = 5  # letters
LEAST_TELLING = 0.02  # weight of a word that stands in every question

Stems = frozenset[str]


@dataclass(frozen=True, slots=True)
class Text:
    passages: Sequence[Passage]
    stems: Sequence[Stems]  # of each passage, with what heads its cells
    holding: Counter[str]  # in how many passages a stem stands


@dataclass(frozen=True, slots=True)
class Habits:
    """What was learned of words: how rare each is among questions, which of them tell what is asked for, and how much
    likelier each stands at a slot of an answer (the word before, the first, the last, the word after) than of any other
    span (logarithms)."""

    questions: Counts
    telling: Names
    slots: tuple[Counts, Counts, Counts, Counts]

    def __post_init__(self) -> None:
        must(self.telling.ndim == 1, "words have no names")


@dataclass(frozen=True, slots=True)
class Asked:
    weights: dict[str, float]  # of stems
    whole: float  # of all of them, above 0
    years: frozenset[str]
    telling: Floats  # 1 for each telling word that it has
    there: float  # how much of what it is about stands anywhere in the text, 0 to 1: little, and the text has no answer

    def share(self, stems: Stems) -> float:
        """How much of it is there, 0 to 1."""
        return sum(weight for stem, weight in self.weights.items() if stem in stems) / self.whole


def read_text(document: str, most: int = MAX_PASSAGES) -> Text:
    """Its first passages, at most so many."""
    return text_of(passages(document, most))


def text_of(found: Sequence[Passage]) -> Text:
    stems = [stems_of(f"{one.label} {' '.join(one.heads)} {one.text}") for one in found]
    return Text(found, stems, Counter(stem for its in stems for stem in its))


def stems_of(text: str) -> Stems:
    return frozenset(word[:STEM] for word in words(text))


def asked(question: str, text: Text, habits: Habits) -> Asked:
    its = list(dict.fromkeys(words(question)))
    names, n, count = names_of(its), habits.questions.total + 2, len(text.passages)
    informative = np.maximum(np.log(n / (habits.questions.of(names) + 1)) / np.log(n), LEAST_TELLING)
    weights: dict[str, float] = {}
    in_text = 0.0
    for word, weight in zip(its, informative, strict=True):
        inside = text.holding[word[:STEM]]
        in_text += float(weight) * (inside > 0)
        rarity = np.log((1 + count) / (1 + inside)) / np.log(2 + count) + 0.1
        weights[word[:STEM]] = float(weight * rarity) if inside else 0.0
    return Asked(
        weights,
        max(sum(weights.values()), 1e-9),
        years(question),
        np.isin(habits.telling, names).astype(float),
        in_text / max(float(informative.sum()), 1e-9),
    )
