"""Use case: a day that is over is summed up from its hours; anew, whenever one of them has changed."""

import logging
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from ratchet_monitor.buckets import Build, Contents
from ratchet_monitor.hours import BucketKey, day_of
from ratchet_monitor.marks import Marks

log = logging.getLogger(__name__)


class Hours(Protocol):
    def hours_of(self, day: BucketKey) -> AsyncIterator[Contents]: ...


class Days(Protocol):
    async def built(self, key: BucketKey) -> tuple[int, int]:
        """How often it was built, and how many predictions it holds; zeros if never."""

    async def write(self, key: BucketKey, contents: Contents, *, after: int) -> bool:
        """False, and no change, where it was built again since it had been `after` times."""


async def sum_up_once(changed: Marks[BucketKey], hours: Hours, days: Days, now: datetime) -> bool:
    """One marked day. False: none was free. The day that goes on is told from its hours."""
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
    await changed.done(mark)
    return True
