"""Erasures: every query on them stands here. No user is named in them."""

import builtins
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from bson import Binary
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common import outbox
from ratchet_common.events import ErasureAsked, ErasureDone
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.collecting.sparing import Wish
from ratchet_trainer.privacy.erasure import Erasure, UnknownErasureError
from ratchet_trainer.store.paging import create_index, page, place_of

ASKED_AT_ONCE = 500  # users


class MongoErasureStore:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._erasures = database.erasures

    @property
    def collection(self) -> AsyncCollection[Document]:
        """For the relay."""
        return self._erasures

    async def create_indexes(self) -> None:
        await create_index(self._erasures)
        await self._erasures.create_index([("tenant", 1), ("user_hash", 1)])

    async def add(self, erasure: Erasure, event: ErasureAsked) -> None:
        with waiting_is_worth_it():
            await self._erasures.insert_one(_document(erasure) | outbox.holding(outbox.entry(event)))

    async def get(self, tenant: str, erasure_id: UUID) -> Erasure:
        """Raises UnknownErasureError."""
        found = await self.find(tenant, erasure_id)
        if found is None:
            raise UnknownErasureError(erasure_id)
        return found

    async def find(self, tenant: str, erasure_id: UUID) -> Erasure | None:
        with waiting_is_worth_it():
            found = await self._erasures.find_one(_one(tenant, erasure_id), {"outbox": 0})
        return _erasure(found) if found else None

    async def list(self, tenant: str, *, limit: int, cursor: str | None) -> tuple[builtins.list[Erasure], str | None]:
        found = await page(self._erasures, tenant, {}, limit=limit, cursor=cursor)
        return [_erasure(document) for document in found.documents], found.next

    async def of(self, tenant: str, user_hashes: Collection[str]) -> builtins.list[Wish]:
        """All that these users have asked for."""
        found: builtins.list[Wish] = []
        names = sorted(user_hashes)
        fields = {"user_hash": 1, "asked_at": 1}
        for start in range(0, len(names), ASKED_AT_ONCE):
            wanted = {"tenant": tenant, "user_hash": {"$in": names[start : start + ASKED_AT_ONCE]}}
            with waiting_is_worth_it():
                its = await self._erasures.find(wanted, fields).to_list()
            found += [Wish(one["_id"].as_uuid(), one["user_hash"], one["asked_at"]) for one in its]
        return found

    async def report(self, done: ErasureDone) -> None:
        """Of each service once."""
        said = {"service": done.service, "removed": done.removed, "at": done.occurred_at}
        not_yet = {**_one(done.tenant, done.erasure_id), "reports.service": {"$ne": done.service}}
        with waiting_is_worth_it():
            await self._erasures.update_one(not_yet, {"$push": {"reports": said}})


def _one(tenant: str, erasure_id: UUID) -> dict[str, Any]:
    return {"_id": Binary.from_uuid(erasure_id), "tenant": tenant}


def _document(erasure: Erasure) -> Document:
    return {
        **_one(erasure.tenant, erasure.erasure_id),
        "place": place_of(erasure.asked_at, erasure.erasure_id),
        "user_hash": erasure.user_hash,
        "who": erasure.who,
        "why": erasure.why,
        "asked_at": erasure.asked_at,
        "reports": [],
    }


def _erasure(document: Mapping[str, Any]) -> Erasure:
    return Erasure(
        erasure_id=document["_id"].as_uuid(),
        tenant=document["tenant"],
        user_hash=document["user_hash"],
        who=document["who"],
        why=document["why"],
        asked_at=document["asked_at"],
        removed={said["service"]: dict(said["removed"]) for said in document["reports"]},
        reported_at=max((said["at"] for said in document["reports"]), default=None),
    )
