"""Dates, however they are written. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MONTH_NAMES: Final = (
    "january jan januar jänner janvier enero gennaio janeiro januari января январь stycznia styczeń",
    "february feb februar février febrero febbraio fevereiro februari февраля февраль lutego luty",
    "march mar märz mars marzo março maart марта март marca marzec",
    "april apr avril abril aprile апреля апрель kwietnia kwiecień",
    "may mai mayo maggio maio mei maj мая май maja",
    "june jun juni juin junio giugno junho июня июнь czerwca czerwiec",
    "july jul juli juillet julio luglio julho июля июль lipca lipiec",
    "august aug août agosto augustus augusti августа август sierpnia sierpień",
    "september sept sep septembre septiembre settembre setembro сентября сентябрь września wrzesień",
    "october oct oktober okt octobre octubre ottobre outubro октября октябрь października październik",
    "november nov novembre noviembre novembro ноября ноябрь listopada listopad",
    "december dec dezember dez décembre diciembre dicembre dezembro декабря декабрь grudnia grudzień",
)
MONTHS: Final = {name: number for number, names in enumerate(MONTH_NAMES, 1) for name in names.split()}
GAPS: Final = frozenset({" ", "\u00a0", "-"})
LONGEST_BEFORE: Final = 16  # characters: a month's name and what stands between it and the number

# All begin with the digit itself, so that the search skips what is none.
_NUMBER = re.compile(r"\d(?<![^\W_]\d)(?:\d{3}|\d?)(?!\d)")
_BEFORE = re.compile(r"([^\W\d_]{3,12})[.,]{0,2}[ \u00a0-](?:de )?\Z")
_AFTER_DAY = re.compile(
    r"(?:st|nd|rd|th|er|\.|º|ª)?[ \u00a0-]?(?:of |de )?([^\W\d_]{3,12})\b\.?,?(?:[ \u00a0-](?:de )?(\d{4})\b)?"
)
_YEAR = re.compile(r"(?:st|nd|rd|th)?,?[ \u00a0](\d{4})\b")
_NUMERIC = re.compile(
    r"\d(?<![\w.]\d)(?:(?P<year>\d{3})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})"
    r"|(?P<one>\d?)([-/.])(?P<other>\d{1,2})\6(?P<last>\d{4}|\d{2}))(?![.,]?\d)"
)
_YEAR_IN_SHORT = re.compile(r"['\u2019](\d{2})(?!\w)")
_MONTH_BEFORE = re.compile(r"([^\W\d_]{3,12})[.,]?[ \u00a0-]?\Z")
_EAST_ASIAN = re.compile(
    r"(?:(?P<year>\d{4})\s?[\u5e74\ub144]\s?)?(?<!\d)(?P<month>\d{1,2})\s?[\u6708\uc6d4]"
    r"(?:\s?(?P<day>\d{1,2})\s?[\u65e5\u53f7\u865f\uc77c])?"
)


@dataclass(frozen=True, slots=True)
class Day:
    month: int
    day: int | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Dated:
    """`days`: each that the words may stand for; 3/4/2026 has two."""

    start: int
    end: int
    days: tuple[Day, ...]


def dates_in(text: str) -> list[Dated]:
    return [*shaped_dates_in(text), *_worded_dates_in(text)]


def shaped_dates_in(text: str) -> Iterator[Dated]:
    """Those that a search finds without looking at each number."""
    yield from _numeric_dates_in(text)
    yield from _with_short_years_in(text)
    if "\u6708" in text or "\uc6d4" in text:
        yield from _east_asian_dates_in(text)


def _with_short_years_in(text: str) -> Iterator[Dated]:
    """Dec '25"""
    for found in _YEAR_IN_SHORT.finditer(text):
        before = _MONTH_BEFORE.search(text, max(0, found.start() - LONGEST_BEFORE), found.start())
        if before and (month := MONTHS.get(before[1].lower())):
            yield Dated(before.start(), found.end(), (Day(month, None, 2000 + int(found[1])),))


def _east_asian_dates_in(text: str) -> Iterator[Dated]:
    for found in _EAST_ASIAN.finditer(text):
        month, day = int(found["month"]), _int(found["day"])
        if 1 <= month <= 12 and (day is None or 1 <= day <= 31):
            yield Dated(*found.span(), (Day(month, day, _int(found["year"])),))


def _numeric_dates_in(text: str) -> Iterator[Dated]:
    """Year first, day first, and month first."""
    for found in _NUMERIC.finditer(text):
        if found["year"]:
            ways = [(int(found[0][:4]), int(found["month"]), int(found["day"]))]
        else:
            one, other, year = int(found[0][0] + found["one"]), int(found["other"]), int(found["last"])
            year += 2000 if year < 100 else 0
            ways = [(year, other, one), (year, one, other)]
        days = tuple(
            Day(month, day, year) for year, month, day in dict.fromkeys(ways) if 1 <= month <= 12 and 1 <= day <= 31
        )
        if days:
            yield Dated(*found.span(), days)


def _worded_dates_in(text: str) -> Iterator[Dated]:
    """Numbers are looked for, and beside each of them a month."""
    end = 0
    for number in _NUMBER.finditer(text):
        if number.start() >= end and (dated := _beside_month(text, number)):
            end = dated.end
            yield dated


def _beside_month(text: str, number: re.Match[str]) -> Dated | None:
    value, is_day = int(number[0]), len(number[0]) <= 2
    if is_day and not 1 <= value <= 31:
        return None
    if is_day and (after := _AFTER_DAY.match(text, number.end())) and (month := MONTHS.get(after[1].lower())):
        return Dated(number.start(), after.end(), (Day(month, value, _int(after[2])),))
    if text[number.start() - 1 : number.start()] not in GAPS:
        return None
    before = _BEFORE.search(text[max(0, number.start() - LONGEST_BEFORE) : number.start()])
    month = MONTHS.get(before[1].lower()) if before else None
    if before is None or month is None:
        return None
    start = number.start() - len(before[0])
    if not is_day:
        return Dated(start, number.end(), (Day(month, None, value),))
    year = _YEAR.match(text, number.end())
    return Dated(start, year.end() if year else number.end(), (Day(month, value, _int(year[1]) if year else None),))


def _int(digits: str | None) -> int | None:
    return int(digits) if digits else None
