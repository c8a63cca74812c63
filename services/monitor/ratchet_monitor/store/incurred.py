"""What trainings and evaluations have cost: one document each, and the largest amount that was told of it counts."""

from collections.abc import Sequence
from datetime import datetime

from bson import Int64

from ratchet_common.events import CostIncurred
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import upsert_where
from ratchet_monitor.hours import Keeping
from ratchet_monitor.observations import nano


class MongoIncurred:
    def __init__(self, database: Database, keeping: Keeping) -> None:
        self._incurred, self._kept = database.incurred, keeping.buckets

    async def create_indexes(self) -> None:
        await self._incurred.create_index([("tenant", 1), ("at", 1)])
        await self._incurred.create_index("until", expireAfterSeconds=0)

    async def add(self, incurred: Sequence[CostIncurred]) -> None:
        """Whatever the order, and however often. Raises ImplausibleError."""
        costs = [(event, nano("cost_usd", event.cost_usd)) for event in incurred]
        for event, cost in costs:
            less: Document = {"_id": f"{event.about}|{event.kind}|{event.tenant}", "cost": {"$not": {"$gte": cost}}}
            told: Document = {
                "tenant": event.tenant,
                "kind": event.kind,
                "task_type": event.task_type,
                "model": event.model,
                "cost": Int64(cost),
                "at": event.occurred_at,
                "until": event.occurred_at + self._kept,
            }
            await upsert_where(self._incurred, [(less, {"$set": told})])

    async def cost(self, tenant: str, since: datetime) -> dict[str, int]:
        """In nano-USD, by kind: of what was last heard of since then, with all that it had cost before."""
        with waiting_is_worth_it():
            cursor = await self._incurred.aggregate(
                [
                    {"$match": {"tenant": tenant, "at": {"$gte": since}}},
                    {"$group": {"_id": "$kind", "cost": {"$sum": "$cost"}}},
                ]
            )
            found = await cursor.to_list()
        return {one["_id"]: int(one["cost"]) for one in found}
