"""What may answer a question: the spans of the passages that have most of it, each as a row of numbers.

They hold for any text: how much of the question stands in the passage, in what heads a cell, around the span and inside
it, whether it is a figure, a year or a name, how people's answers begin and end, and how much of the question stands in
the text at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ratchet_student.passages import Passage, has_figure, years
from ratchet_student.questions import STEM, Asked, Habits, Text, stems_of
from ratchet_student.reading import Floats, Ints, names_of

LOOKED_AT = 6  # passages
LONGEST = 40  # words of a span; a sentence may be longer
SHORTLIST = 100  # spans of a passage
MOST_TOKENS = 120  # of a passage
BESIDE = 5  # words around a span
FEATURES = 35  # beside the telling words; new ones come last, so that older forests read theirs where they stood
START, END = "\x02", "\x03"

NO_ROWS = np.empty(0, np.int64)
_CURRENCIES = frozenset("$£€¥")
_SCALES = frozenset({"thousand", "million", "billion", "thousands", "millions", "billions"})
_MARKS = dict.fromkeys(_CURRENCIES, 1) | {"%": 2} | dict.fromkeys(_SCALES, 4)


@dataclass(frozen=True, slots=True)
class Spans:
    """Of one passage: first token and the one after the last, and whether the table's scale is added to the figure."""

    passage: Passage
    first: Ints
    after: Ints
    scaled: Ints
    known: Floats  # features of the question and the passage
    there: Floats  # of the question and the text

    def text(self, place: int) -> str:
        said = self.passage.between(int(self.first[place]), int(self.after[place])).strip()
        return f"{said} {self.passage.scale}" if self.scaled[place] else said


def spans_for(question: Asked, text: Text) -> list[Spans]:
    """The best passage first."""
    found = np.array([question.share(stems) for stems in text.stems])
    best = np.argsort(-found, kind="stable")[:LOOKED_AT]
    return [
        _spans(
            text.passages[place],
            _known(question, text.passages[place], found, int(place), rank),
            np.array([question.there, question.there * found[place]]),
        )
        for rank, place in enumerate(best)
    ]


@dataclass(frozen=True, slots=True)
class Looks:
    """The spans of a passage that begin and end most like answers, by their places, and what they look like."""

    rows: Ints
    features: Floats  # (rows, features)


def looks_of(question: Asked, spans: Spans, habits: Habits, others: Ints = NO_ROWS) -> Looks:
    """`others`: rows that are wanted as well."""
    own = _Own(question, spans.passage, habits)
    begins, ends = own.odds(spans.first, spans.after)
    scattered = np.arange(len(begins), dtype=np.uint32) * np.uint32(2654435761)  # of equal ones, some of every sort
    likeliest = np.lexsort((scattered, -(begins + ends)))[:SHORTLIST]
    rows = np.unique(np.concatenate([np.zeros(1, np.int64), likeliest, others]))
    each = own.features(spans.first[rows], spans.after[rows], spans.scaled[rows])
    known, there = (np.tile(its, (len(rows), 1)) for its in (spans.known, spans.there))
    return Looks(rows, np.hstack([known, each, there]))


def _known(question: Asked, passage: Passage, found: Floats, place: int, rank: int) -> Floats:
    beside = found[max(place - 1, 0) : place + 2].max()
    best, count = max(found.max(), 1e-9), len(found)
    of_passage = (found[place], found[place] / best, rank, beside, place / count, np.log(count), passage.is_row)
    return np.array([*question.telling, *of_passage, len(passage.starts), bool(question.years)], float)


def _spans(passage: Passage, known: Floats, there: Floats) -> Spans:
    tokens = passage.words()[:MOST_TOKENS]
    first, after = _cells(passage, len(tokens)) if passage.is_row else _runs(tokens)
    scaled = np.zeros(len(first), np.int64)
    if passage.scale:
        figure = _summed([has_figure(token) for token in tokens])
        figures = np.flatnonzero(figure[after] > figure[first])
        first, after = np.append(first, first[figures]), np.append(after, after[figures])
        scaled = np.append(scaled, np.ones(len(figures), np.int64))
    return Spans(passage, first, after, scaled, known, there)


def _cells(passage: Passage, count: int) -> tuple[Ints, Ints]:
    both = np.array([pair for pair in passage.spans if pair[1] <= count] or [(0, count)], np.int64)
    return both[:, 0], both[:, 1]


