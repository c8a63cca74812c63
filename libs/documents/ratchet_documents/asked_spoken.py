"""Of which times a document speaks. Pure.

A quarter that has a name is that of the document that calls itself so; one that is told by the day on which it ends is
that of the document whose period ends then: fiscal years begin when they like.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from ratchet_documents.asked_times import Time, span

MONTH: Final = timedelta(days=31)
SOON: Final = timedelta(days=92)  # after a time, in which it is spoken of
WEEK: Final = timedelta(days=7)  # years of 52 weeks end some days sooner or later


@dataclass(frozen=True, slots=True)
class Spoken:
    """The times of a document: `periods` that it calls its own, and the day on which the first of them ends. `held`: of
    minutes, the day of the meeting. `spans`: first and last days, as it is named and, for fiscal years may be another,
    as it ends.
    """

    periods: tuple[str, ...] = ()
    ends: date | None = None
    held: date | None = None
    spans: tuple[tuple[date, date], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spans", tuple(self._spans()))

    def is_of(self, one: Time) -> bool:
        """It is a document of that very time."""
        if one.ends is None:
            return one.name in self.periods
        if self.ends is not None:
            return abs(self.ends - one.ends) <= WEEK
        return any(its and its[1] == _month_end(one.ends - WEEK) for its in map(span, self.periods))

    def reaches_into(self, one: Time) -> bool:
        return any(first <= one.last and one.first <= last for first, last in self.spans)

    def looks_back_on(self, one: Time) -> bool:
        """Minutes of soon after a quarter or a year tell how it went."""
        return self.held is not None and one.last - one.first > MONTH and one.last < self.held <= one.last + SOON

    def _spans(self) -> Iterable[tuple[date, date]]:
        spans = [its for its in map(span, self.periods) if its]
        if self.held is not None and not spans:
            return [(self.held, self.held)]
        if self.ends is not None:
            length = spans[0][1] - spans[0][0] if spans else timedelta(0)
            spans.append((date.fromordinal(max(1, self.ends.toordinal() - length.days)), self.ends))
        return spans


def _month_end(day: date) -> date:
    return date(day.year, day.month, monthrange(day.year, day.month)[1])
