"""What answers cost that nobody saw: in no bucket, so that they are in no accuracy, no latency and no comparison."""

from collections.abc import Sequence
from datetime import date, datetime

from bson import Binary, Int64

from ratchet_common.events import ShadowAnswered
from ratchet_common.mongo import Database, Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_monitor.hours import Keeping
from ratchet_monitor.ledger.sums import Sums
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

    async def cost(self, tenant: str, since: datetime, until: datetime | None = None) -> int:
        """In nano-USD."""
        when = {"$gte": since} | ({"$lt": until} if until else {})
        summed: Document = {"_id": None, "cost": {"$sum": "$cost"}}
        with waiting_is_worth_it():
            cursor = await self._shadows.aggregate(
                [
                    {"$match": {"tenant": tenant, "at": when}},
                    {"$group": summed},
                ]
            )
            found = await cursor.to_list()
        return int(found[0]["cost"]) if found else 0

    async def by_day(self, tenant: str, since: datetime, until: datetime) -> dict[tuple[date, str], Sums]:
        """By day (UTC) and model: what a provider bills of them. Those of an earlier release have no model."""
        day = {"$dateToString": {"format": "%Y-%m-%d", "date": "$at"}}
        fields = {name: {"$sum": f"${name}"} for name in ("cost", "input", "output", "cached")}
        with waiting_is_worth_it():
            cursor = await self._shadows.aggregate(
                [
                    {"$match": {"tenant": tenant, "at": {"$gte": since, "$lt": until}}},
                    {"$group": {"_id": {"day": day, "model": "$model"}, "answers": {"$sum": 1}, **fields}},
                ]
            )
            found = await cursor.to_list()
        return {
            (date.fromisoformat(one["_id"]["day"]), one["_id"].get("model") or ""): Sums(
                answers=one["answers"],
                cost=int(one["cost"]),
                input=int(one["input"]),
                output=int(one["output"]),
                cached=int(one["cached"]),
            )
            for one in found
        }

    def _document(self, event: ShadowAnswered) -> Document:
        return {
            "_id": Binary.from_uuid(event.event_id),
            "tenant": event.tenant,
            "task_type": event.task_type,
            "version_id": event.version_id,
            "model": event.model,
            "input": Int64(event.usage.input_tokens),
            "output": Int64(event.usage.output_tokens),
            "cached": Int64(event.usage.cached_tokens),
            "cost": Int64(round(event.cost_usd * NANO)),
            "at": event.occurred_at,
            "until": event.occurred_at + self._kept,
        }
