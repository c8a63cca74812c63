"""Action items: the sentences that people would put on the list, and how sure one must be of a sentence to list it.

Where people rephrase what was said, the sentence that is most like an item stands for it. A question is not looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_modelfile import must
from ratchet_student.errors import CannotLearnError
from ratchet_student.examples import Example, Prediction
from ratchet_student.linear import FOLDS, Floats, Ints, LinearModel, learn
from ratchet_student.oracle import sentences_behind
from ratchet_student.reading import Names, Reading, grams_of, read
from ratchet_student.sentences import Sentence, without_bullet
from ratchet_student.sureness import ALWAYS, HeldOut, Sureness

MAX_SENTENCES = 30_000  # of all documents that are learned from
MAX_ITEMS = 50
THRESHOLDS = 99
NOTHING = "None"

_NOTHING = frozenset({"", "none", "nothing", "n/a", "no items", "no action items"})


@dataclass(frozen=True, slots=True)
class ItemModel:
    model: LinearModel
    threshold: float  # a sentence at least as probable is an item
    named: bool  # items say who spoke
    sureness: Sureness = ALWAYS

    def __post_init__(self) -> None:
        must(len(self.model.calibration.share) == 2, "a sentence is an item or not")

    def predict(self, document: str) -> Prediction:
        """The output has one "- item" a line, or "None"."""
        found = read(document).sentences
        if not found:
            return Prediction(NOTHING, 0.0, items=(), sure=self.sureness.enough(0.0))
        chances = self.model.probabilities([sentence.text for sentence in found])[:, 1]
        likeliest = np.argsort(-chances, kind="stable")[:MAX_ITEMS]
        chosen = np.sort(likeliest[chances[likeliest] >= self.threshold])
        items = tuple(self._item(found[place]) for place in chosen)
        confidence = confidence_of(chances, chosen)
        output = "\n".join(f"- {item}" for item in items) or NOTHING
        return Prediction(output, confidence, items=items, sure=self.sureness.enough(confidence))

    def _item(self, sentence: Sentence) -> str:
        return str(sentence) if self.named else sentence.text


@dataclass(frozen=True, slots=True)
class _Source:
    reading: Reading
    items: Sequence[Names]
    behind: Ints  # the sentence of each item, or -1
    weight: float


def learn_items(examples: Sequence[Example], seed: int) -> tuple[ItemModel, HeldOut]:
    """Beyond MAX_SENTENCES it learns from a random part."""
    random = np.random.default_rng(seed)
    sources = _sources([examples[place] for place in random.permutation(len(examples))])
    listed = [np.isin(np.arange(len(source.reading.sentences)), source.behind).astype(np.int64) for source in sources]
    label = np.concatenate(listed) if listed else np.empty(0, np.int64)
    _check(listed, label)
    owner = np.repeat(np.arange(len(sources)), [len(part) for part in listed])
    texts = [sentence.text for source in sources for sentence in source.reading.sentences]
    weights = np.array([source.weight for source in sources])[owner]
    learned = learn(texts, label, weights, _folds(listed)[owner])
    found = _Found(
        learned.probabilities[:, 1],
        label[learned.held_out],
        owner[learned.held_out],
        np.array([len(source.items) for source in sources]),
    )
    threshold = _best_threshold(found)
    held_out = found.held_out(threshold, np.array([source.weight for source in sources]))
    return ItemModel(learned.model, threshold, _says_who(sources)), held_out


def confidence_of(chances: Floats, chosen: Ints) -> float:
    """`chances`: of a document's sentences. `chosen`: their places that are listed."""
    return float(chances[chosen].mean()) if len(chosen) else float(1 - chances.max())


def items_of(target: str | list[str]) -> list[str]:
    """A list as it is; of a text the lines, without their bullets. "None" has no items."""
    lines = target.splitlines() if isinstance(target, str) else target
    items = [item for line in lines if (item := without_bullet(line).strip())]
    return [] if len(items) == 1 and items[0].lower().rstrip(".") in _NOTHING else items


def _sources(examples: Sequence[Example]) -> list[_Source]:
    sources, left = list[_Source](), MAX_SENTENCES
    for example in examples:
        reading = read(example.document)
        left -= len(reading.sentences)
        if left < 0 and sources:
            break
        if reading.sentences:
            items = [grams_of(item)[0] for item in items_of(example.target)[:MAX_ITEMS]]
            sources.append(_Source(reading, items, sentences_behind(reading, items), example.weight))
    return sources


def _check(listed: Sequence[Ints], label: Ints) -> None:
    with_items = sum(bool(part.any()) for part in listed)
    if with_items < 2:
        raise CannotLearnError(
            f"A sentence like one of the items stands in {with_items} of the {len(listed)} documents: give examples "
            "whose items say what their documents say."
        )
    if label.all():
        raise CannotLearnError("Every sentence is an item: give documents that also say something else.")


def _folds(listed: Sequence[Ints]) -> Ints:
    """A fold for each document, those with items spread evenly."""
    order = sorted(range(len(listed)), key=lambda place: not listed[place].any())
    fold = np.empty(len(listed), np.int64)
    fold[order] = np.arange(len(listed)) % FOLDS
    return fold


@dataclass(frozen=True, slots=True)
class _Found:
    """Sentences of documents that were held out: how probable items they are, and whether they are."""

    chances: Floats
    label: Ints
    owner: Ints  # their document
    items: Ints  # how many a document has, by document

    def f1(self, threshold: float) -> Floats:
        """Of each document's list."""
        chosen = self.chances >= threshold
        listed = np.bincount(self.owner, chosen, len(self.items))
        hits = np.bincount(self.owner, chosen & (self.label > 0), len(self.items))
        f1: Floats = np.where(listed + self.items == 0, 1.0, 2 * hits / np.maximum(listed + self.items, 1))
        return f1

    def held_out(self, threshold: float, weights: Floats) -> HeldOut:
        """`weights`: by document."""
        documents = np.unique(self.owner)
        each = [self.chances[self.owner == document] for document in documents]
        sure = [confidence_of(chances, np.flatnonzero(chances >= threshold)) for chances in each]
        return HeldOut(np.array(sure, float), self.f1(threshold)[documents], weights[documents])


def _best_threshold(found: _Found) -> float:
    """The one under which the mean F1 of the documents' lists is highest; of equal ones the middle."""
    if not len(found.chances):
        return 0.5
    documents = np.unique(found.owner)
    candidates = np.unique(np.quantile(found.chances, np.linspace(0, 1, THRESHOLDS + 1)) + 1e-9)
    scores = [found.f1(candidate)[documents].mean() for candidate in candidates]
    best = np.flatnonzero(np.isclose(scores, max(scores)))
    return float(candidates[best[len(best) // 2]])


def _says_who(sources: Sequence[_Source]) -> bool:
    """Whether the items are more like the sentences with the speaker's name than without."""
    gain = 0.0
    for source in sources:
        for item, place in zip(source.items, source.behind, strict=True):
            if place >= 0 and (sentence := source.reading.sentences[place]).speaker:
                gain += _f1(item, str(sentence)) - _f1(item, sentence.text)
    return gain > 0


def _f1(item: Names, text: str) -> float:
    words = grams_of(text)[0]
    return float(2 * len(np.intersect1d(item, words)) / max(len(np.unique(item)) + len(np.unique(words)), 1))
