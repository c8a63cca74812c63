"""One collection a day of results, with one index. To forget a day is to drop it.

A second index, for a TTL, would slow the intake down, and single deletions could not keep up with it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Generic
from uuid import UUID

from ratchet_common.mongo import Database, Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_monitor.filing import F, Filed, filed
from ratchet_monitor.hours import BucketKey
from ratchet_monitor.store.documents import struct_of
from ratchet_monitor.store.segments import MOST, Segments

READ_AT_ONCE = 50  # segments: 10 MB at most
DELETED_AT_ONCE = 50
IN_ORDER = [("bucket", 1), ("came_at", 1), ("_id", 1)]  # the same for all readers


class Daily(Generic[F]):
    """Facts of one kind, each filed under the hour of its result."""

    def __init__(self, database: Database, name: str, kind: type[F], id_of: Callable[[F], UUID], earlier: str) -> None:
        """`earlier`: the name by which an earlier release stored each fact as a document."""
        self._database, self._name, self._earlier = database, name, earlier
        self._kind: type[F] = kind
        self._segments: Segments[F] = Segments(kind, id_of)
        self._indexed: set[str] = set()

    async def add(self, facts: Filed[F]) -> None:
        """What is there already stays as it is."""
        days: dict[str, list[Document]] = {}
        for bucket, segment in self._segments.of(facts, datetime.now(UTC)):
            days.setdefault(self._day(bucket.hour), []).append(segment)
        for day, segments in days.items():
            await self._insert(day, segments)

    async def filed(self, buckets: Collection[BucketKey]) -> AsyncIterator[F]:
        """Each once, as it was when it came first. The bucket's key holds the tenant. What has been read is remembered
        by its id: some 100 MB for a million facts. A segment of which earlier ones hold all is removed: there is one of
        each with every start of an embedded bus, which tells all of the last day again."""
        seen: set[bytes] = set()
        for day, keys in self._days(buckets).items():
            again: list[Any] = []
            async for segment in self._read(day, keys):
                facts = list(self._segments.once(self._segments.facts_in(segment), seen))
                if not facts:
                    again.append(segment["_id"])
                for fact in facts:
                    yield fact
            await self._delete(day, again)

    async def replace(
        self, hour: Collection[BucketKey], fields: Collection[str], before: str, after: str
    ) -> AsyncIterator[list[F]]:
        """In the facts of these buckets, all of one hour. Gives those that changed, each once, as soon as their segment
        is written: who breaks off knows of all but one segment."""
        seen: set[bytes] = set()
        for day, keys in self._days(hour).items():
            async for segment in self._read(day, keys):
                its = await self._rewritten(day, segment, fields, before, after)
                if changed := list(self._segments.once(its, seen)):
                    yield changed

    async def of_days_there(self, hours: Sequence[Collection[BucketKey]]) -> list[Collection[BucketKey]]:
        """Those hours, each with its buckets, of whose day there is anything at all."""
        with waiting_is_worth_it():
            there = set(await self._database.list_collection_names())
        return [hour for hour in hours if any(self._day(bucket.hour) in there for bucket in hour)]

    async def forget_before(self, first: datetime) -> None:
        """Drops the days that ended before the day of `first`."""
        for name in (self._name, self._earlier):
            for day in await self._days_of(name):
                if day.removeprefix(name) < self._day(first).removeprefix(self._name):
                    with waiting_is_worth_it():
                        await self._database.drop_collection(day)

    async def bring_over(self) -> AsyncIterator[set[BucketKey]]:
        """What an earlier release has stored goes into segments. Gives the buckets of what has come over, before it is
        deleted there: a crash in between brings it again, and it counts once."""
        for day in await self._days_of(self._earlier):
            with waiting_is_worth_it():
                while found := await self._database[day].find({}).limit(MOST).to_list():
                    facts = filed([struct_of(self._kind, document) for document in found])
                    await self.add(facts)
                    yield set(facts)
                    await self._delete(day, [document["_id"] for document in found])

    async def _read(self, day: str, keys: Collection[str]) -> AsyncIterator[Document]:
        with waiting_is_worth_it():
            its = self._database[day].find({"bucket": {"$in": list(keys)}}, batch_size=READ_AT_ONCE)
            async for segment in its.sort(IN_ORDER):
                yield segment
                await asyncio.sleep(0)  # requests have their turn

    async def _rewritten(
        self, day: str, segment: Document | None, fields: Collection[str], before: str, after: str
    ) -> Sequence[F]:
        """Again where another person is being replaced in it at the same time."""
        with waiting_is_worth_it():
            while segment is not None:
                facts, changed = self._segments.with_replaced(segment, fields, before, after)
                if not changed:
                    return []
                as_read = {"_id": segment["_id"], "rewritten": segment["rewritten"]}
                then = {"$set": {"facts": facts}, "$inc": {"rewritten": 1}}
                if (await self._database[day].update_one(as_read, then)).matched_count:
                    return changed
                segment = await self._database[day].find_one({"_id": segment["_id"]})
        return []

    async def _insert(self, day: str, segments: Sequence[Document]) -> None:
        with waiting_is_worth_it(), duplicates_are_fine():
            if day not in self._indexed:  # at once, while it is empty
                await self._database[day].create_index(IN_ORDER)
                self._indexed.add(day)
            await self._database[day].insert_many(segments, ordered=False)

    async def _delete(self, day: str, ids: Sequence[Any]) -> None:
        with waiting_is_worth_it():
            for start in range(0, len(ids), DELETED_AT_ONCE):
                some = list(ids[start : start + DELETED_AT_ONCE])
                await self._database[day].delete_many({"_id": {"$in": some}})

    async def _days_of(self, name: str) -> list[str]:
        with waiting_is_worth_it():
            return await self._database.list_collection_names(filter={"name": {"$regex": f"^{name}_[0-9]{{8}}$"}})

    def _days(self, buckets: Collection[BucketKey]) -> dict[str, list[str]]:
        """The keys of the buckets, by the collection that they lie in."""
        days: dict[str, list[str]] = {}
        for bucket in buckets:
            days.setdefault(self._day(bucket.hour), []).append(bucket.text)
        return days

    def _day(self, at: datetime) -> str:
        return f"{self._name}_{at.astimezone(UTC):%Y%m%d}"
