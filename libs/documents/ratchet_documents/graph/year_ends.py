"""Over which time a column goes whose head names a year, a quarter or a day alone, by the document's own. Pure."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from ratchet_documents.graph.columns import LENGTH_OF_DAY
from ratchet_documents.graph.expanding import WEEK

_MONTHS: Final = {"Q": 3, "H": 6}
BY_CALENDAR: Final = "Columns that name a time alone are taken by the calendar: the document says no other."
AS_ITS_OWN: Final = "Columns that name a time alone are taken to end as the document's own period does."
OF_A_YEAR: Final = "Columns that name a day alone are taken to be of the year that ends then, where they are of a time."


@dataclass(frozen=True, slots=True)
class Own:
    """What a document is about: `period` as `2023` or `2023-Q3`, empty: not known; `ends`: its last day. `of_part`: of
    some part of a year that is no quarter and no half.
    """

    period: str = ""
    ends: date | None = None
    of_part: bool = False

    @property
    def is_of_a_year(self) -> bool:
        return len(self.period) == len("2023")

    @property
    def year(self) -> int:
        """The latest that its columns can be of; 9999: not known."""
        said = int(self.period[:4]) if self.period[:4].isdecimal() else 0
        return max(said, self.ends.year if self.ends else 0) or date.max.year


NOT_KNOWN: Final = Own()


class Placed(NamedTuple):
    """`key`: `12M-2023-12-31`, `2023-12-31`. `assumed`: a sentence, where the head does not say it itself."""

    key: str
    assumed: str = ""


def placed(column: str, columns: Sequence[str], own: Own, *, of_a_day: bool) -> Placed | None:
    """`columns`: all of the head. `of_a_day`: what stands in the column is a balance's. None: it is of no such time."""
    length, _, end = column.rpartition("M-")
    if length and (length != "12" or len(end) == LENGTH_OF_DAY):
        return None if of_a_day else Placed(column)
    if len(end) == LENGTH_OF_DAY:
        return Placed(end) if of_a_day else _of_the_year_to(end, own)
    months = _MONTHS.get(end[5:6], 12)
    found = _year(end.removeprefix("FY"), columns, own) if months == 12 else _part(end, own)
    if found is None:
        return None
    day, assumed = found
    return Placed(str(day) if of_a_day else f"{months}M-{day}", assumed)


def _of_the_year_to(end: str, own: Own) -> Placed | None:
    """A day above what is of a time: only where the document is of a year that ends on that day of it."""
    if not own.is_of_a_year or own.ends is None:
        return None
    day = date.fromisoformat(end)
    near = abs(_in_year(own.ends, day.year) - day) <= WEEK
    return Placed(f"12M-{end}", OF_A_YEAR) if near else None


def _year(said: str, columns: Sequence[str], own: Own) -> tuple[date, str] | None:
    """None above the figures of a quarter, and for what is due or foretold."""
    if own.of_part or (own.period and not own.is_of_a_year):
        return None
    latest = max(_years(columns))
    if own.ends is None:
        return None if latest > own.year else (date(int(said), 12, 31), BY_CALENDAR)
    if latest > own.ends.year:
        return None
    later = 1 if latest == own.ends.year - 1 and _is_called(latest, own) else 0
    day = _in_year(own.ends, int(said) + later)
    return day, "" if day == own.ends else AS_ITS_OWN


def _is_called(year: int, own: Own) -> bool:
    """The year that ends in the next one is called so: as the document calls it, or for ending in its first weeks."""
    ends = own.ends
    return ends is not None and (own.period == str(year) or (ends - timedelta(days=40)).year == year)


def _years(columns: Sequence[str]) -> list[int]:
    return [int(one.rpartition("M-")[2].removeprefix("FY")[:4]) for one in columns]


def _part(said: str, own: Own) -> tuple[date, str] | None:
    """Of a quarter or a half."""
    year, month = int(said[:4]), _last_month(said)
    if year > own.year:
        return None
    if own.ends is None or own.period[5:6] not in _MONTHS:
        return _month_end(year, month), BY_CALENDAR
    later = 12 * (year - int(own.period[:4])) + month - _last_month(own.period)
    if later == 0:
        return own.ends, ""
    at = own.ends.year * 12 + own.ends.month - 1 + later
    return _like(own.ends, at // 12, at % 12 + 1), AS_ITS_OWN


def _last_month(said: str) -> int:
    """Of `2025-Q2` and `2025-H1`: 6."""
    return _MONTHS[said[5]] * int(said[6])


def _in_year(day: date, year: int) -> date:
    return _like(day, year, day.month)


def _like(day: date, year: int, month: int) -> date:
    """The same day of another month; its last for a last one."""
    last = _month_end(year, month)
    return last if day == _month_end(day.year, day.month) else date(year, month, min(day.day, last.day))


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
