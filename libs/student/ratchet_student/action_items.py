"""Action items: which sentences of a document would people put on the list?

A sentence counts as wanted where it shares most of its words with an item that somebody wrote; a linear classifier
learns that from the sentences' words, and its threshold is the one with the best F1 on held-out documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_student.errors import CannotLearnError
from ratchet_student.examples import Example, Prediction
from ratchet_student.linear import FOLDS, Floats, Ints, LinearModel, learn
from ratchet_student.sentences import sentences
from ratchet_student.words import words_and_marks

MAX_SENTENCES = 60_000  # over all documents
MOST_ITEMS = 30
ALIKE = 0.5  # share of common words, of both together, from which a sentence is an item
NO_ITEMS = "None"


@dataclass(frozen=True, slots=True)
class ItemModel:
    model: LinearModel
    threshold: float

    def predict(self, document: str) -> Prediction:
        texts = [sentence.text for sentence in sentences(document)]
        if not texts:
            return Prediction(NO_ITEMS, 0.0, items=())
        chances = self.model.probabilities(texts)[:, 1]
        wanted = np.flatnonzero(chances >= self.threshold)
        chosen = np.sort(wanted[np.argsort(-chances[wanted], kind="stable")[:MOST_ITEMS]])
        if not len(chosen):
            return Prediction(NO_ITEMS, float(1 - chances.max()), items=())
        items = tuple(texts[place] for place in chosen)
        output = "\n".join(f"- {item}" for item in items)
        return Prediction(output, float(chances[chosen].mean()), items=items)


def learn_items(examples: Sequence[Example], seed: int) -> ItemModel:
    random = np.random.default_rng(seed)
    texts, label, weights, fold = _rows(examples, random)
    if not 0 < label.sum() < len(label):
        raise CannotLearnError(
            "The examples do not show which sentences are items: give some with items in the words of their documents, "
            "and some with sentences that are none."
        )
    learned = learn(texts, label, weights, fold)
    threshold = _best_threshold(learned.probabilities[:, 1], label[learned.held_out])
    return ItemModel(learned.model, threshold)


def _rows(examples: Sequence[Example], random: np.random.Generator) -> tuple[list[str], Ints, Floats, Ints]:
    """Texts, labels, weights and folds of all sentences; the sentences of a document are in one fold."""
    texts: list[str] = []
    label: list[bool] = []
    weights: list[float] = []
    fold: list[int] = []
    for number, place in enumerate(random.permutation(len(examples))):
        example = examples[place]
        items = [_words(item) for item in _items(example)]
        for sentence in sentences(example.document):
            texts.append(sentence.text)
            label.append(any(_alike(_words(sentence.text), item) >= ALIKE for item in items))
            weights.append(example.weight)
            fold.append(number % FOLDS)
        if len(texts) > MAX_SENTENCES:
            break
    labels, folds = np.array(label, np.int64), np.array(fold, np.int64)
    rare = labels.sum() < FOLDS or any(labels[folds != one].sum() == 0 for one in range(FOLDS))
    return texts, labels, np.array(weights), np.full_like(folds, -1) if rare else folds


def _items(example: Example) -> list[str]:
    lines = example.target.splitlines() if isinstance(example.target, str) else example.target
    items = [line.strip().lstrip("-*• ").strip() for line in lines]
    return [item for item in items if item and item != NO_ITEMS]


def _words(text: str) -> set[str]:
    return {word for word in words_and_marks(text) if word.isalnum()}


def _alike(some: set[str], others: set[str]) -> float:
    return len(some & others) / max(len(some | others), 1)


def _best_threshold(chances: Floats, label: Ints) -> float:
    if not len(chances):
        return 0.5
    order = np.argsort(-chances, kind="stable")
    hits = np.cumsum(label[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + label.sum())
    return float(chances[order[int(f1.argmax())]])
