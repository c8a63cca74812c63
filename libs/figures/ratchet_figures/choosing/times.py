"""The time that a question names, as two days, counted back from the last day of the data. Pure."""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_WORDS: Final = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_COUNT: Final = rf"(?P<count>\d{{1,3}}|{'|'.join(_WORDS)}|a|couple\s+of)"
MOST_TIMES: Final = 6
_YEAR: Final = r"(?:19|20)\d\d"
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_QUARTER: Final = r"(?:q[1-4]|(?:first|second|third|fourth|1st|2nd|3rd|4th)\s+quarter(?:\s+of)?)"
_HALF: Final = r"(?:h[12]|(?:first|second)\s+half(?:\s+of)?)"
_POINT: Final = (
    rf"(?:\d{{4}}-\d\d-\d\d|{_MONTH}\s+\d{{1,2}},?\s+{_YEAR}|(?:{_QUARTER}|{_HALF}|{_MONTH}|fy|fiscal(?:\s+year)?)"
    rf"[\s,]*(?:of\s+)?{_YEAR}|{_YEAR}[\s-]?(?:q[1-4]|h[12])|{_YEAR})"
)
_ORDER: Final = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}


@dataclass(frozen=True, slots=True)
class Time:
    """`said`: as the question says it. None: as far as the data goes."""

    first: date | None
    last: date | None
    said: str
    ends: tuple["Days", ...] = ()  # of one that goes from a year, say, to another: these two


def time_of(question: str, last: date) -> Time | None:
    """The first that it names by which data can be chosen."""
    return next(iter(times_of(question, last)), None)


def times_of(question: str, last: date) -> tuple[Time, ...]:
    """One, of the closest way in which it names one; or those that it names side by side, such as `2023 and 2024`."""
    for pattern, made in _WAYS:
        found = [one for match in pattern.finditer(question) if (one := _time(match, made, last))]
        if found:
            return (found[0],)
    side_by_side = sorted(
        (match.start(), at, one)
        for at, (pattern, made) in enumerate(_SIDE_BY_SIDE)
        for match in pattern.finditer(question)
        if (one := _time(match, made, last))
    )
    return tuple({(one.first, one.last): one for *_, one in reversed(side_by_side)}.values())[::-1][:MOST_TIMES]


def _time(found: re.Match[str], made: "_Way", last: date) -> Time | None:
    days = made(found, last)
    if days is None:
        return None
    ends = tuple(its for name in ("one", "other") if (its := _point(found[name]))) if made is _between else ()
    return Time(*days, " ".join(found[0].split()), ends if len(ends) == 2 and ends[0] != ends[1] else ())


Days = tuple[date | None, date | None]


def _between(found: re.Match[str], _: date) -> Days | None:
    one, other = _point(found["one"]), _point(found["other"])
    if one is None or other is None:
        return None
    return min(one[0], other[0]), max(one[1], other[1])


def _since(found: re.Match[str], _: date) -> Days | None:
    point = _point(found["one"])
    return (point[0], None) if point else None


def _after(found: re.Match[str], _: date) -> Days | None:
    point = _point(found["one"])
    return (point[1] + timedelta(days=1), None) if point else None


def _until(found: re.Match[str], _: date) -> Days | None:
    point = _point(found["one"])
    return (None, point[1]) if point else None


def _before(found: re.Match[str], _: date) -> Days | None:
    point = _point(found["one"])
    return (None, point[0] - timedelta(days=1)) if point else None


def _last_so_many(found: re.Match[str], last: date) -> Days | None:
    count, unit = _counted(found["count"]), found["unit"].casefold()
    if unit == "day":
        return last - timedelta(days=count), last
    if unit == "week":
        return last - timedelta(weeks=count), last
    months = {"month": 1, "quarter": 3, "year": 12, "decade": 120}[unit] * count
    return (_months_back(last, months), last) if months < last.year * 12 - 12 else None


