"""One collection a day of results, with one index. To forget a day is to drop it.

A second index, for a TTL, would cost a third of the intake, and single deletions could not keep up with it.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from bson import Binary

from ratchet_common.mongo import Database, Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_monitor.hours import BucketKey
from ratchet_monitor.observations import Hit, Observation
from ratchet_monitor.scores import Score
from ratchet_monitor.store.documents import document_of, struct_of

F = TypeVar("F", Observation, Hit, Score)
READ_AT_ONCE = 1000


class Daily(Generic[F]):
    """Facts of one kind, each filed under the hour of its result."""

    def __init__(self, database: Database, name: str, kind: type[F]) -> None:
        self._database, self._name = database, name
        self._kind: type[F] = kind
        self._indexed: set[str] = set()

    async def add(self, facts: Mapping[UUID, F]) -> None:
        """By their own ids: what is there already stays as it is."""
        days: dict[str, list[Document]] = {}
        for bucket, documents in by_bucket(facts).items():
            days.setdefault(self._day(bucket.hour), []).extend(documents)
        for day, documents in days.items():
            await self._insert(day, documents)

    async def filed(self, buckets: Collection[BucketKey], only: Document | None = None) -> AsyncIterator[F]:
        """The bucket's key holds the tenant. `only`: those of them that this holds for."""
        days: dict[str, list[str]] = {}
        for bucket in buckets:
            days.setdefault(self._day(bucket.hour), []).append(bucket.text)
        for day, keys in days.items():
            with waiting_is_worth_it():
                these = {"bucket": {"$in": keys}, **(only or {})}
                async for document in self._database[day].find(these, batch_size=READ_AT_ONCE):
                    yield struct_of(self._kind, document)

    async def replace(self, hour: Collection[BucketKey], fields: Collection[str], before: str, after: str) -> int:
        """In the facts of these buckets, all of one hour. Returns in how many."""
        keys, days = [bucket.text for bucket in hour], {self._day(bucket.hour) for bucket in hour}
        anywhere = [{field: before} for field in fields]
        changed = 0
        with waiting_is_worth_it():
            for day in days:
                changed += await self._database[day].count_documents({"bucket": {"$in": keys}, "$or": anywhere})
                for field in fields:
                    these = {"bucket": {"$in": keys}, field: before}
                    await self._database[day].update_many(these, {"$set": {field: after}})
        return changed

    async def of_days_there(self, hours: Sequence[Collection[BucketKey]]) -> list[Collection[BucketKey]]:
        """Those hours, each with its buckets, of whose day there is anything at all."""
        with waiting_is_worth_it():
            there = set(await self._database.list_collection_names())
        return [hour for hour in hours if any(self._day(bucket.hour) in there for bucket in hour)]

    async def forget_before(self, first: datetime) -> None:
        """Drops the days that ended before the day of `first`."""
        with waiting_is_worth_it():
            ours = await self._database.list_collection_names(filter={"name": {"$regex": f"^{self._name}_[0-9]{{8}}$"}})
            for day in ours:
                if day < self._day(first):
                    await self._database.drop_collection(day)

    async def _insert(self, day: str, documents: list[Document]) -> None:
        with waiting_is_worth_it(), duplicates_are_fine():
            if day not in self._indexed:  # at once, while it is empty
                await self._database[day].create_index("bucket")
                self._indexed.add(day)
            await self._database[day].insert_many(documents, ordered=False)

    def _day(self, at: datetime) -> str:
        return f"{self._name}_{at.astimezone(UTC):%Y%m%d}"


def by_bucket(facts: Mapping[UUID, F]) -> dict[BucketKey, list[Document]]:
    """The documents of facts, given by their own ids, as they are stored."""
    found: dict[BucketKey, list[Document]] = {}
    texts: dict[BucketKey, str] = {}  # each told once: it takes as long as to encode a fact
    for own_id, fact in facts.items():
        bucket = fact.bucket
        if bucket not in texts:
            texts[bucket], found[bucket] = bucket.text, []
        found[bucket].append({"_id": Binary.from_uuid(own_id), "bucket": texts[bucket], **document_of(fact)})
    return found
