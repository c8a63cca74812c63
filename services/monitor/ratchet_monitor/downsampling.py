"""Use case: a day that is over is summed up from its hours; anew, whenever one of them has changed."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ratchet_monitor.buckets import Build, Contents
from ratchet_monitor.hours import BucketKey, day_of
from ratchet_monitor.ledger.sheet import Sheet, Summing
from ratchet_monitor.marks import Marks

log = logging.getLogger(__name__)


class Hours(Protocol):
    def hours_of(self, day: BucketKey) -> AsyncIterator[Contents]: ...


class Days(Protocol):
    async def built(self, key: BucketKey) -> tuple[int, int]:
        """How often it was built, and how many predictions it holds; zeros if never."""

    async def write(self, key: BucketKey, contents: Contents, *, after: int) -> bool:
        """False, and no change, where it was built again since it had been `after` times."""


class SheetsOfHours(Protocol):
    def hours_of(self, day: BucketKey) -> AsyncIterator[Sheet]: ...


class SheetsOfDays(Protocol):
    async def write(self, key: BucketKey, sheet: Sheet, *, built: int) -> None:
        """What was built later stays."""


@dataclass(frozen=True, slots=True)
class Spent:
    hours: SheetsOfHours
    days: SheetsOfDays


async def sum_up_once(
    changed: Marks[BucketKey], hours: Hours, days: Days, now: datetime, spent: Spent | None = None
) -> bool:
    """One marked day, and what was `spent` on it. False: none was free. The day that goes on is told from its hours."""
    mark = await changed.take(before=day_of(now))
    if mark is None:
        return False
    times, predictions = await days.built(mark.key)
    build = Build()
    async for contents in hours.hours_of(mark.key):
        build.include(contents)
    found = build.contents()
    if found.predictions < predictions:
        log.warning("Hours of %s on %s are gone: the day stays as it is.", mark.key.task_type, mark.key.hour.date())
    elif not await days.write(mark.key, found, after=times):
        await changed.put_back(mark)
        return True
    elif spent:
        summing = Summing()
        async for sheet in spent.hours.hours_of(mark.key):
            summing.include(sheet)
        await spent.days.write(mark.key, summing.sheet(), built=times + 1)
    await changed.done(mark)
    return True
