"""Which hours are compared with which: the last days, and the longer time before them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ratchet_monitor.hours import HOUR, hour_of

Window = Literal["current", "reference"]


@dataclass(frozen=True, slots=True)
class Lengths:
    current: timedelta = timedelta(days=7)
    reference: timedelta = timedelta(days=30)

    @property
    def whole(self) -> timedelta:
        return self.current + self.reference


def window_of(hour: datetime, now: datetime, lengths: Lengths) -> Window | None:
    """Of an hour's start. None: before both, or to come. The hour that has begun is a part of the current window."""
    back = hour_of(now) - hour
    if back < timedelta(0) or back >= lengths.whole:
        return None
    return "current" if back < lengths.current else "reference"


def begins(now: datetime, lengths: Lengths) -> tuple[datetime, datetime]:
    """The first hours of the reference and of the current window."""
    end = hour_of(now) + HOUR
    return end - lengths.whole, end - lengths.current
