"""What hours and days add up to. A day that is over and unchanged stands for its hours."""

from bisect import bisect_right
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_monitor.adding import Adding, Wanted, everything
from ratchet_monitor.buckets import Cell, Contents, Period
from ratchet_monitor.columns import View
from ratchet_monitor.hours import BucketKey, Keeping, TaskKey, day_of
from ratchet_monitor.store.contents import Columns, MongoContents
from ratchet_monitor.store.marks import MongoMarks

DAY = timedelta(days=1)
MOST_CHANGED = 10_000  # days of a tenant's tasks that wait to be summed up anew


class Hour(NamedTuple):
    task_type: str
    hour: datetime
    cells: tuple[Cell, ...]


class _Parts(NamedTuple):
    """Which days are told by their hours: those that are cut, whatever the task, and those that have changed."""

    cut: Collection[datetime]
    changed: Collection[tuple[str, datetime]]
    rows: Sequence[tuple[datetime, datetime]]  # all of these days: from, and before

    def by_day(self, task_type: str, at: datetime) -> bool:
        day = day_of(at)
        return day not in self.cut and (task_type, day) not in self.changed


class MongoBuckets:
    def __init__(self, database: Database, keeping: Keeping) -> None:
        self.of_hours = MongoContents(database.buckets, keeping.hour_until)
        self.of_days = MongoContents(database.days, keeping.bucket_until)
        self.changed_days = MongoMarks(database.changed_days, BucketKey, BucketKey._fields)
        self._changed = database.changed_days

    async def create_indexes(self) -> None:
        await self.of_hours.create_indexes()
        await self.of_days.create_indexes()
        await self._changed.create_index("tenant")
        if await self.of_days.is_empty():
            await self._mark_all_days()

    async def builds(self, keys: Collection[BucketKey]) -> dict[BucketKey, tuple[int, int]]:
        return await self.of_hours.builds(keys)

    async def write(self, key: BucketKey, contents: Contents, *, after: int) -> bool:
        return await self.of_hours.write(key, contents, after=after)

    async def periods(
        self,
        tenant: str,
        since: datetime,
        task_type: str = "",
        cuts: Collection[datetime] = (),
        until: datetime | None = None,
    ) -> AsyncIterator[Period]:
        """From the hour `since` on, as few as there are: days, and hours where a day begins before `since`, has changed
        since it was summed up, or holds one of `cuts`. Before the hour `until`, if it is given. An empty `task_type`
        stands for all."""
        whose = _whose(tenant, task_type)
        parts = await self._parts(tenant, since, task_type, cuts, until)
        async for day in self.of_days.read(whose, since, until):
            if parts.by_day(day.task_type, day.start):
                yield day
        for first, last in parts.rows:
            async for hour in self.of_hours.read(whose, first, last):
                if not parts.by_day(hour.task_type, hour.start):
                    yield hour

    async def sums(
        self,
        tenant: str,
        since: datetime,
        views: Collection[View],
        task_type: str = "",
        *,
        cuts: Collection[datetime] = (),
        wanted: Wanted = everything,
        daily: bool = False,
    ) -> AsyncIterator[Period]:
        """What `periods` are together, by task, and by the time between two of `since` and `cuts`, or by day: of each,
        what `views` tell (adding.py)."""
        starts = sorted({since, *cuts})
        found: dict[tuple[datetime, str], Adding] = {}
        async for its in self.columns(tenant, since, views, task_type, cuts=cuts):
            start = day_of(its.start) if daily else starts[bisect_right(starts, its.start) - 1]
            found.setdefault((start, its.task_type), Adding(wanted)).include(its.views)
        for (start, task), adding in sorted(found.items()):
            yield Period(task, start, adding.contents())

    async def columns(
        self,
        tenant: str,
        since: datetime,
        views: Collection[View],
        task_type: str = "",
        *,
        cuts: Collection[datetime] = (),
        until: datetime | None = None,
    ) -> AsyncIterator[Columns]:
        """As `periods`: of each, what `views` tell."""
        whose = _whose(tenant, task_type)
        parts = await self._parts(tenant, since, task_type, cuts, until)
        async for day in self.of_days.columns(whose, views, since, until):
            if parts.by_day(day.task_type, day.start):
                yield day
        for first, last in parts.rows:
            async for hour in self.of_hours.columns(whose, views, first, last):
                if not parts.by_day(hour.task_type, hour.start):
                    yield hour

    async def cells(self, tenant: str, since: datetime, task_type: str = "") -> AsyncIterator[tuple[str, Cell]]:
        """An empty `task_type` stands for all."""
        async for period in self.periods(tenant, since, task_type):
            for cell in period.contents.cells:
                yield period.task_type, cell

    async def hours(self, tenant: str, since: datetime, task_type: str = "") -> AsyncIterator[Hour]:
        async for period in self.of_hours.read(_whose(tenant, task_type), since):
            yield Hour(period.task_type, period.start, period.contents.cells)

    async def hours_of(self, day: BucketKey) -> AsyncIterator[Contents]:
        async for hour in self.of_hours.read({"task": day.task.text}, day.hour, day.hour + DAY):
            yield hour.contents

    async def _parts(
        self,
        tenant: str,
        since: datetime,
        task_type: str,
        cuts: Collection[datetime],
        until: datetime | None = None,
    ) -> "_Parts":
        cut = {day_of(at) for at in (since, *cuts, *((until,) if until else ())) if at != day_of(at)}
        changed = await self._changed_days(tenant, task_type)
        by_hour = cut | {start for _, start in changed if day_of(since) <= start and (not until or start < until)}
        rows = in_a_row(sorted(by_hour))
        return _Parts(cut, changed, [(max(first, since), min(last, until) if until else last) for first, last in rows])

    async def _changed_days(self, tenant: str, task_type: str) -> set[tuple[str, datetime]]:
        whose = {"tenant": tenant} | ({"task_type": task_type} if task_type else {})
        with waiting_is_worth_it():
            found = await self._changed.find(whose, {"task_type": 1, "hour": 1}).limit(MOST_CHANGED).to_list()
        return {(mark["task_type"], mark["hour"]) for mark in found}

    async def _mark_all_days(self) -> None:
        """Once: the hours of an earlier release have no days yet."""
        async for hours in self.of_hours.all_built():
            await self.changed_days.set({hour.of_day for hour in hours})


def _whose(tenant: str, task_type: str) -> Document:
    return {"task": TaskKey(tenant, task_type).text} if task_type else {"tenant": tenant}


def in_a_row(days: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """Days that follow each other as one range: from, and before."""
    ranges: list[tuple[datetime, datetime]] = []
    for day in days:
        if ranges and ranges[-1][1] == day:
            ranges[-1] = (ranges[-1][0], day + DAY)
        else:
            ranges.append((day, day + DAY))
    return ranges
