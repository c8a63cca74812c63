"""Whose turn it is to be looked at for drift: one document a task, and one for all tasks of a tenant."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from pymongo import UpdateOne

from ratchet_common import lease
from ratchet_common.mongo import Database, waiting_is_worth_it
from ratchet_monitor.drifting import Turn
from ratchet_monitor.hours import TaskKey

LEASE_S: Final = 120.0
AT_ONCE: Final = datetime(1970, 1, 1, tzinfo=UTC)


class MongoLooks:
    def __init__(self, database: Database) -> None:
        self._looks = database.drift_looks

    async def create_indexes(self) -> None:
        await self._looks.create_index("tenant")
        await self._looks.create_index("due_at")

    async def set(self, keys: Collection[TaskKey]) -> None:
        """Those that take no turns yet begin. The others are told that something was heard of them."""
        wanted, token = set(keys) | {TaskKey(key.tenant, "") for key in keys}, uuid4().hex
        new = [
            UpdateOne(
                {"_id": key.text},
                {"$setOnInsert": {**key._asdict(), "due_at": AT_ONCE, "held": []}, "$set": {"heard": token}},
                upsert=True,
            )
            for key in sorted(wanted)
        ]
        if new:
            with waiting_is_worth_it():
                await self._looks.bulk_write(new, ordered=False)

    async def take(self, now: datetime) -> Turn | None:
        taken = await lease.take(self._looks, {"due_at": {"$lte": now}}, seconds=LEASE_S, order="due_at")
        if taken is None:
            return None
        held = {one["subject"]: one["at"] for one in taken["held"]}
        return Turn(TaskKey(taken["tenant"], taken["task_type"]), held, taken)

    async def of_tenant(self, tenant: str) -> int:
        with waiting_is_worth_it():
            return await self._looks.count_documents({"tenant": tenant})

    async def done(self, turn: Turn, held: dict[str, datetime], due_at: datetime) -> None:
        taken: Any = turn.taken
        kept = [{"subject": subject, "at": at} for subject, at in held.items()]
        with waiting_is_worth_it():
            await self._looks.update_one(lease.held(taken), {"$set": {"held": kept, "due_at": due_at}})

    async def drop(self, turn: Turn, due_at: datetime) -> None:
        taken: Any = turn.taken
        not_since = lease.held(taken) | {"heard": taken.get("heard")}
        with waiting_is_worth_it():
            if not (await self._looks.delete_one(not_since)).deleted_count:
                await self._looks.update_one(lease.held(taken), {"$set": {"held": [], "due_at": due_at}})
