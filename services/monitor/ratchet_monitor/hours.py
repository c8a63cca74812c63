"""Which hour a result belongs to, and how long that hour can still change."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
GRACE = timedelta(days=1)  # raw data outlive the sealing of their hour by this: no rebuild finds half of them


class TaskKey(NamedTuple):
    tenant: str
    task_type: str

    @property
    def text(self) -> str:
        return f"{self.task_type}|{self.tenant}"


class BucketKey(NamedTuple):
    """One hour of one task of a tenant."""

    tenant: str
    task_type: str
    hour: datetime

    @property
    def text(self) -> str:
        return f"{self.hour:%Y%m%d%H}|{self.task_type}|{self.tenant}"

    @property
    def task(self) -> TaskKey:
        return TaskKey(self.tenant, self.task_type)

    @property
    def of_day(self) -> "BucketKey":
        """The day that the hour belongs to, as its first hour."""
        return self._replace(hour=day_of(self.hour))


@dataclass(frozen=True, slots=True)
class Keeping:
    raw: timedelta
    buckets: timedelta  # days
    hours: timedelta = timedelta(days=90)

    def sealed(self, hour: datetime, now: datetime) -> bool:
        """What belongs to this hour and comes only now is counted apart."""
        return now >= hour + HOUR + self.raw

    def rebuildable(self, hour: datetime, now: datetime) -> bool:
        """All of the hour's raw data are still there."""
        return now < hour + self.raw + GRACE / 2

    def rebuildable_from(self, now: datetime) -> datetime:
        """The first hour that is."""
        return hour_of(now - self.raw - GRACE / 2) + HOUR

    def whole_days_from(self, now: datetime) -> datetime:
        """The first day whose hours are all there."""
        return day_of(now - max(self.hours, self.raw + 2 * GRACE)) + DAY

    def raw_from(self, now: datetime) -> datetime:
        """Raw data of hours before this one are needed no more."""
        return now - self.raw - GRACE

    def hour_until(self, hour: datetime) -> datetime:
        """No hour goes while it may still change, and a day with it."""
        return hour + max(self.hours, self.raw + 2 * GRACE)

    def bucket_until(self, day: datetime) -> datetime:
        return day + self.buckets


def made_at(result_id: UUID, otherwise: datetime) -> datetime:
    """When a result came to be, from its UUIDv7: feedback knows it as well as the prediction does.

    `otherwise` is for ids of another kind.
    """
    number = result_id.int
    if number >> 76 & 0xF != 7 or number >> 62 & 0b11 != 0b10:  # as `UUID.version`, in a third of its time
        return otherwise
    return datetime.fromtimestamp((number >> 80) / 1000, UTC)


def hour_of(at: datetime) -> datetime:
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return _hour(utc.year, utc.month, utc.day, utc.hour)


@lru_cache(maxsize=4096)
def _hour(year: int, month: int, day: int, hour: int) -> datetime:
    """One object for all that is of an hour: thousands a second are, and each makes its hash anew."""
    return datetime(year, month, day, hour, tzinfo=UTC)


def day_of(at: datetime) -> datetime:
    """In UTC."""
    return hour_of(at).replace(hour=0)


def hours_between(first: datetime, last: datetime) -> list[datetime]:
    """The hours from that of `first` to that of `last`, both included."""
    start = hour_of(first)
    return [start + n * HOUR for n in range((hour_of(last) - start) // HOUR + 1)]
