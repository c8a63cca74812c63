"""What hours and days add up to. A day that is over and unchanged stands for its hours."""

from bisect import bisect_right
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ratchet_common.mongo import Database
from ratchet_monitor.adding import MOST_KINDS, Adding, Sums, Wanted, everything
from ratchet_monitor.buckets import Cell, Contents, Period
from ratchet_monitor.columns import View
from ratchet_monitor.held import Held
from ratchet_monitor.hours import BucketKey, Keeping, day_of
from ratchet_monitor.runs import RunOf
from ratchet_monitor.store.contents import Columns, MongoContents
from ratchet_monitor.store.days import MongoDays
from ratchet_monitor.store.marks import MongoMarks
from ratchet_monitor.store.planning import Planning, Rest, cut_days, in_a_row, whose
from ratchet_monitor.store.settled import OF_KINDS, Settled
from ratchet_monitor.stretches import Asked, Day

DAY = timedelta(days=1)


class Hour(NamedTuple):
    task_type: str
    hour: datetime
    cells: tuple[Cell, ...]


class _Parts(NamedTuple):
    """Which days are told by their hours: those that are cut, whatever the task, and those that have changed."""

    cut: Collection[datetime]
    changed: Collection[Day]
    rows: Sequence[tuple[datetime, datetime]]  # all of these days: from, and before

    def by_day(self, task_type: str, at: datetime) -> bool:
        day = day_of(at)
        return day not in self.cut and (task_type, day) not in self.changed


