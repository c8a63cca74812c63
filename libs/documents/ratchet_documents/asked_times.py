"""Of which times a question speaks. Pure."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final

from ratchet_documents.asked_bounds import is_before, is_since
from ratchet_documents.metadata.months import MONTH as MONTH_NAME
from ratchet_documents.metadata.months import month_of
from ratchet_documents.metadata.periods import ended_in, named_in, periods_in

LONGEST: Final = 4_000  # characters of a question that are looked at

PERIODS: Final = (  # as those that one filters by are written; ECMA 262 reads it too
    r"^((FY ?)?(19|20)[0-9]{2}|(19|20)[0-9]{2}-(Q[1-4]|H[12]|0[1-9]|1[0-2])|((Q[1-4]|H[12]) ?)?FY ?[0-9]{2}"
    r"|(Q[1-4]|H[12]) ?(FY ?)?(19|20)[0-9]{2}|([1-4]Q|[12]H) ?(19|20)?[0-9]{2})$"
)
WRITTEN: Final = "2022-Q3, Q3 2022, Q3 FY22, 3Q22, 2022-H1, H1 2022, 2022-05, 2022 or FY2022"

_YEAR: Final = r"(?P<year>(?:19|20)\d\d)"
_MONTHS: Final = 12
_MONTH: Final = re.compile(rf"\b(?P<month>{MONTH_NAME})(?:\s+(?:of|del?))?,?\s+{_YEAR}\b", re.I)
_BARE: Final = re.compile(rf"\b(?:in|for|of|during|im\s+Jahr|en)\s+(?:the\s+)?(?:year\s+)?{_YEAR}\b(?![-–/.]\d)", re.I)
_AND_YEAR: Final = re.compile(
    rf"\s*(?P<joint>,\s*(?:and\s+)?|(?:and|or|to|through|until|vs\.?|versus|with|und|bis|et|y|&)\s+|[-–]\s*){_YEAR}\b(?![-–/.]\d)",
    re.I,
)
_QUARTERS: Final = re.compile(
    r"\b[QT](?P<quarter>[1-4])(?=(?:\s*(?:,|,?\s*and\b|or\b|to\b|through\b|vs\.?|versus\b|with\b|und\b|et\b|y\b|&|[-–])"
    r"\s*[QT][1-4])"
    rf"{{1,3}}\s*(?:[,/]\s*)?(?:of\s+)?(?:FY\s*|fiscal\s+(?:year\s+)?)?{_YEAR}\b)",
    re.I,
)
_JOINED: Final = r"\s*(?:,|,?\s*(?:and|or|to|through|until|vs\.?|versus|with|und|bis|et|y|à|a|&)(?=\W)|[-–])\s*"
_MONTHS_LISTED: Final = re.compile(
    rf"\b(?:{MONTH_NAME}{_JOINED}){{1,11}}(?={MONTH_NAME}(?:\s+(?:of|del?))?,?\s+{_YEAR}\b)", re.I
)
_A_MONTH: Final = re.compile(rf"\b{MONTH_NAME}", re.I)
_FROM_TO: Final = re.compile(r"\s*(?:to|through|until|bis|à|a|[-–])\s*\Z", re.I)
_BETWEEN: Final = re.compile(r"\b(?:between|zwischen|entre)\s+\Z", re.I)
_THROUGH: Final = re.compile(r"\s*(?:to|through|until|bis|[-–])\s*\Z", re.I)
AHEAD: Final = re.compile(
    r"\b(?:due|deadlines?|matur\w*|expir\w*|expect\w*|forecast\w*|guidance|outlook|plan(?:s|ned)?|(?-i:targets?|targeted|will)|until|\AWill"
    r"|commit(?:s|ted|ting|ments?)?|schedul\w*|fällig\w*|wird|werden)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Time:
    """`name` as a document's period is told (`2022-Q3`), `2022-05`, or in words where `ends` is the day that was said.
    `loose`: a year or a month by the way, which is of no report's.
    """

    name: str
    first: date
    last: date
    ends: date | None = None
    loose: bool = False


def times_in(question: str) -> list[Time]:
    """Each once, in the order in which they are named. A year or a month of something foretold is none: of that the
    documents of before speak.
    """
    asked = question[:LONGEST]
    taken: list[tuple[int, int, Time]] = []
    for start, end, one in (*_ended(asked), *_quarters(asked), *_named(asked), *_months(asked), *_years(asked)):
        if not any(begins < end and start < until for begins, until, _ in taken):
            taken.append((start, end, one))
    for start, end, one in list(taken):
        taken += _further(asked, start, end, one)
    found = sorted(taken, key=lambda its: its[:2])
    return list(dict.fromkeys(_bounded(asked, start, one) for start, _, one in found))


@lru_cache(maxsize=4_096)
def span(period: str) -> tuple[date, date] | None:
    """The first and the last day, by the calendar. None: not the name of a period."""
    year, _, part = period.partition("-")
    if not (year.isdecimal() and len(year) == 4 and int(year)):
        return None
    if part[:1] == "Q" and part[1:] in {"1", "2", "3", "4"}:
        return _months_of(int(year), 3 * int(part[1:]) - 2, 3)
    if part in {"H1", "H2"}:
        return _months_of(int(year), 6 * int(part[1:]) - 5, 6)
    if part.isdecimal() and 1 <= int(part) <= _MONTHS:
        return _months_of(int(year), int(part), 1)
    return None if part else _months_of(int(year), 1, 12)


def period_of(said: str) -> str:
    """In the form of a document's period: `FY2023`, `Q3 2023`, `3Q23` are `2023`, `2023-Q3`. What is none stays."""
    named = periods_in(said)
    return named[0] if len(named) == 1 and span(said) is None else said


