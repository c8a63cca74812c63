"""Batches, their requests and the files of both in the router's database: every query of them names its tenant."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec
from pymongo import ASCENDING, DESCENDING, InsertOne

from ratchet_common import lease
from ratchet_common.errors import RetryLaterError
from ratchet_common.events import PredictionMade
from ratchet_common.mongo import Database, Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_common.outbox import holding, push
from ratchet_common.upserts import upsert
from ratchet_router.batches.batch import OVER, Batch, Counts, Item, ItemState, told_of

LEASE_S: Final = 120.0  # longer than any one call to a provider
AT_ONCE: Final = 200  # requests of a batch in memory
CLEARED_AT_ONCE: Final = 1_000
ONLY_THE_CALLERS: Final = ("cancel_asked_at",)  # field that a worker never writes


class OvertakenError(RetryLaterError):
    """Another worker has the batch now."""


class Held:
    """A batch under this worker's lease. `saving`: what is saved later is not overtaken by what was saved before."""

    def __init__(self, document: Document) -> None:
        self.document, self.saving = document, asyncio.Lock()
        self.batch = _batch(document)


class MongoBatchStore:
    def __init__(self, database: Database) -> None:
        self._batches, self.items = database.batches, database.batch_items

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            await self._batches.create_index([("tenant", ASCENDING), ("created_at", DESCENDING)])
            await self._batches.create_index([("due_at", ASCENDING)])
            await self._batches.create_index("tell_at", partialFilterExpression={"tell_at": {"$gt": 0}})
            await self.items.create_index([("tenant", ASCENDING), ("batch", ASCENDING), ("line", ASCENDING)])
            by_portion = ("tenant", "batch", "portion", "state", "line")
            await self.items.create_index([(name, ASCENDING) for name in by_portion])
            for collection in (self._batches, self.items):
                await collection.create_index([("gone_at", ASCENDING)], expireAfterSeconds=0)

    # for callers

    async def insert(self, batch: Batch) -> None:
        """Once more with the same id changes nothing."""
        await upsert(self._batches, batch.id, {"$setOnInsert": {**_fields(batch), "due_at": 0.0}})

    async def get(self, tenant: str, id_: str) -> Batch | None:
        with waiting_is_worth_it():
            found = await self._batches.find_one({"_id": id_, "tenant": tenant})
        return _batch(found) if found else None

    async def listed(self, tenant: str, *, after: Batch | None, limit: int) -> list[Batch]:
        """Newest first."""
        wanted: Document = {"tenant": tenant}
        if after is not None:
            same = {"created_at": after.created_at, "_id": {"$lt": after.id}}
            wanted["$or"] = [{"created_at": {"$lt": after.created_at}}, same]
        with waiting_is_worth_it():
            order = [("created_at", DESCENDING), ("_id", DESCENDING)]
            return [_batch(d) for d in await self._batches.find(wanted).sort(order).limit(limit).to_list()]

    async def ask_to_cancel(self, tenant: str, id_: str, now: datetime) -> bool:
        """False: it is over already."""
        wanted = {"_id": id_, "tenant": tenant, "status": {"$nin": sorted(OVER)}}
        with waiting_is_worth_it():
            done = await self._batches.update_one(wanted, {"$set": {"cancel_asked_at": now, "due_at": 0.0}})
        return done.matched_count == 1

    async def counts(self, tenant: str, id_: str) -> Counts:
        """As far as its requests are known."""
        by_cost: list[Document] = [
            {"$match": {"tenant": tenant, "batch": id_}},
            {"$group": {"_id": {"state": "$state", "cost": "$cost_usd"}, "count": {"$sum": 1}}},
        ]
        with waiting_is_worth_it():
            found = await (await self.items.aggregate(by_cost)).to_list()
        numbers: Counter[str] = Counter()
        cost = Decimal(0)
        for group in found:
            numbers[group["_id"]["state"]] += group["count"]
            cost += Decimal(group["_id"]["cost"]) * group["count"]
        return Counts(numbers.total(), numbers["ok"], numbers["failed"], str(cost))

    async def size(self, batch: Batch, state: ItemState) -> int:
        """Bytes of the file that holds these results."""
        of: list[Document] = [
            {"$match": {"tenant": batch.tenant, "batch": batch.id, "state": state}},
            {"$group": {"_id": None, "size": {"$sum": "$size"}}},
        ]
        with waiting_is_worth_it():
            found = await (await self.items.aggregate(of)).to_list()
        return int(found[0]["size"]) if found else 0

    async def said(self, tenant: str, id_: str, state: ItemState) -> AsyncIterator[bytes]:
        """The lines of the results that are there, in the order of the input."""
        wanted = {"tenant": tenant, "batch": id_, "state": state}
        with waiting_is_worth_it():
            async for document in self.items.find(wanted, {"said": 1}).sort("line", ASCENDING):
                yield bytes(document["said"])

    async def results(self, tenant: str, id_: str, *, after: int, limit: int) -> list[Item]:
        """Those that have a result, behind the line `after`."""
        wanted = {"tenant": tenant, "batch": id_, "state": {"$ne": "waiting"}, "line": {"$gt": after}}
        with waiting_is_worth_it():
            found = (
                await self.items.find(wanted, {"body": 0, "outbox": 0}).sort("line", ASCENDING).limit(limit).to_list()
            )
        return [_item({**d, "body": b""}) for d in found]

    # for workers

    async def take(self, now: datetime) -> Held | None:
        """The one that has waited longest: one that always has something to do keeps no other from its turn."""
        due = {"status": {"$nin": sorted(OVER)}, "due_at": {"$lte": now.timestamp()}}
        document = await lease.take(self._batches, due, seconds=LEASE_S, order="due_at")
        return Held(document) if document else None

    async def take_untold(self, now: datetime) -> "UntoldBatch | None":
        """One that is over and whose callback is due."""
        document = await lease.take(self._batches, {"tell_at": {"$lte": now.timestamp()}}, seconds=LEASE_S)
        return UntoldBatch(Held(document), self) if document else None

    async def save(self, held: Held) -> None:
        """Raises OvertakenError."""
        async with held.saving:
            fields = {name: value for name, value in _fields(held.batch).items() if name not in ONLY_THE_CALLERS}
            if held.batch.status in OVER:
                fields["due_at"] = None  # nobody looks for it among those that are under way
            with waiting_is_worth_it():
                done = await self._batches.update_one(lease.held(held.document), {"$set": fields})
        if not done.matched_count:
            raise OvertakenError(f"Another worker has {held.batch.id} now.")

    async def renew(self, held: Held) -> None:
        """Raises OvertakenError."""
        if not await lease.renew(self._batches, held.document, seconds=LEASE_S):
            raise OvertakenError(f"Another worker has {held.batch.id} now.")

    async def release(self, held: Held, due_at: float) -> None:
        """Before `due_at` (Unix time) nobody looks at it, unless its caller cancels meanwhile."""
        asked = held.batch.cancel_asked_at
        if held.batch.status not in OVER:
            with waiting_is_worth_it():
                unless = {**lease.held(held.document), "cancel_asked_at": asked}
                await self._batches.update_one(unless, {"$set": {"due_at": due_at}})
        await lease.release(self._batches, held.document)

    async def clear_items(self, batch: Batch) -> None:
        """Of a batch of which nothing was asked yet. A few at a time: all at once may take longer than a call may."""
        of = {"tenant": batch.tenant, "batch": batch.id}
        with waiting_is_worth_it():
            while some := await self.items.find(of, {"_id": 1}).limit(CLEARED_AT_ONCE).to_list():
                await self.items.delete_many({"_id": {"$in": [one["_id"] for one in some]}})

    async def add_items(self, items: Sequence[Item], gone_at: datetime) -> None:
        """Those that are there already stay as they are."""
        new = [
            InsertOne({"_id": item.id, **_fields(item), **holding(), "size": len(item.said) + 1, "gone_at": gone_at})
            for item in items
        ]
        with waiting_is_worth_it(), duplicates_are_fine():
            await self.items.bulk_write(new, ordered=False)

    async def result(self, tenant: str, id_: str, line: int) -> Item | None:
        """Of one request, once its batch knows it; `said` is empty before it has one."""
        with waiting_is_worth_it():
            found = await self.items.find_one({"_id": f"{id_}/{line}", "tenant": tenant}, {"body": 0, "outbox": 0})
        return _item({**found, "body": b""}) if found else None

    async def lines(self, batch: Batch, state: ItemState) -> list[int]:
        wanted = {"tenant": batch.tenant, "batch": batch.id, "state": state}
        with waiting_is_worth_it():
            return [int(d["line"]) for d in await self.items.find(wanted, {"line": 1}).to_list()]

    async def spent(self, batch: Batch, portion: int) -> dict[str | None, Decimal]:
        """By user, in USD."""
        wanted = {"tenant": batch.tenant, "batch": batch.id, "portion": portion}
        costs: dict[str | None, Decimal] = {}
        with waiting_is_worth_it():
            async for found in self.items.find(wanted, {"cost_usd": 1, "user": 1}):
                user = found.get("user")
                costs[user] = costs.get(user, Decimal(0)) + Decimal(found["cost_usd"])
        return costs

    async def waiting(self, batch: Batch, portion: int, *, limit: int = 0) -> list[Item]:
        wanted = {"tenant": batch.tenant, "batch": batch.id, "portion": portion, "state": "waiting"}
        with waiting_is_worth_it():
            found = await self.items.find(wanted).sort("line", ASCENDING).limit(limit).to_list()
        return [_item(d) for d in found]

    async def finish(
        self, item: Item, state: ItemState, said: bytes, *, cost: Decimal = Decimal(0), event: PredictionMade | None
    ) -> bool:
        """False: it has its result already. Result and event are one write, so each is there once."""
        wanted = {"_id": item.id, "tenant": item.tenant, "state": "waiting"}
        told: Document = push(event) if event is not None else {}
        result = {"state": state, "said": said, "size": len(said) + 1, "cost_usd": str(cost)}
        with waiting_is_worth_it():
            done = await self.items.update_one(wanted, {"$set": result, **told})
        return done.matched_count == 1


class UntoldBatch:
    """For `telling.Telling`."""

    def __init__(self, held: Held, store: MongoBatchStore) -> None:
        self._held, self._store = held, store
        self.about = held.batch

    @property
    def body(self) -> bytes:
        return told_of(self.about)

    async def save(self) -> None:
        await self._store.save(self._held)

    async def release(self) -> None:
        await self._store.release(self._held, 0.0)


def _fields(of: Batch | Item) -> Document:
    found: Document = msgspec.to_builtins(of, builtin_types=(datetime, bytes))
    found.pop("id", None)
    return found


def _new(item: Item, gone_at: datetime) -> Document:
    return {"_id": item.id, **_fields(item), **holding(), "size": len(item.said) + 1, "gone_at": gone_at}


def _batch(document: Document) -> Batch:
    return msgspec.convert({**document, "id": document["_id"]}, Batch)


def _item(document: Document) -> Item:
    return msgspec.convert(document, Item)
