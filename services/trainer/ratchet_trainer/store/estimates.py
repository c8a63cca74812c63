"""Where the estimate of each tenant's task stands: one document for both, with the events that it sends out."""

from collections.abc import Collection
from datetime import timedelta
from uuid import uuid4

from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common import lease, outbox
from ratchet_common.events import EstimateTrained
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_common.upserts import upsert
from ratchet_trainer.estimate.estimates import Standing
from ratchet_trainer.estimate.outcomes import Task
from ratchet_trainer.leased import Leased

_NOW: Document = {"$toLong": "$$NOW"}  # numbers, as with leases


class MongoOutcomeNews:
    """Marks the documents of tasks that have new outcomes."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._estimates = database.estimates

    async def heard(self, tasks: Collection[Task]) -> None:
        for tenant, task_type in sorted(tasks):
            said = {"$set": {"heard": uuid4().hex, "tenant": tenant, "task_type": task_type}}
            await upsert(self._estimates, f"{tenant}:{task_type}", said)


class MongoEstimateStore:
    def __init__(self, database: AsyncDatabase[Document], *, lease_s: float, rest: timedelta) -> None:
        """`rest`: between two looks at the same task."""
        self._estimates, self._lease_s = database.estimates, lease_s
        self._rest_ms = int(rest.total_seconds() * 1000)

    async def create_indexes(self) -> None:
        await self._estimates.create_index("heard", partialFilterExpression={"heard": {"$exists": True}})

    async def take(self) -> Leased[Standing] | None:
        rested: Document = {"$expr": {"$lt": [{"$ifNull": ["$rests_until_ms", 0]}, _NOW]}}
        wanted = {"heard": {"$exists": True}, "$and": [rested]}  # the lease has an $expr of its own
        taken = await lease.take(self._estimates, wanted, seconds=self._lease_s)
        return Leased(_standing(taken), taken) if taken else None

    async def save(self, held: Leased[Standing], after: Standing, event: EstimateTrained | None) -> bool:
        sent = outbox.replace(event) if event else {}
        with waiting_is_worth_it():
            written = await self._estimates.update_one(lease.held(held.document), {"$set": _fields(after) | sent})
        return written.matched_count == 1

    async def looked(self, held: Leased[Standing]) -> None:
        """What was heard meanwhile is looked at again, after the rest."""
        mine, seen = lease.held(held.document), {"heard": held.document["heard"]}
        with waiting_is_worth_it():
            await self._estimates.update_one(mine, [{"$set": {"rests_until_ms": {"$add": [_NOW, self._rest_ms]}}}])
            await self._estimates.update_one({**mine, **seen}, {"$unset": {"heard": ""}})

    async def renew(self, held: Leased[Standing]) -> bool:
        return await lease.renew(self._estimates, held.document, seconds=self._lease_s)

    async def release(self, held: Leased[Standing]) -> None:
        await lease.release(self._estimates, held.document)

    async def get(self, tenant: str, task_type: str) -> Standing:
        with waiting_is_worth_it():
            found = await self._estimates.find_one({"_id": f"{tenant}:{task_type}", "tenant": tenant})
        return _standing(found) if found else Standing(tenant, task_type)

    async def in_use(self) -> frozenset[str]:
        """The SHA-256 of the files that routers may ask."""
        with waiting_is_worth_it():
            found = await self._estimates.find({"sha256": {"$gt": ""}}, {"sha256": 1}).to_list()
        return frozenset(document["sha256"] for document in found)


def _fields(standing: Standing) -> Document:
    return {
        "revision": standing.revision,
        "sha256": standing.sha256,
        "attempts": standing.attempts,
        "learned_from": standing.learned_from,
        "learned_until": standing.learned_until,
        "why": standing.why,
    }


def _standing(document: Document) -> Standing:
    """What was only heard of has none of the fields yet."""
    return Standing(
        tenant=document["tenant"],
        task_type=document["task_type"],
        revision=document.get("revision", 0),
        sha256=document.get("sha256", ""),
        attempts=document.get("attempts", 0),
        learned_from=document.get("learned_from", 0),
        learned_until=document.get("learned_until"),
        why=document.get("why", ""),
    )
