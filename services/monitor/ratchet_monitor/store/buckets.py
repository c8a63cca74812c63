"""The hourly numbers: one document an hour of a task, written whole."""

from collections.abc import AsyncIterator
from datetime import datetime

import msgspec

from ratchet_common.mongo import Database, Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_monitor.buckets import Cell, predictions_in
from ratchet_monitor.hours import BucketKey, Keeping, TaskKey
from ratchet_monitor.store.documents import struct_of

READ_AT_ONCE = 200


class Hour(msgspec.Struct):
    task_type: str
    hour: datetime
    cells: tuple[Cell, ...]


class MongoBuckets:
    def __init__(self, database: Database, keeping: Keeping) -> None:
        self._buckets, self._keeping = database.buckets, keeping

    async def create_indexes(self) -> None:
        await self._buckets.create_index([("tenant", 1), ("hour", 1)])
        await self._buckets.create_index([("task", 1), ("hour", 1)])
        await self._buckets.create_index("until", expireAfterSeconds=0)

    async def built(self, key: BucketKey) -> tuple[int, int]:
        with waiting_is_worth_it():
            found = await self._buckets.find_one({"_id": key.text}, {"built": 1, "predictions": 1})
        return (found["built"], found["predictions"]) if found else (0, 0)

    async def write(self, key: BucketKey, cells: tuple[Cell, ...], *, after: int) -> bool:
        numbers = {"built": after + 1, "predictions": predictions_in(cells), "cells": _stored(cells)}
        if after == 0 and await self._insert(key, numbers):
            return True
        with waiting_is_worth_it():
            result = await self._buckets.update_one({"_id": key.text, "built": after}, {"$set": numbers})
        return result.matched_count == 1

    async def cells(self, tenant: str, since: datetime, task_type: str = "") -> AsyncIterator[tuple[str, Cell]]:
        """An empty `task_type` stands for all."""
        async for bucket in self.hours(tenant, since, task_type):
            for cell in bucket.cells:
                yield bucket.task_type, cell

    async def hours(self, tenant: str, since: datetime, task_type: str = "") -> AsyncIterator[Hour]:
        whose = {"task": TaskKey(tenant, task_type).text} if task_type else {"tenant": tenant}
        wanted = {**whose, "hour": {"$gte": since}}
        with waiting_is_worth_it():
            async for document in self._buckets.find(wanted, batch_size=READ_AT_ONCE):
                yield struct_of(Hour, document)

    async def _insert(self, key: BucketKey, numbers: Document) -> bool:
        document = {
            "_id": key.text,
            **key._asdict(),
            "task": key.task.text,
            "until": self._keeping.bucket_until(key.hour),
            **numbers,
        }
        with waiting_is_worth_it(), duplicates_are_fine():
            inserted = await self._buckets.insert_many([document], ordered=False)
            return bool(inserted.inserted_ids)
        return False


def _stored(cells: tuple[Cell, ...]) -> list[Document]:
    return [msgspec.to_builtins(cell, str_keys=True) for cell in cells]
