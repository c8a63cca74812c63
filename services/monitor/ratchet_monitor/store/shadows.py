"""What answers cost that nobody saw: in no bucket, so that they are in no accuracy, no latency and no comparison."""

from collections.abc import Sequence
from datetime import datetime

from bson import Binary, Int64

from ratchet_common.events import ShadowAnswered
from ratchet_common.mongo import Database, Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_monitor.hours import Keeping
from ratchet_monitor.observations import NANO


class MongoShadows:
    def __init__(self, database: Database, keeping: Keeping) -> None:
        self._shadows, self._kept = database.shadows, keeping.buckets

    async def create_indexes(self) -> None:
        await self._shadows.create_index("until", expireAfterSeconds=0)
        await self._shadows.create_index([("tenant", 1), ("at", 1)])

    async def add(self, answered: Sequence[ShadowAnswered]) -> None:
        """Each under its event's id, once; what cost nothing need not be kept."""
        found = [self._document(event) for event in answered if event.cost_usd]
        if found:
            with waiting_is_worth_it(), duplicates_are_fine():
                await self._shadows.insert_many(found, ordered=False)

    async def cost(self, tenant: str, since: datetime) -> int:
        """In nano-USD."""
        summed: Document = {"_id": None, "cost": {"$sum": "$cost"}}
        with waiting_is_worth_it():
            cursor = await self._shadows.aggregate(
                [
                    {"$match": {"tenant": tenant, "at": {"$gte": since}}},
                    {"$group": summed},
                ]
            )
            found = await cursor.to_list()
        return int(found[0]["cost"]) if found else 0

    def _document(self, event: ShadowAnswered) -> Document:
        return {
            "_id": Binary.from_uuid(event.event_id),
            "tenant": event.tenant,
            "task_type": event.task_type,
            "version_id": event.version_id,
            "cost": Int64(round(event.cost_usd * NANO)),
            "at": event.occurred_at,
            "until": event.occurred_at + self._kept,
        }
