"""A text that figures are looked up in. It is read as a whole only where a search does not do."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from ratchet_router.checking.beside import Neighbours
from ratchet_router.checking.figures import SCALE_WORDS, THOUSAND, Figure, figure_at, figures_in, values_in
from ratchet_router.checking.places import goes_on_before, has_word, places
from ratchet_router.checking.shares import words_for_share
from ratchet_router.checking.spelled import spellings
from ratchet_router.checking.units import NONE, PERCENT, currencies_in, unit_of

SAME: Final = 1e-9  # of a value: what floating point loses
TELLING: Final = 4  # letters of a scale's word that is found within others: "million" in "millions"
EXACT: Final = 3  # values of one figure
HEADS: Final = {"000": 1e3, "k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9}

_TOKEN = re.compile(r"\d[\d.,'\u2019]*")
_BASIS_POINTS = re.compile(r"\b(?:basis[\s-]points?|bps?|Basispunkten?)\b", re.I)
_HEAD = re.compile(r"[$€£]\s?['\u2019]?(000|[kmb]n?)\b")


def _shortest(words: Sequence[str]) -> Sequence[str]:
    """Those that have no other in them: where there are "millions" there is "million"."""
    return [word for word in words if not any(word != other and other in word for other in words)]


_NAMES: Final = {
    scale: _shortest([word for word in words.split() if len(word) >= TELLING]) for scale, words in SCALE_WORDS.items()
}


class Way(NamedTuple):
    """How a figure may stand in the text. `step`: of its last digit; `factor`: from that to what the figure says."""

    value: float
    step: float
    factor: float = 1.0


class Source:
    def __init__(self, text: str) -> None:
        self.text = text

    def has(self, figure: Figure, written: str) -> bool:
        """`written`: with the word of its scale, as it stands in the answer."""
        if figure.written in self._tokens and (figure.may_be_unscaled or self.says(written)):
            return True
        return any(self._near(way.value, way.step) for way in self.ways(figure)) or self._spells(figure)

    def has_roughly(self, figure: Figure, room: tuple[float, float]) -> bool:
        """`room`: below and above each value, as shares of it."""
        below, above = room
        ways = self.ways(figure)
        return any(self._between(way.value * (1 - below), way.value * (1 + above)) for way in ways)

    def has_in_other_units_alone(self, figure: Figure, unit: str) -> bool:
        """500 where it is asked for \u20ac500, and the text has nothing but $500."""
        if unit == NONE or not self._may_be_in_other_units(figure, unit):
            return False
        near = [(way.value, _slack(way.value, way.step)) for way in self.ways(figure)]
        units = {
            unit_of(its, self.text)
            for its in figures_in(self.text)
            if any(
                abs(value * scale - way) <= slack
                for value, _ in its.readings
                for scale in {1.0, its.scale}
                for way, slack in near
            )
        }
        return bool(units) and units.isdisjoint({unit, NONE}) and not self._spells(figure)

    def has_basis_points(self, figure: Figure) -> bool:
        """2.5 % as 250 basis points, or the other way round."""
        ways = ((value * 100, step * 100) for value, step in figure.readings)
        if not figure.percent:
            ways = ((value / 100, step / 100) for value, step in figure.readings)
        return (not figure.percent or bool(_BASIS_POINTS.search(self.text))) and any(self._near(*way) for way in ways)

    def exactly(self, figure: Figure) -> Sequence[float]:
        """What it says, and what the text has in its place: that may have more digits."""
        said = [value * figure.scale for value, _ in figure.readings]
        return list(dict.fromkeys([*said, *(its * factor for its, factor in self._there(figure))]))[:EXACT]

    def beside(self, figure: Figure) -> Iterator[tuple[float, float]]:
        """What the text has in its place, each time with a figure that stands beside it there."""
        for its, factor in self._there(figure):
            yield from ((its * factor, other * factor) for other in self._neighbours.of(its, figure.percent))

    def says(self, written: str) -> bool:
        """Without a digit around it: "5 million" is not in "15 million", nor "May 3" in "May 31"."""
        return any(
            not goes_on_before(self.text, at) and not self.text[at + len(written) : at + len(written) + 1].isdigit()
            for at in places(self.text, written)
        )

    def ways(self, figure: Figure) -> Iterator[Way]:
        """The scale may stand over a table."""
        for value, step in figure.readings:
            whole, its_step = value * figure.scale, step * figure.scale
            yield Way(whole, its_step)
            if whole >= THOUSAND:
                yield from (Way(whole / scale, its_step / scale, scale) for scale in self._scales)
            if figure.may_be_unscaled:
                yield Way(value, step, figure.scale)
            if figure.percent:
                yield Way(value / 100, step / 100, 100)
            elif value < 1 and figure.scale == 1:
                yield Way(value * 100, step * 100, 0.01)

    def _there(self, figure: Figure) -> Iterator[tuple[float, float]]:
        """For each way the value that is nearest to it, and the factor."""
        for value, step, factor in dict.fromkeys(self.ways(figure)):
            place = bisect_left(self._values, value)
            nearest = min(self._values[max(0, place - 1) : place + 1], key=lambda its: abs(its - value), default=None)
            if nearest is not None and abs(nearest - value) <= _slack(value, step):
                yield nearest, factor

    def _near(self, value: float, step: float) -> bool:
        """A figure may be given with fewer digits than it was read with."""
        slack = _slack(value, step)
        return self._between(value - slack, value + slack)

    def _between(self, least: float, most: float) -> bool:
        place = bisect_left(self._values, least)
        return place < len(self._values) and self._values[place] <= most

    def _may_be_in_other_units(self, figure: Figure, unit: str) -> bool:
        """Looks where it stands as it is written, and only then need all that it may stand for be looked at."""
        found = False
        for at in places(self.text, figure.written):
            its = None if goes_on_before(self.text, at) else figure_at(self.text, at)
            if its and its.written == figure.written:
                found = True
                if unit_of(its, self.text) in (unit, NONE):
                    return False
        if found:
            return True
        return unit != PERCENT and bool(self._currencies) and unit not in self._currencies

    def _spells(self, figure: Figure) -> bool:
        value = max(value for value, _ in figure.readings)
        words = spellings(value * figure.scale)
        return any(has_word(self._spoken, one) for one in (*words, *words_for_share(figure)))

    def has_number(self, number: int) -> bool:
        if str(number) in self._tokens or self._near(number, 0.0):
            return True
        return any(has_word(self._spoken, words) for words in spellings(number))

    @cached_property
    def _tokens(self) -> frozenset[str]:
        return frozenset(token.rstrip(".,'\u2019") for token in _TOKEN.findall(self.text))

    @cached_property
    def folded(self) -> str:
        return self.text.casefold()

    @cached_property
    def _spoken(self) -> str:
        return " ".join(self.folded.replace("-", " ").replace("\u00bd", " a half").replace(" and ", " ").split())

    @cached_property
    def _values(self) -> Sequence[float]:
        return sorted(set(values_in(self.text)))

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours(self.text)

    @cached_property
    def _scales(self) -> frozenset[float]:
        """Of the words that stand anywhere, such as "in millions" over a table."""
        over_tables = {HEADS[found[1]] for found in _HEAD.finditer(self.folded) if found[1] in HEADS}
        named = {scale for scale, words in _NAMES.items() if any(word in self.folded for word in words)}
        return frozenset(over_tables | named)

    @cached_property
    def _currencies(self) -> frozenset[str]:
        return currencies_in(self.text)


def _slack(value: float, step: float) -> float:
    return step / 2 + SAME * value
