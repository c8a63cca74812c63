"""What trainings and evaluations have cost: one document each, and the latest word counts, by `occurred_at`: an
estimate while it runs may be more than the true cost."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from bson import Int64

from ratchet_common.events import CostIncurred
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import Change, upsert_where
from ratchet_monitor.hours import Keeping
from ratchet_monitor.observations import nano

DEAREST_USD: Final = Decimal(1_000_000)  # of one training or evaluation


class MongoIncurred:
    def __init__(self, database: Database, keeping: Keeping) -> None:
        self._incurred, self._kept = database.incurred, keeping.buckets

    async def create_indexes(self) -> None:
        await self._incurred.create_index([("tenant", 1), ("at", 1)])
        await self._incurred.create_index("until", expireAfterSeconds=0)

    async def add(self, incurred: Sequence[CostIncurred]) -> None:
        """Whatever the order, and however often. Raises ImplausibleError."""
        changes = [latest(event, self._kept) for event in incurred]
        for change in changes:
            await upsert_where(self._incurred, [change])

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


def latest(event: CostIncurred, kept: timedelta) -> Change:
    """Raises ImplausibleError."""
    at = event.occurred_at
    told: Document = {
        "tenant": event.tenant,
        "kind": event.kind,
        "task_type": event.task_type,
        "model": event.model,
        "cost": Int64(nano("cost_usd", event.cost_usd, DEAREST_USD)),
        "at": at,
        "until": at + kept,
    }
    return {"_id": f"{event.about}|{event.kind}|{event.tenant}", "at": {"$not": {"$gte": at}}}, {"$set": told}