def a_year_later(one: Time) -> Time:
    """Whose report has the figures of `one` beside its own."""
    return _in_year(one, one.last.year + 1)


def _bounded(text: str, start: int, one: Time) -> Time:
    """`since Q3 2023` is all from there on."""
    if is_since(text, start):
        return Time(f"the time since {one.name}", one.first, date.max, loose=True)
    if is_before(text, start):
        return Time(f"the time before {one.name}", date.min, one.first - timedelta(days=1), loose=True)
    return one


def _ended(text: str) -> Iterator[tuple[int, int, Time]]:
    for start, end, what, day in ended_in(text):
        months = next((its for word, its in (("six", 6), ("nine", 9), ("year", 12), ("twelve", 12)) if word in what), 3)
        first = date.fromordinal(max(1, day.toordinal() - round(months * 30.4)))
        length = (
            "period" if what == "period" else {6: "six months", 9: "nine months", 12: "year"}.get(months, "quarter")
        )
        yield start, end, Time(f"the {length} to {day}", first, day, day)


def _quarters(text: str) -> Iterator[tuple[int, int, Time]]:
    """Those of a list whose year stands behind its last."""
    for found in _QUARTERS.finditer(text):
        name = f"{found['year']}-Q{found['quarter']}"
        if days := span(name):
            yield found.start(), found.end(), Time(name, *days)


def _named(text: str) -> Iterator[tuple[int, int, Time]]:
    for start, end, name in named_in(text):
        if days := span(name):
            yield start, end, Time(name, *days)


def _months(text: str) -> Iterator[tuple[int, int, Time]]:
    if AHEAD.search(text):
        return
    for found in _MONTHS_LISTED.finditer(text):
        yield from _listed_months(text, found)
    for found in _MONTH.finditer(text):
        yield *found.span(), _of_month(int(found["year"]), month_of(found["month"]))


def _listed_months(text: str, found: re.Match[str]) -> Iterator[tuple[int, int, Time]]:
    """`January and February 2026` are both, and `from November to February 2026` is all from the one to the other."""
    last = _MONTH.match(text, found.end())
    if last is None:
        return
    year = int(last["year"])
    listed = [(*one.span(), month_of(one[0])) for one in _A_MONTH.finditer(text, found.start(), found.end())]
    listed.append((*last.span(), month_of(last["month"])))
    for (start, end, month), (behind, until, next_month) in pairwise(listed):
        if _FROM_TO.match(text[end:behind]) or _BETWEEN.search(text[:start]):
            first, final = _of_month(year - (month > next_month), month), _of_month(year, next_month)
            yield start, until, replace(final, name=f"{first.name} to {final.name}", first=first.first)
        else:
            yield start, end, _of_month(year, month)


def _years(text: str) -> Iterator[tuple[int, int, Time]]:
    if AHEAD.search(text):
        return
    for found in _BARE.finditer(text):
        yield *found.span(), Time(found["year"], *_months_of(int(found["year"]), 1, 12), loose=True)


def _further(text: str, start: int, end: int, one: Time) -> Iterator[tuple[int, int, Time]]:
    """The same of the years that stand behind it: `Q3 2023 and 2022`; of years also those between: `2021 to 2023`."""
    year = one.last.year
    while found := _AND_YEAR.match(text, end):
        until = int(found["year"])
        through = _THROUGH.match(found["joint"]) and re.fullmatch(r"\d{4}", one.name)
        years = range(year + 1, until + 1) if through and year < until <= year + 10 else range(until, until + 1)
        for its in years:
            yield start, found.end(), _in_year(one, its)
        end, year = found.end(), until


def _in_year(one: Time, year: int) -> Time:
    by = year - one.last.year
    first, last = _moved(one.first, by), _moved(one.last, by)
    if one.ends is None:
        name = re.sub(r"\b\d{4}", lambda its: str(int(its[0]) + by), one.name)
        return replace(one, name=name, first=first, last=last)
    return replace(one, name=one.name.replace(str(one.ends), str(last)), first=first, last=last, ends=last)


def _moved(day: date, years: int) -> date:
    year = min(max(1, day.year + years), 9_999)
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def _of_month(year: int, month: int) -> Time:
    return Time(f"{year}-{month:02d}", *_months_of(year, month, 1), loose=True)


def _months_of(year: int, month: int, many: int) -> tuple[date, date]:
    last = month + many - 1
    return date(year, month, 1), date(year, last, monthrange(year, last)[1])
