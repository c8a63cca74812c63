"""Whether a bill's days begin at another hour than ours: told by our own hours, added up anew for each. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from ratchet_monitor.invoices.explaining import ZERO, tolerance, usd
from ratchet_monitor.invoices.reading import Billed
from ratchet_monitor.ledger.sums import Sums

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
BEGINS: Final = range(-14, 13)  # hours after midnight by UTC at which a day begins somewhere
FEWEST: Final = 3  # days, before anything is told by them
MOSTLY: Final = 0.8  # of the days agree, where that is how theirs begin
NOTHING: Final = Sums()
Hours = Mapping[datetime, Sums]


@dataclass(frozen=True, slots=True)
class Shift:
    """`begins`: hours after midnight by UTC, less than 0 on the day before. `days`: of theirs, that agree by it."""

    begins: int
    days: frozenset[date]

    @property
    def words(self) -> str:
        before = " of the day before" if self.begins < 0 else ""
        return f"Their day begins at {self.begins % 24:02}:00 UTC{before}: our hours, added up so, agree with it."


def shift(
    theirs: Mapping[date, Billed], ours: Mapping[date, Sums], hours: Hours, days: Collection[date], *, with_tokens: bool
) -> Shift | None:
    """`hours`: of one model, as far as they are kept. `days`: of the invoice. None: no whole hour explains them."""
    if not (days and hours):
        return None
    by_hour = _ByHour(hours, min(days), max(days))
    whole = {day for day in _around(days) if _compared(by_hour.of(day, 0)) == _compared(ours.get(day, NOTHING))}
    known = [day for day in sorted(days) if {day - DAY, day, day + DAY} <= whole]

    def agreeing(begins: int) -> frozenset[date]:
        pairs = ((day, theirs.get(day, Billed()), by_hour.of(day, begins)) for day in known)
        return frozenset(day for day, one, other in pairs if agree([(one, other)], with_tokens=with_tokens))

    by_begin = {begins: agreeing(begins) for begins in BEGINS}
    best = max(BEGINS, key=lambda begins: (len(by_begin[begins]), -abs(begins)))
    enough = len(by_begin[best]) >= max(FEWEST, MOSTLY * len(known))
    return Shift(best, by_begin[best]) if best and enough else None


def agree(pairs: Collection[tuple[Billed, Sums]], *, with_tokens: bool) -> bool:
    """Whether both sides come to the same, together."""
    amounts = sum((one.amount - usd(other.billed) for one, other in pairs), ZERO)
    near: Decimal = sum((tolerance(*pair) for pair in pairs), ZERO)
    apart = [
        sum(one.input - other.input for one, other in pairs),
        sum(one.output - other.output for one, other in pairs),
    ]
    return abs(amounts) <= near and not (with_tokens and any(apart))


class _ByHour:
    """Added up from the first hour on, so that the sum of any hours is a difference."""

    def __init__(self, hours: Hours, first: date, last: date) -> None:
        self._first = _midnight(first - 2 * DAY)
        numbers = np.zeros(((last - first) // DAY * 24 + 5 * 24 + 1, len(_compared(NOTHING)) + 1), np.int64)
        for at, its in hours.items():
            place = (at - self._first) // HOUR + 1
            if 0 < place < len(numbers):
                numbers[place] = (its.answers, *_compared(its))
        self._until = numbers.cumsum(axis=0)

    def of(self, day: date, begins: int) -> Sums:
        """Of 24 hours, from `begins` hours after its midnight on."""
        start = (_midnight(day) - self._first) // HOUR + begins
        answers, billed, read, written, cached = (self._until[start + 24] - self._until[start]).tolist()
        return Sums(answers=answers, cost=billed, input=read, output=written, cached=cached)


def _compared(its: Sums) -> tuple[int, int, int, int]:
    return its.billed, its.input, its.output, its.cached


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _around(days: Collection[date]) -> set[date]:
    return {day + beside * DAY for day in days for beside in (-1, 0, 1)}
