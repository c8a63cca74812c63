"""What is learned of the order of passages, in the router's database: notes in numbers, and each tenant's orders.

`passage_notes`: one an answer, until somebody has said what it was worth, or a month is over; those that were spoken of
for as long as the setting says, and the newest `MOST` of a tenant. `passage_orders`: one a tenant.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from bson import Binary, Int64
from pymongo import ASCENDING, DESCENDING

from ratchet_common import lease
from ratchet_common.bulk import BulkInserter
from ratchet_common.forgotten import Person, gone
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import Change, upsert
from ratchet_router.grounding.order.features import EDITION, SCORE
from ratchet_router.grounding.order.fitting import Look
from ratchet_router.grounding.order.learned import Learned, Told
from ratchet_router.grounding.order.measuring import LEAST
from ratchet_router.grounding.order.noted import Note
from ratchet_router.grounding.order.verdicts import Verdict

MOST: Final = 2_000  # of a tenant, that are learned from
UNSPOKEN: Final = timedelta(days=30)
VERSIONS: Final = 10  # of a tenant, that are remembered
LEASE_S: Final = 120.0


class MongoOrderStore:
    """`kept`: what was spoken of."""

    def __init__(self, database: Database, *, kept: timedelta) -> None:
        self._notes, self._orders, self._kept = database.passage_notes, database.passage_orders, kept
        self.waiting = BulkInserter(self._notes, batch=200, waiting=1_000)

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            await self._notes.create_index([("expires_at", ASCENDING)], expireAfterSeconds=0)
            await self._notes.create_index([("tenant", ASCENDING), ("said_at", DESCENDING)])
            await self._notes.create_index([("tenant", ASCENDING), ("documents", ASCENDING)])
            for role in ("user", "speaker"):
                await self._notes.create_index([("tenant", ASCENDING), (role, ASCENDING)])
            await self._orders.create_index([("written_at", ASCENDING)])
            await self._orders.create_index([("due", ASCENDING)])

    # what was given to read

    def note(self, note: Note) -> None:
        now = datetime.now(UTC)
        self.waiting.offer(
            {
                "_id": _id(note.tenant, note.result_id),
                "tenant": note.tenant,
                "user": note.user,
                "at": now,
                "expires_at": now + min(UNSPOKEN, self._kept),
                "edition": EDITION,
                "shown": note.shown,
                "documents": sorted({document for document, _, _ in note.passages.values()}),
                "passages": [[number, *place] for number, (*place, _) in note.passages.items()],
                "features": [list(features) for _, _, features in note.passages.values()],
                "said": False,
            }
        )

    async def save(self, verdicts: Sequence[Verdict]) -> None:
        """Of an answer of which nothing is noted there is nothing to keep."""
        now, heard = datetime.now(UTC), set[str]()
        for verdict in verdicts:
            with waiting_is_worth_it():
                changed = await self._notes.update_one(*_spoken(verdict, now, self._kept))
            if changed.modified_count and verdict.worth:
                await self._heard(verdict.tenant)
                heard.add(verdict.tenant)
        for tenant in heard:
            await self._trim(tenant)

    async def _heard(self, tenant: str) -> None:
        """A word more: when there are enough of them, it is due to be learned from anew."""
        await upsert(self._orders, tenant, {"$inc": {"heard": 1}, "$setOnInsert": {"wanted": LEAST}})
        enough: Document = {"_id": tenant, "$expr": {"$gte": ["$heard", "$wanted"]}}
        with waiting_is_worth_it():
            await self._orders.update_one(enough, {"$set": {"due": True}})

    async def _trim(self, tenant: str) -> None:
        with waiting_is_worth_it():
            of = {"tenant": tenant, "said": True}
            beyond = await self._notes.find(of, {"_id": 1}).sort("said_at", DESCENDING).skip(MOST).limit(MOST).to_list()
            for one in beyond:
                await self._notes.delete_one({"_id": one["_id"]})

    # what is learned from it

    async def due(self) -> Document | None:
        """One tenant's orders, leased; None: nothing is to be learned. Raises RetryLaterError."""
        return await lease.take(self._orders, {"due": True}, seconds=LEASE_S)

    async def looks(self, tenant: str) -> list[Look]:
        of = {"tenant": tenant, "said": True, "edition": EDITION}
        with waiting_is_worth_it():
            found = await self._notes.find(of).sort("said_at", DESCENDING).limit(MOST).to_list()
        return [_look(one) for one in found]

    async def fitted(self, held: Document, learned: Learned, wanted: int) -> bool:
        """`wanted`: so many words more, and it is done anew. What was heard meanwhile counts among them.

        False: somebody else has it by now, or what it was learned from was forgotten meanwhile: nothing is written.
        """
        body = msgspec.json.encode(learned)
        change = {
            "$set": {"last": body, "version": learned.version, "wanted": wanted, "due": False},
            "$push": {"versions": {"$each": [body], "$slice": -VERSIONS}},
            "$inc": {"heard": -int(held["heard"])},
            "$currentDate": {"written_at": True},
        }
        with waiting_is_worth_it():
            written = await self._orders.update_one(lease.held(held), change)
        await lease.release(self._orders, held)
        return bool(written.matched_count)

    # what is known of it

    async def told_since(self, since: datetime | None) -> tuple[list[Told], datetime | None]:
        wanted: Document = {"written_at": {"$gte": since}} if since else {"written_at": {"$exists": True}}
        with waiting_is_worth_it():
            found = await self._orders.find(wanted, {"versions": 0}).to_list()
        return [_told(one) for one in found], max((one["written_at"] for one in found), default=None)

    async def known(self, tenant: str) -> tuple[Told, tuple[Learned, ...], int]:
        """With its versions, the newest first, and how many words have come since the last."""
        with waiting_is_worth_it():
            found = await self._orders.find_one({"_id": tenant})
        if found is None:
            return Told(tenant=tenant), (), 0
        return _told(found), tuple(map(_learned, reversed(found.get("versions", ())))), int(found.get("heard", 0))

    async def switch(self, tenant: str, *, on: bool) -> None:
        change = {"$set": {"on": on}, "$setOnInsert": {"wanted": LEAST, "heard": 0}}
        await upsert(self._orders, tenant, {**change, "$currentDate": {"written_at": True}})

    async def forget(self, tenant: str) -> int:
        """All that was learned, and what it was learned from; whoever learns from it right now has lost its lease. That
        it is switched off stays. Returns how many notes. May be repeated.
        """
        nothing = {"heard": 0, "wanted": LEAST, "due": False, "lease.until_ms": 0}
        forgotten = {"$unset": {"last": "", "versions": ""}, "$set": nothing, "$inc": {"lease.epoch": 1}}
        with waiting_is_worth_it():
            await self._orders.update_one({"_id": tenant}, {**forgotten, "$currentDate": {"written_at": True}})
        return sum([count async for count in gone(self._notes, {"tenant": tenant})])

    # what goes

    async def document_went(self, tenant: str, document_id: str) -> None:
        """May be repeated. Raises RetryLaterError."""
        async for _ in gone(self._notes, {"tenant": tenant, "documents": document_id}):
            pass

    async def of_person(self, person: Person) -> AsyncIterator[int]:
        """Whoever had asked, or spoken of it."""
        for role in ("user", "speaker"):
            wanted = {"tenant": person.tenant, role: person.name, "at": {"$lte": person.asked_at}}
            async for count in gone(self._notes, wanted):
                yield count


