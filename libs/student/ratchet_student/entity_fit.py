"""Learning to mark entities, from documents and what people listed of them.

An item is looked for in its document, word by word; wherever its name stands there, that is a span. Items that stand
nowhere teach nothing, but count when it is measured how well lists are met.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_student.action_items import items_of
from ratchet_student.entities import EntityModel, confidence_of, lines, listed, sorted_spans
from ratchet_student.errors import CannotLearnError
from ratchet_student.examples import Example
from ratchet_student.linear import FOLDS
from ratchet_student.naming import MOST_KINDS, Named, Places, Words, form_of, read_as, words_of
from ratchet_student.reading import Floats, Ints
from ratchet_student.scorer import Scorer, learn_scorer
from ratchet_student.sureness import HeldOut
from ratchet_student.tagging import BEGINS, GOES_ON, OUTSIDE, TAGS, Span, span_cells, spans
from ratchet_student.tokens import Cells, Token, cells, tokens

MAX_TOKENS = 100_000  # of all documents: some 30 s
CAUTIONS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0)

Listed = frozenset[tuple[int, Words]]  # kinds and words of names


@dataclass(frozen=True, slots=True)
class _Source:
    document: str
    read: Sequence[Token]
    cells: Cells
    items: Sequence[str]
    weight: float

    @property
    def words(self) -> list[str]:
        return [token.word or self.document[token.start : token.end] for token in self.read]


@dataclass(frozen=True, slots=True)
class _Lesson:
    """A document with the tags of its tokens, and what was listed of it."""

    source: _Source
    tags: Ints
    spans: Sequence[Span]
    kinds: Sequence[int]  # of the spans
    listed: Listed
    items: int


@dataclass(frozen=True, slots=True)
class _Marker:
    tagger: Scorer
    sorter: Scorer | None


@dataclass(frozen=True, slots=True)
class _Told:
    """What a tagger that had not seen the document says of it."""

    lesson: _Lesson
    likely: Floats
    sorter: Scorer | None

    def answer(self, caution: float) -> tuple[float, float]:
        """F1 of the list, and how sure it is."""
        source = self.lesson.source
        marked = sorted_spans(source.cells, spans(self.likely, lines(source.read), caution), self.sorter)
        found = listed(source.document, source.read, marked)
        hits = len({(one.kind, words_of(one.name)) for one in found} & self.lesson.listed)
        both = len(found) + self.lesson.items
        return (2 * hits / both if both else 1.0), confidence_of(found, self.likely)


def learn_entities(examples: Sequence[Example], seed: int) -> tuple[EntityModel, HeldOut]:
    """Beyond MAX_TOKENS it learns from a random part."""
    random = np.random.default_rng(seed)
    sources = list(_sources([examples[place] for place in random.permutation(len(examples))]))
    places = [Places(source.words) for source in sources]
    form = form_of([source.items for source in sources], places)
    lessons, kinds = _lessons(sources, places, form)
    told = _told(lessons, len(kinds))
    caution = max(CAUTIONS, key=lambda one: (np.mean([its.answer(one)[0] for its in told]), -abs(one)))
    answers = np.array([its.answer(caution) for its in told]).reshape(-1, 2)
    weights = np.array([its.lesson.source.weight for its in told])
    whole = _marker(lessons, len(kinds))
    model = EntityModel(whole.tagger, kinds, whole.sorter, form, caution)
    return model, HeldOut(answers[:, 1], answers[:, 0], weights)


def _sources(examples: Sequence[Example]) -> Iterator[_Source]:
    left = MAX_TOKENS
    for example in examples:
        read = tokens(example.document)
        left -= len(read)
        if left < 0:
            return
        if read:
            yield _Source(example.document, read, cells(read), items_of(example.target), example.weight)


def _lessons(sources: Sequence[_Source], places: Sequence[Places], form: int) -> tuple[list[_Lesson], tuple[str, ...]]:
    named = [[one for item in source.items if (one := read_as(form, item))] for source in sources]
    standing = [[one for one in its if where.of(one.words)] for its, where in zip(named, places, strict=True)]
    _check(standing)
    kinds = _kinds(standing)
    number = {kind.casefold(): place for place, kind in enumerate(kinds)}
    lessons = []
    for source, its, where in zip(sources, standing, places, strict=True):
        known = [one for one in its if one.kind.casefold() in number]
        meant = frozenset((number[one.kind.casefold()], one.words) for one in known)
        marked = list(_marked(known, where))
        its_spans = [Span(start, start + len(one.words) - 1, 1.0) for start, one in marked]
        its_kinds = [number[one.kind.casefold()] for _, one in marked]
        tags = _tags(len(source.read), its_spans)
        lessons.append(_Lesson(source, tags, its_spans, its_kinds, meant, len(source.items)))
    return lessons, kinds


def _check(standing: Sequence[Sequence[Named]]) -> None:
    if (with_some := sum(map(bool, standing))) < 2:
        raise CannotLearnError(
            f"One of the entities stands in {with_some} of the {len(standing)} documents: give examples whose entities "
            "are written as their documents write them."
        )


def _kinds(standing: Sequence[Sequence[Named]]) -> tuple[str, ...]:
    """The commonest ones, each as it is mostly written, in the order of the alphabet."""
    counted = Counter(one.kind for its in standing for one in its)
    by_name: dict[str, str] = {}
    for kind, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])):
        by_name.setdefault(kind.casefold(), kind)
    return tuple(sorted(list(by_name.values())[:MOST_KINDS]))


def _marked(known: Sequence[Named], places: Places) -> Iterator[tuple[int, Named]]:
    """Each mention, by its first token. The longest names first: a shorter one inside is no entity there."""
    taken = set[int]()
    for one in sorted(known, key=lambda named: -len(named.words)):
        for start in places.of(one.words):
            its = range(start, start + len(one.words))
            if taken.isdisjoint(its):
                taken.update(its)
                yield start, one


def _tags(count: int, its: Sequence[Span]) -> Ints:
    tags = np.full(count, OUTSIDE, np.int64)
    for span in its:
        tags[span.first : span.last + 1] = GOES_ON
        tags[span.first] = BEGINS
    return tags


def _told(lessons: Sequence[_Lesson], kinds: int) -> list[_Told]:
    """Those with spans are spread evenly over the folds."""
    order = sorted(range(len(lessons)), key=lambda place: not lessons[place].tags.any())
    fold = {place: at % FOLDS for at, place in enumerate(order)}
    told = []
    for one in range(FOLDS):
        others = [lesson for place, lesson in enumerate(lessons) if fold[place] != one]
        if not any(lesson.spans for lesson in others):
            continue
        marker = _marker(others, kinds)
        told += [
            _Told(lesson, marker.tagger.likely(lesson.source.cells), marker.sorter)
            for place, lesson in enumerate(lessons)
            if fold[place] == one
        ]
    return told


def _marker(lessons: Sequence[_Lesson], kinds: int) -> _Marker:
    weights = np.array([lesson.source.weight for lesson in lessons])
    tagger = learn_scorer(
        np.concatenate([lesson.source.cells for lesson in lessons]),
        np.concatenate([lesson.tags for lesson in lessons]),
        np.repeat(weights, [len(lesson.tags) for lesson in lessons]),
        TAGS,
    )
    kind = np.array([one for lesson in lessons for one in lesson.kinds], np.int64)
    if kinds == 1:
        return _Marker(tagger, None)
    some = [lesson for lesson in lessons if lesson.spans]
    found = np.concatenate([span_cells(lesson.source.cells, lesson.spans) for lesson in some])
    of_spans = np.repeat(weights, [len(lesson.spans) for lesson in lessons])
    return _Marker(tagger, learn_scorer(found, kind, of_spans, kinds))
