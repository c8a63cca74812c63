"""What was spent: sheets of hours and days (sheets.py). What settled days, and the latest hours, come to is held in
memory."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import upsert
from ratchet_monitor.held import Held
from ratchet_monitor.hours import DAY, BucketKey, Keeping, day_of
from ratchet_monitor.ledger.sheet import Sheet
from ratchet_monitor.ledger.table import Table, together
from ratchet_monitor.store.planning import Planning, cut_days, in_a_row, whose
from ratchet_monitor.store.settled import hours_of, ranges_of
from ratchet_monitor.store.sheets import DaySheets, Page, Sheets
from ratchet_monitor.stretches import Asked, Stretch

USERS: Final = "user"  # whom an erasure renames
PERSONS_HELD: Final = timedelta(hours=1)  # an earlier release that goes on beside this one does not tell of renaming
ByTask = Mapping[str, Table]


class MongoLedger:
    def __init__(self, database: Database, keeping: Keeping, held: Held) -> None:
        self.of_hours = Sheets(database.spent_hours, keeping.hour_until)
        self.of_days = DaySheets(database, keeping)
        # the same marks as of the buckets: what is built of an hour is built of both
        self._planning = Planning(database.changed_days, self.of_days.told, self.of_hours.builds_of)
        self._marks, self._held, self._keeping = self.of_days.told.collection, held, keeping

    async def create_indexes(self) -> None:
        await self.of_hours.create_indexes()
        await self.of_days.create_indexes()

    async def pages(
        self, tenant: str, since: datetime, dimension: str, task_type: str = "", until: datetime | None = None
    ) -> AsyncIterator[Page]:
        """From the hour `since` on, before `until`, as few as there are: days, and hours where a day begins before
        `since` or has changed since it was summed up. `until`: the beginning of a day. No `task_type` stands for all.
        """
        its_own, cut = whose(tenant, task_type), cut_days(since, ())
        changed = await self._planning.changed(tenant, task_type)
        async for day in self.of_days.read(its_own, since, until, dimension):
            if (day.task_type, day.start) not in changed:
                yield day
        by_hour = cut | {start for _, start in changed if start >= day_of(since) and (until is None or start < until)}
        for first, last in in_a_row(sorted(by_hour)):
            async for hour in self.of_hours.read(its_own, max(first, since), last, dimension):
                start = day_of(hour.start)
                if start in cut or (hour.task_type, start) in changed:
                    yield hour

    async def merged(
        self, tenant: str, since: datetime, dimension: str, task_type: str = "", *, held: bool = True
    ) -> AsyncIterator[Page]:
        """What `pages` tell, but days of a task and a week, or a few hours, as one page: what is held in memory, and
        not to be changed. Not `held`: as `pages`."""
        if not held:
            async for page in self.pages(tenant, since, dimension, task_type):
                yield page
            return
        rest = await self._planning.rest(tenant, Asked(task_type, [since], cut_days(since, ())))
        stretches = [*rest.plan.stretches, *rest.opened]
        for stretch, by_task in (await self._settled(tenant, stretches, dimension)).items():
            for task, table in by_task.items():
                yield Page(task, stretch.first, table)
        for first, last in rest.rows:
            async for hour in self.of_hours.read(whose(tenant, task_type), first, last, dimension):
                if rest.plan.is_read(hour.task_type, hour.start):
                    yield hour

    def hours(self, tenant: str, since: datetime, until: datetime, dimension: str) -> AsyncIterator[Page]:
        """As far as hours are kept."""
        return self.of_hours.read({"tenant": tenant}, since, until, dimension)

    def hours_of(self, day: BucketKey) -> AsyncIterator[Sheet]:
        return self.of_hours.whole({"task": day.task.text}, day.hour, day.hour + DAY)

    async def rename(self, tenant: str, dimension: str, before: str, after: str) -> AsyncIterator[int]:
        """A few documents at a time: in how many it was. Nothing that was held before is told after its end: who was
        interrupted before has not ended, and does it again."""
        for sheets in (self.of_hours, self.of_days):
            async for changed in sheets.rename(tenant, dimension, before, after):
                yield changed
        if await self.of_hours.has_any(tenant) or await self.of_days.has_any(tenant):  # else nothing is held
            await upsert(self._marks, _renamed(tenant), {"$inc": {"times": 1}})

    async def _settled(self, tenant: str, stretches: Sequence[Stretch], dimension: str) -> dict[Stretch, ByTask]:
        """Held, or read now."""
        now = datetime.now(UTC)
        renamed = await self._times_renamed(tenant) if dimension == USERS else 0
        found: dict[Stretch, ByTask] = {}
        for stretch in stretches:
            its = self._held.find(_key(tenant, stretch, dimension), (renamed, stretch.marks), now)
            if its is not None:
                found[stretch] = its
        missing = [stretch for stretch in stretches if stretch not in found]
        for stretch, pages in (await self._read(tenant, missing, dimension)).items():
            found[stretch] = {task: together(several) for task, several in sorted(pages.items())}
            size = sum(table.size for table in found[stretch].values())
            until = self._until(stretch, dimension, now)
            self._held.keep(_key(tenant, stretch, dimension), (renamed, stretch.marks), found[stretch], size, until)
            await asyncio.sleep(0)  # probes and consumers have their turn
        return {stretch: found[stretch] for stretch in stretches}

    async def _read(
        self, tenant: str, stretches: Sequence[Stretch], dimension: str
    ) -> dict[Stretch, dict[str, list[Table]]]:
        found: dict[Stretch, dict[str, list[Table]]] = {stretch: {} for stretch in stretches}
        place = {(task, day): one for one in stretches if not one.by_hour for task, day, _ in one.marks}
        for task, first, last in ranges_of([one for one in stretches if not one.by_hour]):
            async for day in self.of_days.read(whose(tenant, task), first, last, dimension):
                if (stretch := place.get((day.task_type, day.start))) is not None:
                    found[stretch].setdefault(day.task_type, []).append(day.table)
        by_hour = [stretch for stretch in stretches if stretch.by_hour]
        for task, first, last in hours_of(by_hour):
            async for hour in self.of_hours.read(whose(tenant, task), first, last, dimension):
                for stretch in by_hour:
                    if stretch.holds(hour.task_type, hour.start):
                        found[stretch].setdefault(hour.task_type, []).append(hour.table)
        return found

    async def _times_renamed(self, tenant: str) -> int:
        with waiting_is_worth_it():
            found: Document | None = await self._marks.find_one({"_id": _renamed(tenant)})
        return found["times"] if found else 0

    def _until(self, stretch: Stretch, dimension: str, now: datetime) -> datetime:
        until = stretch.kept_until(self._keeping)
        return min(until, now + PERSONS_HELD) if dimension == USERS else until


def _key(tenant: str, stretch: Stretch, dimension: str) -> tuple[object, ...]:
    return (tenant, "spent", dimension, *stretch[:4])


def _renamed(tenant: str) -> str:
    """Beside the months, and never with one's name."""
    return f"renamed|{tenant}"
