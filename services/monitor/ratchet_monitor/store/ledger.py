"""What was spent in an hour, or a day, of a task: one document each, every dimension packed in a field of its own, so
that a question by one of them reads no other."""

from collections.abc import AsyncIterator, Callable, Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from bson import Binary
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import upsert_where
from ratchet_monitor.hours import BucketKey, Keeping, TaskKey, day_of
from ratchet_monitor.ledger.sheet import DIMENSIONS, TOTAL, Sheet
from ratchet_monitor.ledger.sums import renamed
from ratchet_monitor.ledger.table import Table, packed, unpacked
from ratchet_monitor.store.buckets import MOST_CHANGED, in_a_row

READ_AT_ONCE: Final = 200
ALL: Final = (TOTAL, *DIMENSIONS)


class Page(NamedTuple):
    """Of one hour or day of a task, by the dimension that was asked for."""

    task_type: str
    start: datetime
    table: Table


class Sheets:
    """Of hours, or of days."""

    def __init__(self, collection: AsyncCollection[Document], until: Callable[[datetime], datetime]) -> None:
        self.collection, self._until = collection, until

    async def create_indexes(self) -> None:
        await self.collection.create_index([("tenant", 1), ("hour", 1)])
        await self.collection.create_index([("task", 1), ("hour", 1)])
        await self.collection.create_index("until", expireAfterSeconds=0)

    async def write(self, key: BucketKey, sheet: Sheet, *, built: int) -> None:
        """What was built later stays."""
        by = {dimension: Binary(packed(rows)) for dimension, rows in sheet.items() if rows}
        own = {**key._asdict(), "task": key.task.text, "until": self._until(key.hour), "built": built, "by": by}
        older = {"_id": key.text, "built": {"$not": {"$gte": built}}}
        await upsert_where(self.collection, [(older, {"$set": own})])

    async def read(
        self, whose: Document, since: datetime, until: datetime | None, dimension: str
    ) -> AsyncIterator[Page]:
        when = {"$gte": since} | ({"$lt": until} if until else {})
        fields = {"task_type": 1, "hour": 1, f"by.{dimension}": 1}
        with waiting_is_worth_it():
            async for document in self.collection.find({**whose, "hour": when}, fields, batch_size=READ_AT_ONCE):
                yield Page(document["task_type"], document["hour"], unpacked(document["by"].get(dimension)))

    async def whole(self, whose: Document, since: datetime, until: datetime) -> AsyncIterator[Sheet]:
        with waiting_is_worth_it():
            async for document in self.collection.find({**whose, "hour": {"$gte": since, "$lt": until}}):
                yield {dimension: unpacked(kept).rows for dimension, kept in document["by"].items()}

    async def rename(self, tenant: str, dimension: str, before: str, after: str) -> AsyncIterator[int]:
        """Of one tenant, a few documents at a time: in how many it was."""
        place = f"by.{dimension}"
        with waiting_is_worth_it():
            async for document in self.collection.find({"tenant": tenant, place: {"$exists": True}}, {place: 1}):
                kept = document["by"][dimension]
                if before.encode() in kept:
                    rows = renamed(unpacked(kept).rows, before, after)
                    again = {"$set": {place: Binary(packed(rows))}}
                    unchanged = {"_id": document["_id"], place: kept}
                    yield (await self.collection.update_one(unchanged, again)).modified_count

    async def built(self, keys: Collection[BucketKey]) -> dict[str, int]:
        """How often each was built, by its key's text; those that are there."""
        with waiting_is_worth_it():
            found = self.collection.find({"_id": {"$in": [key.text for key in keys]}}, {"built": 1})
            return {document["_id"]: document["built"] async for document in found}


class MongoLedger:
    def __init__(self, database: Database, keeping: Keeping) -> None:
        self.of_hours = Sheets(database.spent_hours, keeping.hour_until)
        self.of_days = Sheets(database.spent_days, keeping.bucket_until)
        self._changed = database.changed_days  # as those of the buckets: what is built of an hour is built of both

    async def create_indexes(self) -> None:
        await self.of_hours.create_indexes()
        await self.of_days.create_indexes()

    async def pages(
        self, tenant: str, since: datetime, dimension: str, task_type: str = "", until: datetime | None = None
    ) -> AsyncIterator[Page]:
        """From the hour `since` on, before `until`, as few as there are: days, and hours where a day begins before
        `since` or has changed since it was summed up. `until`: the beginning of a day. No `task_type` stands for all.
        """
        whose: Document = {"task": TaskKey(tenant, task_type).text} if task_type else {"tenant": tenant}
        cut = {day_of(since)} - {since}
        changed = await self._changed_days(tenant, task_type)
        async for day in self.of_days.read(whose, since, until, dimension):
            if (day.task_type, day.start) not in changed:
                yield day
        by_hour = cut | {start for _, start in changed if start >= day_of(since) and (until is None or start < until)}
        for first, last in in_a_row(sorted(by_hour)):
            async for hour in self.of_hours.read(whose, max(first, since), last, dimension):
                start = day_of(hour.start)
                if start in cut or (hour.task_type, start) in changed:
                    yield hour

    def hours(self, tenant: str, since: datetime, until: datetime, dimension: str) -> AsyncIterator[Page]:
        """As far as hours are kept."""
        return self.of_hours.read({"tenant": tenant}, since, until, dimension)

    def hours_of(self, day: BucketKey) -> AsyncIterator[Sheet]:
        return self.of_hours.whole({"task": day.task.text}, day.hour, day.hour + timedelta(days=1))

    async def _changed_days(self, tenant: str, task_type: str) -> Collection[tuple[str, datetime]]:
        whose = {"tenant": tenant} | ({"task_type": task_type} if task_type else {})
        with waiting_is_worth_it():
            found = await self._changed.find(whose, {"task_type": 1, "hour": 1}).limit(MOST_CHANGED).to_list()
        return {(mark["task_type"], mark["hour"]) for mark in found}
