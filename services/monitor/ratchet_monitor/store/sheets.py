"""What was spent in an hour, or a day, of a task: one document each, every dimension packed in a field of its own, so
that a question by one of them unpacks no other."""

from collections.abc import AsyncIterator, Callable, Collection
from datetime import datetime
from typing import Final, NamedTuple

from bson import Binary
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import upsert_where
from ratchet_monitor.hours import BucketKey, Keeping
from ratchet_monitor.ledger.sheet import Sheet
from ratchet_monitor.ledger.sums import renamed
from ratchet_monitor.ledger.table import Table, packed, unpacked
from ratchet_monitor.store.builds import MongoBuilds
from ratchet_monitor.stretches import Day

READ_AT_ONCE: Final = 200


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

    async def has_any(self, tenant: str) -> bool:
        with waiting_is_worth_it():
            return await self.collection.find_one({"tenant": tenant}, {"_id": 1}) is not None

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

    async def builds_of(self, whose: Document, since: datetime, until: datetime | None = None) -> dict[Day, int]:
        """How often each of a task was built, of those that start from `since` on, before `until`."""
        when = {"$gte": since} | ({"$lt": until} if until else {})
        fields = {"_id": 0, "task_type": 1, "hour": 1, "built": 1}
        with waiting_is_worth_it():
            found = await self.collection.find({**whose, "hour": when}, fields).to_list()
        return {(one["task_type"], one["hour"]): one["built"] for one in found}

    async def built(self, keys: Collection[BucketKey]) -> dict[str, int]:
        """How often each was built, by its key's text; those that are there."""
        with waiting_is_worth_it():
            found = self.collection.find({"_id": {"$in": [key.text for key in keys]}}, {"built": 1})
            return {document["_id"]: document["built"] async for document in found}


class DaySheets(Sheets):
    """And how often each was built, to be read with every question."""

    def __init__(self, database: Database, keeping: Keeping) -> None:
        super().__init__(database.spent_days, keeping.bucket_until)
        self.told = MongoBuilds(database.spent_day_builds, self.builds_of, keeping.bucket_until)

    async def create_indexes(self) -> None:
        await super().create_indexes()
        await self.told.create_indexes()

    async def write(self, key: BucketKey, sheet: Sheet, *, built: int) -> None:
        await super().write(key, sheet, built=built)
        await self.told.tell(key, built)
