"""Entities: the spans of a document that people would list, each with its kind where they write one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_modelfile import must
from ratchet_student.examples import Prediction
from ratchet_student.naming import FORMS, written
from ratchet_student.reading import Floats, Ints
from ratchet_student.scorer import Scorer
from ratchet_student.sureness import ALWAYS, Sureness
from ratchet_student.tagging import OUTSIDE, TAGS, Span, span_cells, spans
from ratchet_student.tokens import Cells, Token, cells, tokens

MAX_ITEMS = 200
NOTHING = "None"


@dataclass(frozen=True, slots=True)
class Sorted:
    span: Span
    kind: int
    chance: float  # that it is a span, and of this kind


@dataclass(frozen=True, slots=True)
class Found:
    kind: int
    name: str  # as the document writes it
    chance: float


@dataclass(frozen=True, slots=True)
class EntityModel:
    tagger: Scorer  # of tokens
    kinds: tuple[str, ...]
    sorter: Scorer | None  # of spans, by kind; None where there is one kind only
    form: int  # of an item, among FORMS
    caution: float
    sureness: Sureness = ALWAYS

    def __post_init__(self) -> None:
        must(len(self.tagger.bias) == TAGS, "tags are missing")
        must(len(self.kinds) == (len(self.sorter.bias) if self.sorter else 1), "kinds have other names")
        must(0 <= self.form < len(FORMS), "items have a form that is not known")

    def predict(self, document: str) -> Prediction:
        """The output has one "- item" a line, or "None"."""
        read = tokens(document)
        its = cells(read)
        likely = self.tagger.likely(its)
        found = listed(document, read, sorted_spans(its, spans(likely, lines(read), self.caution), self.sorter))
        items = tuple(written(self.form, self.kinds[one.kind], one.name) for one in found)
        confidence = confidence_of(found, likely)
        output = "\n".join(f"- {item}" for item in items) or NOTHING
        return Prediction(output, confidence, items=items, sure=self.sureness.enough(confidence))


def sorted_spans(its: Cells, found: Sequence[Span], sorter: Scorer | None) -> list[Sorted]:
    if sorter is None or not found:
        return [Sorted(span, 0, span.chance) for span in found]
    likely = sorter.likely(span_cells(its, found))
    kinds, chances = likely.argmax(axis=1), np.exp(likely.max(axis=1))
    return [
        Sorted(span, int(kind), span.chance * float(chance))
        for span, kind, chance in zip(found, kinds, chances, strict=True)
    ]


def listed(document: str, read: Sequence[Token], found: Sequence[Sorted]) -> list[Found]:
    """Each once, in the order in which they first come up, with the chance of the mention that is surest."""
    first: dict[tuple[int, str], Found] = {}
    for one in _named(document, read, found):
        key = one.kind, one.name.casefold()
        there = first.get(key)
        first[key] = one if there is None else Found(one.kind, there.name, max(there.chance, one.chance))
    return list(first.values())[:MAX_ITEMS]


def lines(read: Sequence[Token]) -> Ints:
    return np.array([token.line for token in read], np.int64)


def confidence_of(found: Sequence[Found], likely: Floats) -> float:
    """The mean chance of what is listed; where nothing is, the chance that nothing is there."""
    if found:
        return float(np.mean([one.chance for one in found]))
    return float(np.exp(likely[:, OUTSIDE].min(initial=0.0)))


def _named(document: str, read: Sequence[Token], found: Sequence[Sorted]) -> Iterator[Found]:
    for one in found:
        name = " ".join(document[read[one.span.first].start : read[one.span.last].end].split())
        yield Found(one.kind, name, one.chance)
