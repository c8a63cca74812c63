"""The detectors of a task's streams: one document, written whole where nobody else did so since it was read."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from bson import Binary

from ratchet_common.mongo import Database, Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_monitor.drift.streams import Change, Streams
from ratchet_monitor.hours import GRACE, Keeping, TaskKey


class MongoStreams:
    def __init__(self, database: Database, keeping: Keeping) -> None:
        self._streams, self._kept = database.drift_streams, keeping.raw + 2 * GRACE

    async def create_indexes(self) -> None:
        await self._streams.create_index("tenant")
        await self._streams.create_index("until", expireAfterSeconds=0)

    async def load(self, task: TaskKey) -> tuple[Streams, int]:
        with waiting_is_worth_it():
            found = await self._streams.find_one({"_id": task.text})
        if found is None:
            return Streams(), 0
        return msgspec.msgpack.decode(found["packed"], type=Streams), found["revision"]

    async def save(self, task: TaskKey, streams: Streams, *, after: int) -> bool:
        numbers: Document = {
            "revision": after + 1,
            "detectors": streams.detectors,
            "packed": Binary(msgspec.msgpack.encode(streams)),
            "until": datetime.now(UTC) + self._kept,  # longer than any hour is watched: none of it is taken anew
        }
        if after == 0:
            with waiting_is_worth_it(), duplicates_are_fine():
                new = {"_id": task.text, **task._asdict(), **numbers}
                return bool((await self._streams.insert_many([new], ordered=False)).inserted_ids)
            return False
        with waiting_is_worth_it():
            result = await self._streams.update_one({"_id": task.text, "revision": after}, {"$set": numbers})
        return result.matched_count == 1

    async def detectors_of_others(self, task: TaskKey) -> int:
        summed: Document = {"_id": None, "detectors": {"$sum": "$detectors"}}
        others = {"tenant": task.tenant, "task_type": {"$ne": task.task_type}}
        with waiting_is_worth_it():
            cursor = await self._streams.aggregate([{"$match": others}, {"$group": summed}])
            found = await cursor.to_list()
        return int(found[0]["detectors"]) if found else 0

    async def changes(self, task: TaskKey) -> Sequence[Change]:
        return (await self.load(task))[0].changes

    async def changes_of(self, tenant: str, task_type: str = "") -> list[tuple[str, Change]]:
        """With their tasks. An empty `task_type` stands for all."""
        whose = {"tenant": tenant} | ({"task_type": task_type} if task_type else {})
        with waiting_is_worth_it():
            found = await self._streams.find(whose, {"task_type": 1, "packed": 1}).to_list()
        return [
            (one["task_type"], change)
            for one in found
            for change in msgspec.msgpack.decode(one["packed"], type=Streams).changes
        ]
