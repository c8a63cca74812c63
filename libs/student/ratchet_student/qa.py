"""Questions about a given text: the sentence, the words, the figure or the cell of a table that answers.

A forest says of each candidate how much it will have in common with what a person would answer; the best is taken.
"""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from ratchet_modelfile import must
from ratchet_student.candidates import FEATURES, looks_of, spans_for
from ratchet_student.examples import Evidence, Prediction
from ratchet_student.forest import Forest
from ratchet_student.passages import Passage
from ratchet_student.questions import Habits, Text, asked
from ratchet_student.sureness import ALWAYS, Sureness

BETWEEN: Final = r"[\s|]*"  # two words of a passage: a document's cells stand apart by more than those of a passage


@dataclass(frozen=True, slots=True)
class Chosen:
    """`worth`: how much of it is expected to be right, 0 to 1. `first`, `after`: its words within the passage."""

    text: str
    worth: float
    passage: Passage
    first: int
    after: int

    def place_in(self, document: str) -> tuple[Evidence, ...]:
        """None where the document has it in other words: who spoke, and notes on that, are no part of a passage."""
        count = len(self.passage.starts)
        words = [re.escape(self.passage.between(place, place + 1)) for place in range(count)]
        words[self.first] = f"(?P<said>{words[self.first]}"
        words[self.after - 1] += ")"
        found = re.search(BETWEEN.join(words), document)
        return (Evidence(found["said"], found.start("said"), found.end("said")),) if found else ()


@dataclass(frozen=True, slots=True)
class AnswerModel:
    habits: Habits
    forest: Forest
    sureness: Sureness = ALWAYS

    def __post_init__(self) -> None:
        must(self.forest.values.shape[1] == 1, "a forest has other outputs")
        must(self.forest.features <= len(self.habits.telling) + FEATURES, "a forest has other features")

    def predict(self, text: Text, question: str, document: str = "") -> Prediction:
        """The output is empty where the text is. `document`: where the text is from, to say where the answer stands."""
        if not text.passages:
            return Prediction("", 0.0, sure=self.sureness.enough(0.0))
        chosen = best(text, question, self.habits, self.forest)
        sure, places = self.sureness.enough(chosen.worth), chosen.place_in(document)
        return Prediction(chosen.text, chosen.worth, sure=sure, evidence=places)


def best(text: Text, question: str, habits: Habits, forest: Forest) -> Chosen:
    about = asked(question, text, habits)
    each = spans_for(about, text)
    looks = [looks_of(about, spans, habits) for spans in each]
    worth = forest(np.concatenate([one.features for one in looks]).astype(np.float32))[:, 0]
    owner = np.repeat(np.arange(len(looks)), [len(one.rows) for one in looks])
    at = int(worth.argmax())
    spans, row = each[owner[at]], int(np.concatenate([one.rows for one in looks])[at])
    said, sure = spans.text(row), float(np.clip(worth[at], 0, 1))
    return Chosen(said, sure, spans.passage, int(spans.first[row]), int(spans.after[row]))
