"""Conversations in the router's own store. The tenant stands in every query."""

from collections.abc import Collection
from datetime import datetime

import msgspec
from pymongo import ASCENDING

from ratchet_common.forgotten import gone
from ratchet_common.mongo import Database, Document, to_its_end, waiting_is_worth_it
from ratchet_common.upserts import upsert_where
from ratchet_router.conversations import Kept


class MongoConversationStore:
    def __init__(self, database: Database) -> None:
        self._conversations = database.conversations

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            await self._conversations.create_index([("expires_at", ASCENDING)], expireAfterSeconds=0)
            await self._conversations.create_index([("tenant", ASCENDING), ("user", ASCENDING)])

    async def keep(self, kept: Kept) -> None:
        await to_its_end(self._keep(kept))

    async def _keep(self, kept: Kept) -> None:
        """The last turn first: a crash between the two leaves turns that end early, never one without an end."""
        said: Document = {
            "response_id": kept.response_id,
            "user": kept.user,
            "before": list(kept.before),
            "items": bytes(kept.items),
            "response": bytes(kept.response),
            "size": kept.size,
            "expires_at": kept.expires_at,
        }
        of_this = {"_id": _key(kept.tenant, kept.response_id), "tenant": kept.tenant}
        await upsert_where(self._conversations, [(of_this, {"$set": said})])
        if kept.before:
            later = {"$max": {"expires_at": kept.expires_at}}
            with waiting_is_worth_it():
                await self._conversations.update_many(_these(kept.tenant, kept.before), later)

    async def read(self, tenant: str, names: Collection[str], now: datetime) -> list[Kept]:
        """The sweeper comes once a minute: what has expired is there until then, and is not found."""
        with waiting_is_worth_it():
            found = await self._conversations.find(_these(tenant, names) | {"expires_at": {"$gt": now}}).to_list()
        return [_kept(document) for document in found]

    async def delete(self, tenant: str, name: str) -> bool:
        with waiting_is_worth_it():
            deleted = await self._conversations.delete_one(_these(tenant, [name]))
        return deleted.deleted_count > 0

    async def forget(self, tenant: str, user: str) -> int:
        return sum([count async for count in gone(self._conversations, {"tenant": tenant, "user": user})])


def _key(tenant: str, name: str) -> str:
    """No name holds a colon, so that no two tenants can meet in one key."""
    return f"{tenant}:{name}"


def _these(tenant: str, names: Collection[str]) -> Document:
    return {"_id": {"$in": [_key(tenant, name) for name in names]}, "tenant": tenant}


def _kept(document: Document) -> Kept:
    return Kept(
        tenant=document["tenant"],
        response_id=document["response_id"],
        user=document["user"],
        before=tuple(document["before"]),
        items=msgspec.Raw(bytes(document["items"])),
        response=msgspec.Raw(bytes(document["response"])),
        size=document["size"],
        expires_at=document["expires_at"],
    )