def _runs(tokens: Sequence[str]) -> tuple[Ints, Ints]:
    """The whole sentence, and every run of words that no mark begins or ends."""
    count = len(tokens)
    starts = np.flatnonzero([(one[0].isalnum() and one not in _SCALES) or one in _CURRENCIES for one in tokens])
    ends = 1 + np.flatnonzero([one[0].isalnum() or one in "%)" for one in tokens])
    size = ends[None, :] - starts[:, None]
    left, right = np.nonzero((size > 0) & (size <= LONGEST))
    return np.append(0, starts[left]), np.append(count, ends[right])


class _Own:
    """Of the tokens of one passage, as sums from its beginning, so that any span is a difference."""

    def __init__(self, question: Asked, passage: Passage, habits: Habits) -> None:
        tokens = passage.words()[:MOST_TOKENS]
        self._question, self._passage, self._count = question, passage, len(tokens)
        names = names_of([*tokens, START, END])
        self._odds = [slot.of(names) for slot in habits.slots]
        found = [question.weights.get(token[:STEM], 0.0) for token in tokens]
        self._found, self._there = _summed(found), _summed([weight > 0 for weight in found])
        self._figures = _summed([has_figure(token) for token in tokens])
        self._years = _summed([bool(years(token)) for token in tokens])
        self._asked_years = _summed([token in question.years for token in tokens])
        self._capitals = _summed([passage.text[start].isupper() for start in passage.starts[: self._count]])
        self._marked = np.array([_MARKS.get(token, 0) for token in tokens])

    def features(self, first: Ints, after: Ints, scaled: Ints) -> Floats:
        """(spans, features)."""
        count, last, size = self._count, after - 1, after - first
        nothing = np.zeros_like(first)
        left, right = np.maximum(first - BESIDE, 0), np.minimum(after + BESIDE, count)
        begins, ends = self.odds(first, after)
        shares = self._there, self._figures, self._capitals, self._years
        asked_years = _between(self._asked_years, first, after)
        return np.column_stack(
            [
                *(size, size == count, np.minimum(first, 20), np.minimum(count - after, 20)),
                *(self._part(a, b) for a, b in ((first, after), (left, first), (after, right))),
                *(self._part(nothing, first), self._part(after, nothing + count)),
                *(_between(sums, first, after) / size for sums in shares),
                *(asked_years > 0, self._asked_years[-1] > asked_years),
                *(self._marked[first], self._marked[last], scaled),
                *self._headed(first),
                *(begins, ends, begins + ends),
            ]
        )

    def odds(self, first: Ints, after: Ints) -> tuple[Floats, Floats]:
        """That answers begin, and end, like this."""
        before, behind = self._odds[0][np.where(first > 0, first - 1, self._count)], self._odds[3]
        begins: Floats = before + self._odds[1][first]
        ends: Floats = self._odds[2][after - 1] + behind[np.where(after < self._count, after, self._count + 1)]
        return begins, ends

    def _headed(self, first: Ints) -> tuple[Floats, Floats, Floats]:
        """Of each cell: how much of its label is asked for, of the question is in its head, and whether its year is."""
        passage, question = self._passage, self._question
        if not passage.is_row:
            return (np.zeros(len(first)),) * 3
        at = {start: head for (start, _), head in zip(passage.spans, passage.heads, strict=True)}
        label = stems_of(passage.label)
        asked_for = sum(stem in question.weights for stem in label) / len(label) if label else 0.0
        heads = [at.get(int(start), "") for start in first]
        of_head = [question.share(stems_of(head)) for head in heads]
        of_year = [float(bool(years(head) & question.years)) - 0.5 * (not years(head)) for head in heads]
        return np.full(len(first), asked_for), np.array(of_head), np.array(of_year)

    def _part(self, first: Ints, after: Ints) -> Floats:
        """How much of the question stands there."""
        return _between(self._found, first, after) / self._question.whole


def _between(sums: Floats, first: Ints, after: Ints) -> Floats:
    difference: Floats = sums[after] - sums[first]
    return difference


def _summed(values: Sequence[float]) -> Floats:
    sums: Floats = np.concatenate([[0.0], np.cumsum(np.array(values, float))])
    return sums
