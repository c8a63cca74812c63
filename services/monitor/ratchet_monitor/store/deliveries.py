"""What is sent to receivers: a row a message, under its own id; and whose turn it is to make some."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ratchet_common import lease
from ratchet_common.mongo import Database, Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_common.upserts import upsert
from ratchet_monitor.alerts.delivery import Delivery
from ratchet_monitor.store.documents import document_of, struct_of

LEASE_S: Final = 90.0
LEASE: Final = timedelta(seconds=LEASE_S)  # more than any try takes
CANDIDATES: Final = 20
KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Held:
    delivery: Delivery
    times: int  # that it was taken: another worker's is higher


class MongoDeliveries:
    def __init__(self, database: Database) -> None:
        self._deliveries, self._turns = database.deliveries, database.telling_turns

    async def create_indexes(self) -> None:
        await self._deliveries.create_index("due_at", sparse=True)
        await self._deliveries.create_index([("tenant", 1), ("place", 1)])
        await self._deliveries.create_index("until", expireAfterSeconds=0)

    async def add(self, made: Collection[Delivery]) -> None:
        """Each under its id, once."""
        if not made:
            return
        with waiting_is_worth_it(), duplicates_are_fine():
            await self._deliveries.insert_many([_document(one) for one in made], ordered=False)

    async def take(self, now: datetime, busy: Collection[str]) -> Held | None:
        """One that is due, of none of the `busy` tenants. It is due again when this worker's time is over.

        Not by lease.py: a filter by the store's clock reads all deliveries of a month in the embedded store.
        """
        wanted: Document = {"due_at": {"$lte": now}}
        if busy:
            wanted["tenant"] = {"$nin": sorted(busy)}
        with waiting_is_worth_it():
            for one in await self._deliveries.find(wanted).sort("due_at", 1).limit(CANDIDATES).to_list():
                times = one.get("taken", 0) + 1
                mine = await self._deliveries.update_one(
                    {"_id": one["_id"], "due_at": one["due_at"]}, {"$set": {"due_at": now + LEASE, "taken": times}}
                )
                if mine.matched_count:
                    return Held(struct_of(Delivery, one), times)
        return None

    async def settle(self, held: Held, after: Delivery) -> None:
        """Where nobody has taken it since."""
        change: Document = {"$set": _fields(after)}
        if after.due_at is None:
            change["$unset"] = {"due_at": ""}
        with waiting_is_worth_it():
            await self._deliveries.update_one({"_id": held.delivery.delivery_id, "taken": held.times}, change)

    async def page(self, tenant: str, state: str, after: str, limit: int) -> Sequence[tuple[str, Delivery]]:
        """Each with its place, the latest first; an empty `state` stands for all."""
        wanted = {"tenant": tenant} | ({"state": state} if state else {}) | ({"place": {"$gt": after}} if after else {})
        with waiting_is_worth_it():
            found = await self._deliveries.find(wanted).sort("place", 1).limit(limit).to_list()
        return [(document["place"], struct_of(Delivery, document)) for document in found]

    async def turn(self, tenant: str) -> Document | None:
        """To make deliveries of this tenant's changes. None: another worker is at it."""
        await upsert(self._turns, tenant, {"$setOnInsert": {"tenant": tenant}})
        return await lease.take(self._turns, {"_id": tenant}, seconds=LEASE_S)

    async def keep(self, turn: Document) -> bool:
        return await lease.renew(self._turns, turn, seconds=LEASE_S)

    async def leave(self, turn: Document) -> None:
        await lease.release(self._turns, turn)


def _document(one: Delivery) -> Document:
    place = f"{_LAST - round(one.made_at.timestamp() * 1000):015d}/{one.delivery_id}"
    return {"_id": one.delivery_id, **_fields(one), "place": place, "until": one.made_at + KEPT}


def _fields(one: Delivery) -> Document:
    return {name: value for name, value in document_of(one).items() if name != "due_at" or value is not None}


_LAST: Final = 10**14  # milliseconds: what was made last has the lowest place, since indexes are read upwards
