"""Requests that came alone, and the groups that they wait in, in the router's database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from pymongo import ASCENDING, UpdateOne

from ratchet_common import lease
from ratchet_common.mongo import Database, Document, to_its_end, waiting_is_worth_it
from ratchet_common.upserts import upsert
from ratchet_router.batches.single import Closing, Single, Waiting, told_of
from ratchet_router.batches.store import OvertakenError

LEASE_S: Final = 30.0  # of a group while its next batch is made, and of a callback


class HeldGroup:
    """A group under this worker's lease. `closing`: a batch of it that is being made."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.group: str = document["_id"]
        closing = document.get("closing")
        self.closing = msgspec.convert(closing, Closing) if closing else None


class MongoSingleStore:
    def __init__(self, database: Database) -> None:
        self._singles, self._groups = database.batch_singles, database.batch_groups

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            await self._singles.create_index([("batch", ASCENDING), ("group", ASCENDING), ("created_at", ASCENDING)])
            await self._singles.create_index("tell_at", partialFilterExpression={"tell_at": {"$gt": 0}})
            for collection in (self._singles, self._groups):
                await collection.create_index([("gone_at", ASCENDING)], expireAfterSeconds=0)

    # for callers

    async def put(self, single: Single) -> Single:
        """What is there under its id: itself, or what came before."""
        return await to_its_end(self._put(single))

    async def _put(self, single: Single) -> Single:
        await upsert(self._singles, single.id, {"$setOnInsert": _fields(single)})
        with waiting_is_worth_it():
            found = await self._singles.find_one({"_id": single.id})
        return _single(found) if found else single

    async def get(self, tenant: str, id_: str) -> Single | None:
        with waiting_is_worth_it():
            found = await self._singles.find_one({"_id": id_, "tenant": tenant})
        return _single(found) if found else None

    # for the worker that makes batches of them

    async def waiting(self) -> list[Waiting]:
        """What has gathered in each group."""
        gathered: list[Document] = [
            {"$match": {"batch": ""}},
            {
                "$group": {
                    "_id": "$group",
                    "tenant": {"$first": "$tenant"},
                    "items": {"$sum": 1},
                    "size": {"$sum": "$size"},
                    "oldest": {"$min": "$created_at"},
                }
            },
        ]
        with waiting_is_worth_it():
            found = await (await self._singles.aggregate(gathered)).to_list()
        return [msgspec.convert({**d, "group": d["_id"]}, Waiting) for d in found]

    async def take(self, waiting: Waiting, gone_at: datetime) -> HeldGroup | None:
        """None: another worker has it."""
        first = {"tenant": waiting.tenant, "closing": None}
        await upsert(self._groups, waiting.group, {"$setOnInsert": first, "$set": {"gone_at": gone_at}})
        document = await lease.take(self._groups, {"_id": waiting.group}, seconds=LEASE_S)
        return HeldGroup(document) if document else None

    async def take_cut_off(self) -> HeldGroup | None:
        """One whose worker died while it made a batch."""
        document = await lease.take(self._groups, {"closing": {"$ne": None}}, seconds=LEASE_S)
        return HeldGroup(document) if document else None

    async def oldest(self, group: str, *, limit: int) -> list[Single]:
        with waiting_is_worth_it():
            found = self._singles.find({"batch": "", "group": group})
            return [_single(d) for d in await found.sort("created_at", ASCENDING).limit(limit).to_list()]

    async def these(self, ids: Sequence[str]) -> list[Single]:
        """In that order; those that are still there."""
        with waiting_is_worth_it():
            found = {d["_id"]: _single(d) for d in await self._singles.find({"_id": {"$in": list(ids)}}).to_list()}
        return [found[id_] for id_ in ids if id_ in found]

    async def decide(self, held: HeldGroup, closing: Closing | None) -> None:
        """Writes what is being made of the group, or that it is made. Raises OvertakenError."""
        said = msgspec.to_builtins(closing, builtin_types=(datetime,))
        with waiting_is_worth_it():
            done = await self._groups.update_one(lease.held(held.document), {"$set": {"closing": said}})
        if not done.matched_count:
            raise OvertakenError("Another worker has this group of single requests now.")
        held.closing = closing

    async def release(self, held: HeldGroup) -> None:
        await lease.release(self._groups, held.document)

    async def went(self, batch: str, lines: Mapping[str, int]) -> None:
        """Those singles wait no longer: each is a line of that batch."""
        moved = [
            UpdateOne({"_id": id_, "batch": ""}, {"$set": {"batch": batch, "line": line}})
            for id_, line in lines.items()
        ]
        if moved:
            with waiting_is_worth_it():
                await self._singles.bulk_write(moved, ordered=False)

    # once their batch is over

    async def over(self, batch: str, ok: Sequence[int], now: datetime) -> None:
        """Told again it changes nothing."""
        open_ones = {"batch": batch, "outcome": ""}
        to_tell = {"tell_at": now.timestamp(), "told": "waiting"}
        with waiting_is_worth_it():
            for outcome, which in (("ok", {"line": {"$in": list(ok)}}), ("failed", {})):
                of = open_ones | which
                await self._singles.update_many(
                    of | {"callback": {"$ne": ""}}, {"$set": {"outcome": outcome, **to_tell}}
                )
                await self._singles.update_many(of, {"$set": {"outcome": outcome}})

    async def take_untold(self, now: datetime) -> "UntoldSingle | None":
        """One whose callback is due."""
        document = await lease.take(self._singles, {"tell_at": {"$lte": now.timestamp()}}, seconds=LEASE_S)
        return UntoldSingle(document, self) if document else None

    async def save_told(self, document: Document, single: Single) -> None:
        """Raises OvertakenError."""
        told = {"tell_at": single.tell_at, "told_tries": single.told_tries, "told": single.told}
        with waiting_is_worth_it():
            done = await self._singles.update_one(lease.held(document), {"$set": told})
        if not done.matched_count:
            raise OvertakenError(f"Another worker has {single.id} now.")

    async def release_told(self, document: Document) -> None:
        await lease.release(self._singles, document)


class UntoldSingle:
    """For `telling.Telling`."""

    def __init__(self, document: Document, store: MongoSingleStore) -> None:
        self._document, self._store = document, store
        self.about = _single(document)

    @property
    def body(self) -> bytes:
        return told_of(self.about)

    async def save(self) -> None:
        await self._store.save_told(self._document, self.about)

    async def release(self) -> None:
        await self._store.release_told(self._document)


def _fields(single: Single) -> Document:
    found: Document = msgspec.to_builtins(single, builtin_types=(datetime, bytes))
    found.pop("id")
    return found


def _single(document: Document) -> Single:
    return msgspec.convert({**document, "id": document["_id"]}, Single)
