"""A text that figures, dates and times are looked up in. It is read as a whole only where a search does not do."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from ratchet_router.checking.beside import Neighbours
from ratchet_router.checking.calendar_dates import MONTH_NAMES, Dated, Day, shaped_dates_in
from ratchet_router.checking.figures import SCALE_WORDS, THOUSAND, Figure, figure_at, figures_in, values_in
from ratchet_router.checking.quarters import Quarter, fiscal_years_told, is_told, quarters_told
from ratchet_router.checking.shares import words_for_share
from ratchet_router.checking.spelled import spellings
from ratchet_router.checking.times_of_day import Minutes, times_told
from ratchet_router.checking.units import NONE, PERCENT, currencies_in, unit_of

LOOKED_AT: Final = 300  # places of one word
LAST_OF_MONTH: Final = 31
BESIDE: Final = 14  # characters around a month's name in which its day and year stand
SAME: Final = 1e-9  # of a value: what floating point loses
TELLING: Final = 4  # letters of a scale's word that is found within others: "million" in "millions"
EXACT: Final = 3  # values of one figure
HEADS: Final = {"000": 1e3, "k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9}

_SHORT = re.compile(r"\d{1,4}")
_TOKEN = re.compile(r"\d[\d.,'\u2019]*")
_BASIS_POINTS = re.compile(r"\b(?:basis[\s-]points?|bps?|Basispunkten?)\b", re.I)
_HEAD = re.compile(r"[$€£]\s?['\u2019]?(000|[kmb]n?)\b")


class Way(NamedTuple):
    """How a figure may stand in the text. `step`: of its last digit; `factor`: from that to what the figure says."""

    value: float
    step: float
    factor: float = 1.0


class Source:
    def __init__(self, text: str) -> None:
        self._text = text
        self._days_known: dict[Day, bool] = {}

    def has(self, figure: Figure, written: str) -> bool:
        """`written`: with the word of its scale, as it stands in the answer."""
        if figure.written in self._tokens and (figure.may_be_unscaled or self._says(written)):
            return True
        return any(self._near(way.value, way.step) for way in self._ways(figure)) or self._spells(figure)

    def has_roughly(self, figure: Figure, room: tuple[float, float]) -> bool:
        """`room`: below and above each value, as shares of it."""
        below, above = room
        ways = self._ways(figure)
        return any(self._between(way.value * (1 - below), way.value * (1 + above)) for way in ways)

    def has_in_other_units_alone(self, figure: Figure, unit: str) -> bool:
        """500 where it is asked for \u20ac500, and the text has nothing but $500."""
        if unit == NONE or not self._may_be_in_other_units(figure, unit):
            return False
        near = [(way.value, _slack(way.value, way.step)) for way in self._ways(figure)]
        units = {
            unit_of(its, self._text)
            for its in figures_in(self._text)
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
        return (not figure.percent or bool(_BASIS_POINTS.search(self._text))) and any(self._near(*way) for way in ways)

    def has_quarter(self, quarter: Quarter, written: str) -> bool:
        return self._says(written) or is_told(quarter, self._quarters)

    def has_fiscal_year(self, year: int) -> bool:
        return year in self._fiscal_years or str(year) in self._tokens

    def exactly(self, figure: Figure) -> Sequence[float]:
        """What it says, and what the text has in its place: that may have more digits."""
        said = [value * figure.scale for value, _ in figure.readings]
        return list(dict.fromkeys([*said, *(its * factor for its, factor in self._there(figure))]))[:EXACT]

    def beside(self, figure: Figure) -> Iterator[tuple[float, float]]:
        """What the text has in its place, each time with a figure that stands beside it there."""
        for its, factor in self._there(figure):
            yield from ((its * factor, other * factor) for other in self._neighbours.of(its, figure.percent))

    def has_date(self, dated: Dated, written: str) -> bool:
        return self._says(written) or any(self._has_day(day) for day in dated.days)

    def has_time(self, minutes: Minutes, written: str) -> bool:
        return self._says(written) or not minutes.isdisjoint(self._times)

    def _says(self, written: str) -> bool:
        """Without a digit around it: "5 million" is not in "15 million", nor "May 3" in "May 31"."""
        return any(
            not _goes_on_before(self._text, at) and not self._text[at + len(written) : at + len(written) + 1].isdigit()
            for at in _places(self._text, written)
        )

    def _ways(self, figure: Figure) -> Iterator[Way]:
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
        for value, step, factor in dict.fromkeys(self._ways(figure)):
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
        for at in _places(self._text, figure.written):
            its = None if _goes_on_before(self._text, at) else figure_at(self._text, at)
            if its and its.written == figure.written:
                found = True
                if unit_of(its, self._text) in (unit, NONE):
                    return False
        if found:
            return True
        return unit != PERCENT and bool(self._currencies) and unit not in self._currencies

    def _spells(self, figure: Figure) -> bool:
        value = max(value for value, _ in figure.readings)
        words = spellings(value * figure.scale)
        return any(_has_word(self._spoken, one) for one in (*words, *words_for_share(figure)))

    def _has_day(self, wanted: Day) -> bool:
        if wanted not in self._days_known:
            listed = any(self._agree(wanted, day) for dated in self._dates for day in dated.days)
            self._days_known[wanted] = listed or self._has_in_words(wanted)
        return self._days_known[wanted]

    def _agree(self, wanted: Day, listed: Day) -> bool:
        """A year that does not stand with the day may stand elsewhere, such as in the heading."""
        has_year = wanted.year in (None, listed.year) or (listed.year is None and self._has_number(wanted.year or 0))
        return wanted.month == listed.month and wanted.day in (None, listed.day) and has_year

    def _has_in_words(self, wanted: Day) -> bool:
        """What does not stand beside the month may stand elsewhere, such as the year in the heading."""
        beside = [numbers for numbers in self._beside_month(wanted.month) if _may_be(wanted, numbers)]
        day_elsewhere = bool(beside) and (wanted.day is None or self._has_number(wanted.day))
        year_elsewhere = bool(beside) and (wanted.year is None or self._has_number(wanted.year))
        return any(
            (wanted.day in numbers or day_elsewhere) and (wanted.year in numbers or year_elsewhere)
            for numbers in beside
        )

    def _beside_month(self, month: int) -> Iterator[frozenset[int]]:
        """The numbers at each place of its names."""
        for name in MONTH_NAMES[month - 1].split():
            for at in _places(self._folded, name) if name.isascii() or not self._folded.isascii() else ():
                around = self._folded[max(0, at - BESIDE) : at + len(name) + BESIDE]
                yield frozenset(int(digits) for digits in _SHORT.findall(around))

    def _has_number(self, number: int) -> bool:
        if str(number) in self._tokens or self._near(number, 0.0):
            return True
        return any(_has_word(self._spoken, words) for words in spellings(number))

    @cached_property
    def _tokens(self) -> frozenset[str]:
        return frozenset(token.rstrip(".,'\u2019") for token in _TOKEN.findall(self._text))

    @cached_property
    def _folded(self) -> str:
        return self._text.casefold()

    @cached_property
    def _spoken(self) -> str:
        return " ".join(self._folded.replace("-", " ").replace("\u00bd", " a half").replace(" and ", " ").split())

    @cached_property
    def _values(self) -> Sequence[float]:
        return sorted(set(values_in(self._text)))

    @cached_property
    def _neighbours(self) -> Neighbours:
        return Neighbours(self._text)

    @cached_property
    def _scales(self) -> frozenset[float]:
        """Of the words that stand anywhere, such as "in millions" over a table."""
        over_tables = {HEADS[found[1]] for found in _HEAD.finditer(self._folded) if found[1] in HEADS}
        named = {
            scale
            for scale, words in SCALE_WORDS.items()
            if any(word in self._folded for word in words.split() if len(word) >= TELLING)
        }
        return frozenset(over_tables | named)

    @cached_property
    def _dates(self) -> Sequence[Dated]:
        return list(shaped_dates_in(self._text))

    @cached_property
    def _times(self) -> Minutes:
        return times_told(self._text)

    @cached_property
    def _currencies(self) -> frozenset[str]:
        return currencies_in(self._text)

    @cached_property
    def _quarters(self) -> frozenset[Quarter]:
        return quarters_told(self._text)

    @cached_property
    def _fiscal_years(self) -> frozenset[int]:
        return fiscal_years_told(self._text)


def _slack(value: float, step: float) -> float:
    return step / 2 + SAME * value


def _places(text: str, words: str) -> Iterator[int]:
    """The first of them: who repeats himself more often than that means no good."""
    at = text.find(words)
    for _ in range(LOOKED_AT):
        if at < 0:
            return
        yield at
        at = text.find(words, at + 1)


def _has_word(text: str, words: str) -> bool:
    """Not as a part of a longer word."""
    return any(
        not text[max(0, at - 1) : at].isalpha() and not text[at + len(words) : at + len(words) + 1].isalpha()
        for at in _places(text, words)
    )


def _goes_on_before(text: str, at: int) -> bool:
    before = text[max(0, at - 1) : at]
    return before.isdigit() or before in (".", ",")


def _may_be(wanted: Day, numbers: frozenset[int]) -> bool:
    """No other day stands there."""
    return wanted.day is None or wanted.day in numbers or not any(number <= LAST_OF_MONTH for number in numbers)
