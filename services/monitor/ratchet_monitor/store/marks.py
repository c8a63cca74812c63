"""Marks of changed hours and tasks. Each setting of a mark leaves a new token: clearing insists on the one it saw.

Not by lease.py: a filter by the store's clock reads all marks in the embedded store, and after an import they are many.
Whoever takes a mark writes its name on it and until when nobody else is to take it, on what it has read of it; clocks
may differ by seconds. Times are numbers (milliseconds).
"""

import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar
from uuid import uuid4

from pymongo import DeleteOne, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_monitor.hours import BucketKey, TaskKey
from ratchet_monitor.marks import Mark

K = TypeVar("K", BucketKey, TaskKey)

Tried = tuple[str, int]  # a mark's key, and how often its work was begun

COUNTED_AT_MOST: Final = 10_000
AT_ONCE: Final = 200  # that are asked for together, those first that were set first
LEASE_S: Final = 20.0
EACH_S: Final = 2.0  # longer for each one more that is taken together
TURN_S: Final = 0.5  # what changes all the time lets the others go first


class MongoMarks(Generic[K]):
    def __init__(self, collection: AsyncCollection[Document], kind: Callable[..., K], names: Sequence[str]) -> None:
        """`kind` makes a key of the fields in `names`."""
        self._collection, self._names = collection, names
        self._kind: Callable[..., K] = kind
        self._found: list[Tried] = []  # as they were when they were asked for: others are at them too
        self._before: datetime | None = None  # of which they are

    async def set(self, keys: Collection[K]) -> None:
        if not keys:
            return
        token, now = uuid4().hex, datetime.now(UTC)
        marks = [
            UpdateOne(
                {"_id": key.text},
                {"$set": {**key._asdict(), "token": token}, "$setOnInsert": {"since": now}},
                upsert=True,
            )
            for key in sorted(keys)
        ]
        with waiting_is_worth_it():
            await self._collection.bulk_write(marks, ordered=False)

    async def take(self, before: datetime | None = None) -> Mark[K] | None:
        if before != self._before:
            self._found, self._before = [], before
        for look in (False, True):
            if look:
                found = await self._free({"hour": {"$lt": before}} if before else {}, AT_ONCE)
                self._found = [(one["_id"], one.get("tries", 0)) for one in found]
            while self._found:
                if marks := await self._hold([self._found.pop(0)]):
                    return marks[0]
        return None

    async def done(self, mark: Mark[K]) -> None:
        await self.all_done([mark])

    async def all_done(self, marks: Collection[Mark[K]]) -> None:
        if not marks:
            return
        documents: list[Any] = [mark.taken for mark in marks]
        as_taken = [DeleteOne({**_held(one), "token": one["token"]}) for one in documents]
        with waiting_is_worth_it():
            cleared = await self._collection.bulk_write(as_taken, ordered=False)
            if cleared.deleted_count < len(marks):  # set again: what it changed by comes after it was taken
                free = _now_ms() + round(TURN_S * 1000)
                again = [
                    UpdateOne(_held(one), {"$set": {"free_at": free, "since": one["taken_at"]}}) for one in documents
                ]
                await self._collection.bulk_write(again, ordered=False)

    async def count(self) -> int:
        """At most `COUNTED_AT_MOST`."""
        with waiting_is_worth_it():
            return await self._collection.count_documents({}, limit=COUNTED_AT_MOST)

    async def put_back(self, mark: Mark[K], seconds: float = 0) -> None:
        await self.put_all_back([mark], seconds)

    async def put_all_back(self, marks: Collection[Mark[K]], seconds: float = 0) -> None:
        free = _now_ms() + round(max(seconds, TURN_S) * 1000)
        documents: list[Any] = [mark.taken for mark in marks]
        if documents:
            with waiting_is_worth_it():
                await self._collection.bulk_write(
                    [UpdateOne(_held(one), {"$set": {"free_at": free}}) for one in documents], ordered=False
                )

    async def _free(self, wanted: Document, most: int) -> list[Document]:
        """Those that nobody is at, in the order in which they were set."""
        fields = dict.fromkeys((*self._names, "since", "tries"), 1)
        with waiting_is_worth_it():
            found = self._collection.find({**wanted, "free_at": {"$not": {"$gt": _now_ms()}}}, fields)
            return await found.limit(most).to_list()

    async def _hold(self, found: Sequence[Tried]) -> list[Mark[K]]:
        """Those that nobody else has taken, or cleared, since they were asked for."""
        now, holder = datetime.now(UTC), uuid4().hex
        until = _now_ms() + round((LEASE_S + EACH_S * (len(found) - 1)) * 1000)
        mine = [
            UpdateOne(
                {"_id": key, "tries": tries or None},  # none yet: no such field
                {"$set": {"holder": holder, "free_at": until, "tries": tries + 1}},
            )
            for key, tries in found
        ]
        with waiting_is_worth_it():
            await self._collection.bulk_write(mine, ordered=False)
            taken = await self._collection.find({"_id": {"$in": [key for key, _ in found]}}).to_list()
        by_id = {one["_id"]: one | {"taken_at": now} for one in taken if one.get("holder") == holder}
        return [Mark(self._key(by_id[key]), by_id[key]) for key, _ in found if key in by_id]

    def _key(self, document: Document) -> K:
        return self._kind(**{name: document[name] for name in self._names})


def _held(document: Document) -> Document:
    return {"_id": document["_id"], "holder": document["holder"]}


def _now_ms() -> int:
    return round(time.time() * 1000)
