"""Days in a text, as one figure each: 2024-01-05, 5 January 2024, Jan. 5th, 2024."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_MONTHS: Final = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?",
    "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_MONTH: Final = "|".join(_MONTHS)
_DAY: Final = r"(?P<day{}>\d{{1,2}})(?:st|nd|rd|th)?"
_DATE: Final = re.compile(
    r"(?<![\w-])(?:(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"
    rf"|{_DAY.format(1)}\s(?:of\s)?(?P<month1>{_MONTH})\.?,?\s(?P<year1>\d{{4}})"
    rf"|(?P<month2>{_MONTH})\.?\s{_DAY.format(2)},?\s(?P<year2>\d{{4}}))(?![\w-])",
    re.A,
)


class Day(NamedTuple):
    """Where it stands, and which it is. `number`: 20240105."""

    start: int
    end: int
    year: int
    number: int


def days_in(said: str) -> Iterator[Day]:
    """`said`: in lower case, with single spaces. What no calendar has (month 13) is none."""
    for found in _DATE.finditer(said):
        year, day = (int(found[name] or found[f"{name}1"] or found[f"{name}2"]) for name in ("year", "day"))
        month = int(found["month"]) if found["month"] else _number_of(found["month1"] or found["month2"])
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield Day(found.start(), found.end(), year, year * 10_000 + month * 100 + day)


def _number_of(month: str) -> int:
    return next(place for place, name in enumerate(_MONTHS, 1) if name.startswith(month[:3]))
