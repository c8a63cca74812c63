"""What an earlier release has written: it says neither in which hours it stood nor that these have changed."""

from collections.abc import Sequence
from datetime import datetime

from bson import Binary
from pymongo import UpdateOne

from ratchet_common.mongo import Database, Document, for_long, waiting_is_worth_it
from ratchet_feedback.rollups.rolling import Changed
from ratchet_feedback.rollups.spans import Span
from ratchet_feedback.store.documents import place
from ratchet_feedback.store.pieces import CHANGED, changed_in
from ratchet_feedback.store.windows import Window

# What joins a word notes it: an earlier release does not.
_JOINED_BY_IT: Document = {"$expr": {"$ne": [{"$ifNull": ["$noted", 0]}, {"$ifNull": ["$joined", 0]}]}}


class MongoEarlier:
    def __init__(self, database: Database) -> None:
        self._feedback, self._tallies = database.feedback, database.tallies
        self._begun = database.rollups_begun

    async def begun(self) -> bool:
        with waiting_is_worth_it():
            return await self._begun.find_one({"_id": "begun"}) is not None

    async def begin(self) -> None:
        with waiting_is_worth_it():
            await self._begun.update_one({"_id": "begun"}, {"$set": {"begun": True}}, upsert=True)

    async def tenants(self) -> list[str]:
        """Once it has begun, of which something was joined."""
        spoken = self._tallies if await self.begun() else self._feedback
        with for_long(), waiting_is_worth_it():
            return sorted(await spoken.distinct("tenant"))

    async def has_any(self, tenant: str, first: datetime, end: datetime) -> bool:
        with waiting_is_worth_it():
            wanted = Window(tenant, place(first), place(end)).wanted
            return await self._feedback.count_documents(wanted, limit=1) > 0

    async def not_noted(self, hour: Span, limit: int) -> list[Changed]:
        wanted = Window(hour.tenant, place(hour.start), place(hour.end)).wanted
        by_it = {"$or": [{"stood": None}, _JOINED_BY_IT]}
        with waiting_is_worth_it():
            found = await self._feedback.find(wanted | by_it, CHANGED).limit(limit).to_list()
        return [changed_in(document) for document in found]

    async def note(self, noted: Sequence[Changed]) -> None:
        with waiting_is_worth_it():
            await self._feedback.bulk_write([_noted(one) for one in noted], ordered=False)


def _noted(one: Changed) -> UpdateOne:
    still = {"_id": Binary(one.key, 4), "changes": one.number or None, "joined": one.joined}
    return UpdateOne(still, {"$set": {"noted": one.joined}, "$addToSet": {"stood": one.hour}})
