"""Idempotency keys in the router's own database, for a day."""

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from bson import Binary
from pymongo import ASCENDING
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common import lease
from ratchet_common.mongo import Database, Document, to_its_end, waiting_is_worth_it
from ratchet_common.upserts import upsert
from ratchet_router.idempotency import Held, Once
from ratchet_router.memory import Entry, without_words

KEPT: Final = timedelta(hours=24)
LARGEST_BYTES: Final = 12 * 1024 * 1024  # the store takes 16 MiB a document


class MongoKeyStore:
    def __init__(self, database: Database) -> None:
        self._keys: AsyncCollection[Document] = database.idempotency

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            await self._keys.create_index([("expires_at", ASCENDING)], expireAfterSeconds=0)

    async def hold(self, once: Once, seconds: float) -> Held:
        return await to_its_end(self._hold(once, seconds))

    async def _hold(self, once: Once, seconds: float) -> Held:
        key = Binary(once.key)
        first: Document = {
            "tenant": once.tenant,
            "fingerprint": Binary(once.fingerprint),
            "expires_at": datetime.now(UTC) + KEPT,
        }
        await upsert(self._keys, key, {"$setOnInsert": first})
        mine = await lease.take(
            self._keys, {"_id": key, "tenant": once.tenant, "answer": {"$exists": False}}, seconds=seconds
        )
        if mine is not None:
            return self._mine(mine)
        with waiting_is_worth_it():
            found = await self._keys.find_one({"_id": key, "tenant": once.tenant}) or first
        answer = found.get("answer")
        kept = msgspec.json.decode(answer, type=Entry) if answer is not None else None
        return Held(bytes(found["fingerprint"]), answer=kept)

    def _mine(self, document: Document) -> Held:
        async def release() -> None:
            await lease.release(self._keys, document)

        async def done(entry: Entry) -> None:
            body = msgspec.json.encode(entry)
            if len(body) > LARGEST_BYTES:
                body = msgspec.json.encode(without_words(entry))
            whose: Document = {"user": entry.user, "at": datetime.now(UTC)} if entry.user else {}
            if entry.documents:
                whose["documents"] = list(entry.documents)
            with waiting_is_worth_it():
                await self._keys.update_one(lease.held(document), {"$set": {"answer": body, **whose}})

        return Held(bytes(document["fingerprint"]), mine=True, release=release, done=done)
