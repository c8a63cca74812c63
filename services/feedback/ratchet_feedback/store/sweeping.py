"""How far the look at every hour has come, and what an earlier release has written: it says neither in which hours that
stood nor that these have changed."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Final

from bson import Binary
from pymongo import UpdateOne

from ratchet_common import lease
from ratchet_common.mongo import Database, Document, for_long, waiting_is_worth_it
from ratchet_common.upserts import upsert
from ratchet_feedback.rollups.pieces import Piece
from ratchet_feedback.rollups.rolling import Changed
from ratchet_feedback.rollups.spans import Span
from ratchet_feedback.rollups.sweeping import Turn
from ratchet_feedback.store.documents import place
from ratchet_feedback.store.pieces import CHANGED, FIELDS, READ_AT_ONCE, changed_in, piece_in
from ratchet_feedback.store.windows import Window

LEASE_S: Final = 600.0
ROUND: Final = "round"

SHOWN: Final[Document] = FIELDS | CHANGED | {"noted": 1}


class MongoSweeps:
    def __init__(self, database: Database) -> None:
        self._feedback, self._tallies, self._rollups = database.feedback, database.tallies, database.rollups
        self._begun = database.rollups_begun

    async def begun(self) -> bool:
        with waiting_is_worth_it():
            return await self._begun.find_one({"_id": "begun"}) is not None

    async def take(self, now: datetime) -> Turn | None:
        await upsert(self._begun, ROUND, {"$setOnInsert": {"tenant": ""}})
        taken = await lease.take(self._begun, {"_id": ROUND, "due_at": {"$not": {"$gt": now}}}, seconds=LEASE_S)
        if taken is None:
            return None
        return Turn(not await self.begun(), taken, taken.get("tenant", ""), taken.get("hour"))

    async def reached(self, turn: Turn, hour: Span) -> bool:
        document: Any = turn.taken
        with waiting_is_worth_it():
            at = {"$set": {"tenant": hour.tenant, "hour": hour.start}}
            await self._begun.update_one(lease.held(document), at)
        return await lease.renew(self._begun, document, seconds=LEASE_S)

    async def end(self, turn: Turn, next_at: datetime) -> None:
        document: Any = turn.taken
        with waiting_is_worth_it():
            await self._begun.update_one({"_id": "begun"}, {"$set": {"begun": True}}, upsert=True)
            over = {"$set": {"due_at": next_at, "tenant": ""}, "$unset": {"hour": ""}}
            await self._begun.update_one(lease.held(document), over)
        await lease.release(self._begun, document)

    async def tenants(self) -> list[str]:
        """Once a round has ended, by their tallies: all pieces that are joined are of those."""
        with for_long(), waiting_is_worth_it():
            joined = await (self._tallies if await self.begun() else self._feedback).distinct("tenant")
            waiting = await self._feedback.distinct("tenant", {"state": {"$in": ["pending", "expired"]}})
            return sorted({*joined, *waiting, *await self._rollups.distinct("tenant")})

    async def has_any(self, tenant: str, first: datetime, end: datetime) -> bool:
        with waiting_is_worth_it():
            wanted = Window(tenant, place(first), place(end)).wanted
            return await self._feedback.count_documents(wanted, limit=1) > 0

    async def looked_at(self, hour: Span) -> AsyncIterator[tuple[Piece, Changed | None]]:
        wanted = Window(hour.tenant, place(hour.start), place(hour.end)).wanted
        with waiting_is_worth_it():
            async for document in self._feedback.find(wanted, SHOWN, batch_size=READ_AT_ONCE):
                yield piece_in(document), None if _is_noted(document) else changed_in(document)

    async def note(self, noted: Sequence[Changed]) -> None:
        with waiting_is_worth_it():
            await self._feedback.bulk_write([_noted(one) for one in noted], ordered=False)


def _is_noted(document: Document) -> bool:
    """What joins a word notes it: an earlier release does not."""
    return document.get("stood") is not None and (document.get("noted") or 0) == (document.get("joined") or 0)


def _noted(one: Changed) -> UpdateOne:
    still = {"_id": Binary(one.key, 4), "joined": one.joined}
    return UpdateOne(still, {"$set": {"noted": one.joined}, "$addToSet": {"stood": one.hour}})