def _one_back(found: re.Match[str], last: date) -> Days | None:
    """`last year` is that of the calendar, before the one in which the data ends."""
    unit = found["unit"].casefold()
    if unit == "year":
        return date(last.year - 1, 1, 1), date(last.year - 1, 12, 31)
    months = 3 if unit == "quarter" else 1
    first = date(last.year, (last.month - 1) // months * months + 1, 1)
    return _months_back(first, months), first - timedelta(days=1)


def _this(found: re.Match[str], last: date) -> Days | None:
    unit = (found["unit"] or "year").casefold()
    months = {"year": 12, "quarter": 3, "month": 1}[unit]
    return date(last.year, (last.month - 1) // months * months + 1, 1), last


def _in(found: re.Match[str], _: date) -> Days | None:
    return _point(found["one"])


_Way = Callable[[re.Match[str], date], Days | None]
_ONE: Final = rf"(?P<one>{_POINT})"
_OTHER: Final = rf"(?P<other>{_POINT})"


def _compiled(*ways: tuple[str, _Way]) -> tuple[tuple[re.Pattern[str], _Way], ...]:
    return tuple((re.compile(pattern, re.I), made) for pattern, made in ways)


_WAYS: Final = _compiled(
    (rf"\b(?:between|from)\s+{_ONE}\s+(?:and|to|until|till|through)\s+{_OTHER}\b", _between),
    (rf"\b{_ONE}\s?(?:-|–|—|to|through)\s?{_OTHER}\b", _between),
    (rf"\b(?:since|starting(?:\s+in)?|(?<!differ )(?<!different )from)\s+{_ONE}\b", _since),
    (rf"\bafter\s+{_ONE}\b", _after),
    (rf"\b(?:until|till|through|up\s+to|by\s+the\s+end\s+of)\s+{_ONE}\b", _until),
    (rf"\bbefore\s+{_ONE}\b", _before),
    (
        rf"\b(?:last|past|previous|trailing|recent)\s+{_COUNT}[\s-]+(?P<unit>day|week|month|quarter|year|decade)s?\b",
        _last_so_many,
    ),
    (r"\b(?:past|trailing)\s+(?P<count>)(?P<unit>week|month|quarter|year|decade)\b", _last_so_many),
    (r"\blast\s+(?P<count>)(?P<unit>week|decade)\b", _last_so_many),
)
_SIDE_BY_SIDE: Final = _compiled(
    (r"\b(?:last|previous|prior)\s+(?P<unit>month|quarter|year)\b", _one_back),
    (r"\b(?:this|current)\s+(?P<unit>month|quarter|year)\b|\byear[\s-]to[\s-]date\b|\bytd\b", _this),
    (rf"(?<![$€£¥])\b{_ONE}\b(?!\s?%|,\d)", _in),
)


def _counted(said: str) -> int:
    word = said.casefold()
    if word.isdecimal():
        return int(word)
    return 2 if word.startswith("couple") else _WORDS.index(word) + 1 if word in _WORDS else 1


def _months_back(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 - months
    year, month = at // 12, at % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _point(said: str) -> tuple[date, date] | None:
    """The days that a day, a month, a quarter, a half or a year has. None: a day that there is not."""
    text = " ".join(said.casefold().split())
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            day = date.fromisoformat(text)
            return day, day
        year = int(re.findall(_YEAR, text)[-1])
        if found := re.match(rf"({_MONTH})\s+(\d{{1,2}}),?\s", text):
            day = date(year, _month(found[1]), int(found[2]))
            return day, day
    except ValueError:
        return None
    if found := re.search(r"\b(q|h)([1-4])|\b(\w+)\s+(quarter|half)", text):
        number = int(found[2]) if found[2] else _ORDER[found[3]]
        months = 3 if found[1] == "q" or found[4] == "quarter" else 6
        return _months(year, (number - 1) * months + 1, months)
    if found := re.match(_MONTH, text):
        return _months(year, _month(found[0]), 1)
    return date(year, 1, 1), date(year, 12, 31)


def _month(name: str) -> int:
    return _MONTHS.index(name[:3]) + 1


def _months(year: int, month: int, count: int) -> tuple[date, date]:
    last = month + count - 1
    return date(year, month, 1), date(year, last, monthrange(year, last)[1])
