"""What is known of single results: one document a fact, under its own id, until its hour is sealed and gone."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import TypeVar

from bson import Binary
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Database, Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_monitor.hours import BucketKey, Keeping
from ratchet_monitor.observations import Hit, Observation
from ratchet_monitor.scores import Score
from ratchet_monitor.store.documents import document_of, struct_of

F = TypeVar("F", Observation, Hit, Score)
READ_AT_ONCE = 1000


class MongoFacts:
    def __init__(self, database: Database, keeping: Keeping) -> None:
        self._observations, self._hits = database.observations, database.hits
        self._scores, self._late = database.scores, database.late
        self._keeping = keeping

    async def create_indexes(self) -> None:
        """As few as can be: each one more costs a third of the intake."""
        for collection in (self._observations, self._hits, self._scores):
            await collection.create_index("bucket")
            await collection.create_index("until", expireAfterSeconds=0)
        await self._late.create_index([("tenant", 1), ("came_at", 1)])
        await self._late.create_index("until", expireAfterSeconds=0)

    async def add_observations(self, observations: Collection[Observation]) -> None:
        await _add(self._observations, [self._document(one, one.result_id.bytes, one.seen_at) for one in observations])

    async def add_hits(self, hits: Collection[Hit]) -> None:
        await _add(self._hits, [self._document(one, one.result_id.bytes, one.at) for one in hits])

    async def add_scores(self, scores: Collection[Score]) -> None:
        await _add(self._scores, [self._document(one, one.event_id.bytes, one.scored_at) for one in scores])

    async def add_late(self, late: Collection[Observation | Score]) -> None:
        await _add(self._late, [self._apart(one) for one in late])

    async def late(self, tenant: str, since: datetime) -> int:
        with waiting_is_worth_it():
            return await self._late.count_documents({"tenant": tenant, "came_at": {"$gte": since}})

    async def observations(self, buckets: Collection[BucketKey]) -> AsyncIterator[Observation]:
        async for one in _filed(self._observations, Observation, buckets):
            yield one

    async def scores(self, buckets: Collection[BucketKey]) -> AsyncIterator[Score]:
        async for one in _filed(self._scores, Score, buckets):
            yield one

    async def hits(self, bucket: BucketKey) -> AsyncIterator[Hit]:
        async for one in _filed(self._hits, Hit, [bucket]):
            yield one

    def _document(self, fact: Observation | Hit | Score, own_id: bytes, came_at: datetime) -> Document:
        until = self._keeping.raw_until(max(fact.at, came_at))
        return {"_id": Binary(own_id, 4), "bucket": fact.bucket.text, "until": until, **document_of(fact)}

    def _apart(self, fact: Observation | Score) -> Document:
        """Enough to count it once."""
        own_id, came_at = (fact.event_id, fact.scored_at) if isinstance(fact, Score) else (fact.result_id, fact.seen_at)
        until = self._keeping.bucket_until(came_at)
        return {"_id": Binary.from_uuid(own_id), "tenant": fact.tenant, "came_at": came_at, "until": until}


async def _add(collection: AsyncCollection[Document], documents: list[Document]) -> None:
    if documents:
        with waiting_is_worth_it(), duplicates_are_fine():
            await collection.insert_many(documents, ordered=False)


async def _filed(
    collection: AsyncCollection[Document], kind: type[F], buckets: Collection[BucketKey]
) -> AsyncIterator[F]:
    """The bucket's key holds the tenant."""
    filed_under = {"bucket": {"$in": [bucket.text for bucket in buckets]}}
    with waiting_is_worth_it():
        async for document in collection.find(filed_under, batch_size=READ_AT_ONCE):
            yield struct_of(kind, document)