def _id(tenant: str, result_id: UUID) -> str:
    return f"{tenant}/{result_id}"


def _spoken(verdict: Verdict, now: datetime, kept: timedelta) -> Change:
    newer = [{"speaker": {"$ne": verdict.speaker}}, {"revision": {"$lt": Int64(verdict.revision)}}]
    said: Document = {
        "said": bool(verdict.worth),
        "worth": sorted(verdict.worth),
        "speaker": verdict.speaker,
        "revision": Int64(verdict.revision),
        "said_at": now,
        "expires_at": now + kept,
    }
    return {"_id": _id(verdict.tenant, verdict.result_id), "$or": newer}, {"$set": said}


def _look(one: Document) -> Look:
    """In the order of the searches, whatever they were shown in."""
    rows = sorted(zip(one["passages"], one["features"], strict=True), key=lambda row: -row[1][SCORE])
    worth = frozenset(at for at, ((number, *_), _) in enumerate(rows) if number in one["worth"])
    _, document, order = rows[min(worth, default=0)][0]
    return Look(f"{document}:{order}", tuple(tuple(map(float, row)) for _, row in rows), worth, int(one["shown"]))


def _told(one: Document) -> Told:
    last = one.get("last")
    return Told(tenant=str(one["_id"]), on=bool(one.get("on", True)), last=_learned(last) if last else None)


def _learned(body: Binary | bytes) -> Learned:
    return msgspec.json.decode(body, type=Learned)
