"""Marks of changed hours and tasks. Each setting of a mark leaves a new token: clearing insists on the one it saw."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import uuid4

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common import lease
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_monitor.hours import BucketKey, TaskKey
from ratchet_monitor.marks import Mark

K = TypeVar("K", BucketKey, TaskKey)

COUNTED_AT_MOST = 10_000
LEASE_S = 20.0
TURN_S = 0.5  # what changes all the time lets the others go first


class MongoMarks(Generic[K]):
    def __init__(self, collection: AsyncCollection[Document], kind: Callable[..., K], names: Sequence[str]) -> None:
        """`kind` makes a key of the fields in `names`."""
        self._collection, self._names = collection, names
        self._kind: Callable[..., K] = kind

    async def set(self, keys: Collection[K]) -> None:
        if not keys:
            return
        token = uuid4().hex
        marks = [
            UpdateOne({"_id": key.text}, {"$set": {**key._asdict(), "token": token}}, upsert=True)
            for key in sorted(keys)
        ]
        with waiting_is_worth_it():
            await self._collection.bulk_write(marks, ordered=False)

    async def take(self, before: datetime | None = None) -> Mark[K] | None:
        wanted = {"hour": {"$lt": before}} if before else {}
        taken = await lease.take(self._collection, wanted, seconds=LEASE_S)
        return Mark(self._key(taken), taken) if taken else None

    async def done(self, mark: Mark[K]) -> None:
        document: Any = mark.taken
        with waiting_is_worth_it():
            cleared = await self._collection.delete_one({**lease.held(document), "token": document["token"]})
        if not cleared.deleted_count:
            await self.put_back(mark)

    async def count(self) -> int:
        """At most `COUNTED_AT_MOST`."""
        with waiting_is_worth_it():
            return await self._collection.count_documents({}, limit=COUNTED_AT_MOST)

    async def put_back(self, mark: Mark[K], seconds: float = 0) -> None:
        document: Any = mark.taken
        await lease.renew(self._collection, document, seconds=max(seconds, TURN_S))

    def _key(self, document: Document) -> K:
        return self._kind(**{name: document[name] for name in self._names})
