"""Questions about a given text: the sentence, the words, the figure or the cell of a table that answers.

A forest says of each candidate how much it will have in common with what a person would answer; the best is taken.
"""

from dataclasses import dataclass

import numpy as np

from ratchet_modelfile import must
from ratchet_student.candidates import FEATURES, looks_of, spans_for
from ratchet_student.examples import Prediction
from ratchet_student.forest import Forest
from ratchet_student.questions import Habits, Text, asked
from ratchet_student.sureness import ALWAYS, Sureness


@dataclass(frozen=True, slots=True)
class AnswerModel:
    habits: Habits
    forest: Forest
    sureness: Sureness = ALWAYS

    def __post_init__(self) -> None:
        must(self.forest.values.shape[1] == 1, "a forest has other outputs")
        must(self.forest.features <= len(self.habits.telling) + FEATURES, "a forest has other features")

    def predict(self, text: Text, question: str) -> Prediction:
        """The output is empty where the text is."""
        output, confidence = best(text, question, self.habits, self.forest) if text.passages else ("", 0.0)
        return Prediction(output, confidence, sure=self.sureness.enough(confidence))


def best(text: Text, question: str, habits: Habits, forest: Forest) -> tuple[str, float]:
    """What answers, and how much of it is expected to be right, 0 to 1."""
    about = asked(question, text, habits)
    each = spans_for(about, text)
    looks = [looks_of(about, spans, habits) for spans in each]
    worth = forest(np.concatenate([one.features for one in looks]).astype(np.float32))[:, 0]
    owner = np.repeat(np.arange(len(looks)), [len(one.rows) for one in looks])
    chosen = int(worth.argmax())
    row = np.concatenate([one.rows for one in looks])[chosen]
    return each[owner[chosen]].text(int(row)), float(np.clip(worth[chosen], 0, 1))