class MongoBuckets:
    def __init__(self, database: Database, keeping: Keeping, held: Held) -> None:
        self.of_hours = MongoContents(database.buckets, keeping.hour_until)
        self.of_days = MongoDays(database, keeping)
        self._settled = Settled(self.of_hours, self.of_days, held, keeping)
        self.changed_days = MongoMarks(database.changed_days, BucketKey, BucketKey._fields)
        self._planning = Planning(database.changed_days, self.of_days.told, self.of_hours.builds_of)

    async def create_indexes(self) -> None:
        await self.of_hours.create_indexes()
        await self.of_days.create_indexes()
        await self._planning.create_indexes()
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
        those = whose(tenant, task_type)
        parts = await self._parts(tenant, since, task_type, cuts, until)
        async for day in self.of_days.read(those, since, until):
            if parts.by_day(day.task_type, day.start):
                yield day
        for first, last in parts.rows:
            async for hour in self.of_hours.read(those, first, last):
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
        held: bool = True,
    ) -> AsyncIterator[Period]:
        """What `periods` are together, by task, and by the time between two of `since` and `cuts`, or by day (then
        `since` is a midnight): of each, what `views` tell (adding.py). Of one time and task there may be two: what
        settled days add up to, which is held in memory and not to be changed, and the rest. Not `held`: all is read
        and added up now."""
        bounds = _midnights(since, datetime.now(UTC) + 2 * DAY) if daily else cuts
        told = await self._mostly_held(tenant, since, views, task_type, bounds, wanted) if held else None
        if told is None:
            told = await self._read_anew(tenant, since, views, task_type, cuts, wanted, daily=daily)
        for period in told:
            yield period

    async def _mostly_held(
        self,
        tenant: str,
        since: datetime,
        views: Collection[View],
        task_type: str,
        cuts: Collection[datetime],
        wanted: Wanted,
    ) -> list[Period] | None:
        """None where there are so many kinds of answers that it depends on what comes first which are told apart."""
        rest = await self._planning.rest(tenant, Asked(task_type, sorted({since, *cuts}), cut_days(since, cuts)))
        found: dict[tuple[int, str], list[Sums]] = {}
        for part, stretches in (("settled", rest.plan.stretches), ("opened", rest.opened)):
            for its in await self._settled.sums(tenant, rest.asked, stretches, views, part):
                found.setdefault((its.interval, its.task_type), []).append(its.sums)
        read: dict[tuple[int, str], Adding] = {}
        async for one in self._rest_of_columns(tenant, rest, views):
            place = (rest.asked.interval(one.start), one.task_type)
            read.setdefault(place, Adding()).include(one.views)
        for place, adding in read.items():
            found.setdefault(place, []).append(adding.sums())
        if any(sum(len(one.heard) for one in several) >= MOST_KINDS for several in found.values()):
            return None
        each = [(rest.asked.bounds[interval], task, its) for (interval, task), its in sorted(found.items())]
        return [Period(task, start, one.contents(wanted)) for start, task, several in each for one in several]

    async def _read_anew(
        self,
        tenant: str,
        since: datetime,
        views: Collection[View],
        task_type: str,
        cuts: Collection[datetime],
        wanted: Wanted,
        *,
        daily: bool,
    ) -> list[Period]:
        starts = sorted({since, *cuts})
        found: dict[tuple[datetime, str], Adding] = {}
        async for its in self.columns(tenant, since, views, task_type, cuts=cuts):
            start = day_of(its.start) if daily else starts[bisect_right(starts, its.start) - 1]
            found.setdefault((start, its.task_type), Adding(wanted)).include(its.views)
        return [Period(task, start, adding.contents()) for (start, task), adding in sorted(found.items())]

    async def kinds(
        self,
        tenant: str,
        since: datetime,
        task_type: str = "",
        *,
        cuts: Collection[datetime] = (),
        bounds: Collection[datetime] = (),
        until: datetime | None = None,
        held: bool = True,
    ) -> AsyncIterator[Columns | RunOf]:
        """As `columns`, of kinds of answers: settled days as runs, none of which reaches over one of `bounds`. They are
        held in memory, and not to be changed. Not `held`: all by hours and days."""
        if not held:
            async for one in self.columns(tenant, since, OF_KINDS, task_type, cuts=cuts, until=until):
                yield one
            return
        cut = cut_days(since, (*cuts, *bounds), until)
        rest = await self._planning.rest(tenant, Asked(task_type, sorted({since, *bounds}), cut, until))
        for run in await self._settled.runs(tenant, rest.asked, [*rest.plan.stretches, *rest.opened]):
            yield run
        async for one in self._rest_of_columns(tenant, rest, OF_KINDS):
            yield one

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
        those = whose(tenant, task_type)
        parts = await self._parts(tenant, since, task_type, cuts, until)
        async for day in self.of_days.columns(those, views, since, until):
            if parts.by_day(day.task_type, day.start):
                yield day
        for first, last in parts.rows:
            async for hour in self.of_hours.columns(those, views, first, last):
                if not parts.by_day(hour.task_type, hour.start):
                    yield hour

    async def cells(self, tenant: str, since: datetime, task_type: str = "") -> AsyncIterator[tuple[str, Cell]]:
        """An empty `task_type` stands for all."""
        async for period in self.periods(tenant, since, task_type):
            for cell in period.contents.cells:
                yield period.task_type, cell

    async def hours(self, tenant: str, since: datetime, task_type: str = "") -> AsyncIterator[Hour]:
        async for period in self.of_hours.read(whose(tenant, task_type), since):
            yield Hour(period.task_type, period.start, period.contents.cells)

    async def hours_of(self, day: BucketKey) -> AsyncIterator[Contents]:
        async for hour in self.of_hours.read({"task": day.task.text}, day.hour, day.hour + DAY):
            yield hour.contents

    async def _rest_of_columns(self, tenant: str, rest: Rest, views: Collection[View]) -> AsyncIterator[Columns]:
        for first, last in rest.rows:
            async for hour in self.of_hours.columns(whose(tenant, rest.asked.task_type), views, first, last):
                if rest.plan.is_read(hour.task_type, hour.start):
                    yield hour

    async def _parts(
        self,
        tenant: str,
        since: datetime,
        task_type: str,
        cuts: Collection[datetime],
        until: datetime | None = None,
    ) -> "_Parts":
        cut = cut_days(since, cuts, until)
        changed = await self._planning.changed(tenant, task_type)
        by_hour = cut | {start for _, start in changed if day_of(since) <= start and (not until or start < until)}
        rows = in_a_row(sorted(by_hour))
        return _Parts(cut, changed, [(max(first, since), min(last, until) if until else last) for first, last in rows])

    async def _mark_all_days(self) -> None:
        """Once: the hours of an earlier release have no days yet."""
        async for hours in self.of_hours.all_built():
            await self.changed_days.set({hour.of_day for hour in hours})


def _midnights(since: datetime, until: datetime) -> list[datetime]:
    """After `since`, before `until`: clocks that are ahead included."""
    return [since + n * DAY for n in range(1, -((since - until) // DAY))]
