"""Does a figure of the answer follow from figures that the document has: "from $4.2 to $5.0 million, up 19 %"?

Among the figures of a long document nearly every small number is some difference, so only those are tried that the
answer itself tells it with: up to six figures with support, in the same sentence or the one before it. Of any two of
them it may be

- an amount: their sum or difference, in the currency that they have;
- a percentage: the change from either to the other, or the share of either in the other; of two percentages the sum or
  the difference, in percentage points too;
- "2.3 times", "12 per head", "a ratio of 2.3": one divided by the other.

Where the answer tells but one of the two ("up 19 % to $5.0 million") the other must stand beside it in the document, at
most two figures away in the same line or sentence, and the figure must be their change or their difference. All of it
is compared to the digits that are written. Years are no part of it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, product
from typing import Final, Literal, NamedTuple

from ratchet_router.checking.figures import Figure
from ratchet_router.checking.hedges import room_around
from ratchet_router.checking.lengths import sentence_starts
from ratchet_router.checking.source import SAME, Source
from ratchet_router.checking.units import unit_of

NEAREST: Final = 6
LOOKED_AROUND: Final = 32  # characters
UP_TO: Final = "to and or bis auf und oder à et ou a y e o tot naar en do na i до и"

_CURRENCY_BEFORE = re.compile(r"([$€£¥₹])\s?\(?\Z")
_UP_TO = re.compile(
    rf"\s?(?:[-\u2013\u2014\u2192\u301c\uff5e\u5230\u81f3]|{UP_TO.replace(' ', '|')})"
    r"\s?(?:[A-Z]{2,3}\s?)?[$€£¥₹]?\s?",
    re.I,
)
_POINTS = re.compile(r"[\s-]*(?:percentage[\s-]points?|points?|pp|bps|Prozentpunkte?n?)\b", re.I)
_BASIS_POINTS = re.compile(r"\s?(?:basis[\s-]points?|bps?|Basispunkten?)\b", re.I)
_RATIO_AFTER = re.compile(
    r"[\s-]*(?:x|\u00d7|times|fold|mal|fach|fois|veces|volte|keer|per|pro|each|je|to 1|:\s?1)(?!\w)", re.I
)
_RATIO_BEFORE = re.compile(r"(?:ratio|factor|Verhältnis|Faktor)\b[^.\d]*\Z", re.I)
Kind = Literal["amount", "percentage", "points", "ratio"]


class Operand(NamedTuple):
    """`values`: as the answer has it and, if that is more exact, as the document has it. `currency`: its sign."""

    figure: Figure
    values: Sequence[float]
    currency: str

    @property
    def percent(self) -> bool:
        return self.figure.percent


class AnswersFigures:
    """Each is looked up once, and only when it is asked for."""

    def __init__(self, text: str, figures: Sequence[Figure], source: Source) -> None:
        self.text, self.figures, self.source = text, figures, source
        self._supported: dict[int, bool] = {}
        self._starts: Sequence[int] = ()

    def supported(self, place: int) -> bool:
        if place not in self._supported:
            ways = chain([self.figures[place]], self._with_scale_of_next(place))
            self._supported[place] = any(map(self._is_supported, ways))
        return self._supported[place]

    def _with_scale_of_next(self, place: int) -> Iterator[Figure]:
        """ "From 1.05 to 1.2 million": the scale is said once."""
        own, after = self.figures[place], self.figures[place + 1 : place + 2]
        bare = own.scale == 1 and not own.percent
        if bare and after and after[0].scale != 1 and _UP_TO.fullmatch(self.text, own.end, after[0].start):
            yield own._replace(word=after[0].word)

    def _is_supported(self, figure: Figure) -> bool:
        if self.source.has(figure, self.text[figure.start : figure.end]):
            return not self.source.has_in_other_units_alone(figure, unit_of(figure, self.text))
        room = room_around(figure, self.text)
        if any(room) and self.source.has_roughly(figure, room):
            return True
        basis = _BASIS_POINTS.match(self.text, figure.end) is not None
        return (figure.percent or basis) and self.source.has_basis_points(figure)

    def around(self, place: int) -> list[Operand]:
        """Those with support that the same sentence or the one before it has, nearest first."""
        figure, (start, end) = self.figures[place], self._sentences(place)
        near = [
            other
            for other, told in enumerate(self.figures)
            if other != place and start <= told.start < end and not told.may_be_year
        ]
        near.sort(key=lambda other: abs(self.figures[other].start - figure.start))
        return [self._operand(self.figures[other]) for other in near[: 2 * NEAREST] if self.supported(other)][:NEAREST]

    def currency(self, figure: Figure) -> str:
        found = _CURRENCY_BEFORE.search(self.text, max(0, figure.start - 3), figure.start)
        return found[1] if found else ""

    def _operand(self, figure: Figure) -> Operand:
        return Operand(figure, self.source.exactly(figure), self.currency(figure))

    def _sentences(self, place: int) -> tuple[int, int]:
        """From the start of the one before to the end of its own."""
        self._starts = self._starts or sentence_starts(self.text)
        its = bisect_right(self._starts, self.figures[place].start)
        return self._starts[max(0, its - 2)], [*self._starts, len(self.text)][its]


def is_worked_out(place: int, answers: AnswersFigures) -> bool:
    figure = answers.figures[place]
    kind, currency = _kind(figure, answers.text), answers.currency(figure)
    around = [one for one in answers.around(place) if _may_share(one.currency, currency)]
    results = [*_of_two_told(kind, around), *_of_one_told(kind, around, figure, answers.source)]
    return any(
        abs(result - value * figure.scale) <= step * figure.scale / 2 + SAME * value * figure.scale
        for value, step in figure.readings
        for result in results
    )


def _of_two_told(kind: Kind, around: Sequence[Operand]) -> Iterator[float]:
    for one, other in combinations(around, 2):
        if kind != "ratio" and not _may_share(one.currency, other.currency):
            continue
        for a, b in product(one.values, other.values):
            yield from _results(kind, a, b, percent=(one.percent, other.percent))


def _of_one_told(kind: Kind, around: Sequence[Operand], figure: Figure, source: Source) -> Iterator[float]:
    """With its neighbours in the document: of the nearest before the figure and the nearest after it."""
    before = [one for one in around if one.figure.start < figure.start][:1]
    after = [one for one in around if one.figure.start > figure.start][:1]
    for one in before + after:
        for own, other in source.beside(one.figure):
            if kind == "percentage" and not one.percent:
                yield from _changes(own, other)
            elif (kind in ("percentage", "points")) == one.percent and kind != "ratio":
                yield abs(own - other)


def _results(kind: Kind, one: float, other: float, *, percent: tuple[bool, bool]) -> Iterator[float]:
    if kind == "ratio":
        yield from _shares(one, other)
    elif percent == (False, False) and kind == "percentage":
        yield from (100 * share for share in _shares(one, other))
        yield from _changes(one, other)
    elif percent[0] == percent[1] and (kind == "points" or percent[0] == (kind == "percentage")):
        yield from (one + other, abs(one - other))


def _shares(one: float, other: float) -> Iterator[float]:
    if one and other:
        yield from (one / other, other / one)


def _changes(one: float, other: float) -> Iterator[float]:
    """In per cent."""
    yield from (100 * abs(one - other) / base for base in (one, other) if base)


def _kind(figure: Figure, text: str) -> Kind:
    if figure.percent:
        return "percentage"
    if _POINTS.match(text, figure.end):
        return "points"
    before = text[max(0, figure.start - LOOKED_AROUND) : figure.start]
    return "ratio" if _RATIO_AFTER.match(text, figure.end) or _RATIO_BEFORE.search(before) else "amount"


def _may_share(one: str, other: str) -> bool:
    """A currency: many tables and lists do not repeat its sign."""
    return one == other or not one or not other
