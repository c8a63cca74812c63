"""Dates, times of day, quarters and fiscal years, looked up in a text."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from ratchet_router.checking.calendar_dates import MONTH_NAMES, Dated, Day, shaped_dates_in
from ratchet_router.checking.places import places
from ratchet_router.checking.quarters import Quarter, fiscal_years_told, is_told, quarters_told
from ratchet_router.checking.source import Source
from ratchet_router.checking.times_of_day import Minutes, times_told

LAST_OF_MONTH: Final = 31
BESIDE: Final = 14  # characters around a month's name in which its day and year stand

_SHORT = re.compile(r"\d{1,4}")


class GivenTimes:
    """`written`: as it stands in the answer."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._days_known: dict[Day, bool] = {}

    def has_date(self, dated: Dated, written: str) -> bool:
        return self._source.says(written) or any(self._has_day(day) for day in dated.days)

    def has_time(self, minutes: Minutes, written: str) -> bool:
        return self._source.says(written) or not minutes.isdisjoint(self._times)

    def has_quarter(self, quarter: Quarter, written: str) -> bool:
        return self._source.says(written) or is_told(quarter, self._quarters)

    def has_fiscal_year(self, year: int) -> bool:
        return year in self._fiscal_years or self._source.says(str(year))

    def _has_day(self, wanted: Day) -> bool:
        if wanted not in self._days_known:
            listed = any(self._agree(wanted, day) for dated in self._dates for day in dated.days)
            self._days_known[wanted] = listed or self._has_in_words(wanted)
        return self._days_known[wanted]

    def _agree(self, wanted: Day, listed: Day) -> bool:
        """A year that does not stand with the day may stand elsewhere, such as in the heading."""
        has_year = wanted.year in (None, listed.year) or (
            listed.year is None and self._source.has_number(wanted.year or 0)
        )
        return wanted.month == listed.month and wanted.day in (None, listed.day) and has_year

    def _has_in_words(self, wanted: Day) -> bool:
        """What does not stand beside the month may stand elsewhere, such as the year in the heading."""
        beside = [numbers for numbers in self._beside_month(wanted.month) if _may_be(wanted, numbers)]
        day_elsewhere = bool(beside) and (wanted.day is None or self._source.has_number(wanted.day))
        year_elsewhere = bool(beside) and (wanted.year is None or self._source.has_number(wanted.year))
        return any(
            (wanted.day in numbers or day_elsewhere) and (wanted.year in numbers or year_elsewhere)
            for numbers in beside
        )

    def _beside_month(self, month: int) -> Iterator[frozenset[int]]:
        """The numbers at each place of its names."""
        for name in MONTH_NAMES[month - 1].split():
            for at in places(self._source.folded, name) if name.isascii() or not self._source.folded.isascii() else ():
                around = self._source.folded[max(0, at - BESIDE) : at + len(name) + BESIDE]
                yield frozenset(int(digits) for digits in _SHORT.findall(around))

    @cached_property
    def _dates(self) -> Sequence[Dated]:
        return list(shaped_dates_in(self._source.text))

    @cached_property
    def _times(self) -> Minutes:
        return times_told(self._source.text)

    @cached_property
    def _quarters(self) -> frozenset[Quarter]:
        return quarters_told(self._source.text)

    @cached_property
    def _fiscal_years(self) -> frozenset[int]:
        return fiscal_years_told(self._source.text)


def _may_be(wanted: Day, numbers: frozenset[int]) -> bool:
    """No other day stands there."""
    return wanted.day is None or wanted.day in numbers or not any(number <= LAST_OF_MONTH for number in numbers)
