"""Days as English, German, French and Spanish texts write them."""

import re
from collections.abc import Iterator
from datetime import date

from ratchet_documents.metadata.months import MONTH, month_of

_MONTH = rf"(?P<{{0}}>{MONTH})"
_NUMBER = r"(?:st|nd|rd|th|er|\.)?"
DAY = re.compile(
    r"\b(?:(?P<y1>(?:19|20)\d\d)-(?P<m1>\d\d)-(?P<d1>\d\d)"
    rf"|{_MONTH.format('m2')}\s+(?P<d2>\d{{1,2}}){_NUMBER}\s*,?\s+(?P<y2>(?:19|20)\d\d)"
    rf"|(?P<d3>\d{{1,2}}){_NUMBER}\s+(?:of\s+|de\s+)?{_MONTH.format('m3')},?\s+(?:del?\s+)?(?P<y3>(?:19|20)\d\d)"
    r"|(?P<a4>\d{1,2})[/.](?P<b4>\d{1,2})[/.](?P<y4>(?:19|20)\d\d))\b",
    re.I,
)
_LEAP_YEAR = 2024
_YEAR_BEHIND = r"(?!\d|,?\s+(?:del?\s+)?(?:19|20)\d\d)"
_WITHOUT_A_YEAR = re.compile(
    rf"\b(?:{_MONTH.format('m2')}\s+(?P<d2>\d{{1,2}}){_NUMBER}"
    rf"|(?<![/.\d])(?P<d3>\d{{1,2}}){_NUMBER}\s+(?:of\s+|de\s+)?{_MONTH.format('m3')}){_YEAR_BEHIND}",
    re.I,
)


def days_in(text: str) -> Iterator[tuple[int, date]]:
    """Each with where it begins. A day in figures is left out where day and month cannot be told apart."""
    for start, _, day in days_with_ends(text):
        yield start, day


def days_without_a_year(text: str) -> Iterator[tuple[int, int, int]]:
    """Where each begins, month and day, of those that no year stands behind."""
    for found in _WITHOUT_A_YEAR.finditer(text):
        month, day = month_of(found["m2"] or found["m3"]), int(found["d2"] or found["d3"])
        if _valid(_LEAP_YEAR, month, day):
            yield found.start(), month, day


def days_with_ends(text: str) -> Iterator[tuple[int, int, date]]:
    """As `days_in`, with where each begins and ends."""
    for found in DAY.finditer(text):
        day = _day(found)
        if day is not None:
            yield found.start(), found.end(), day


def _day(found: re.Match[str]) -> date | None:
    parts = found.groupdict()
    if parts["y1"]:
        return _valid(int(parts["y1"]), int(parts["m1"]), int(parts["d1"]))
    if parts["y2"]:
        return _valid(int(parts["y2"]), month_of(parts["m2"]), int(parts["d2"]))
    if parts["y3"]:
        return _valid(int(parts["y3"]), month_of(parts["m3"]), int(parts["d3"]))
    first, second, year = int(parts["a4"]), int(parts["b4"]), int(parts["y4"])
    if first > 12:
        return _valid(year, second, first)
    return _valid(year, first, second) if second > 12 or first == second else None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def day_of(said: str) -> date | None:
    """Of `2026-03-12`. None for what is no day, or empty: the metadata may be somebody's own."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
