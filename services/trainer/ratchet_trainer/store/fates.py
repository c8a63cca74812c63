"""What became of documents: every query on it stands here. Kept for as long as something may come that rests on one."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from bson import Binary
from pymongo.asynchronous.database import AsyncDatabase

from ratchet_common.forgotten import KEPT as ON_THE_BUS
from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_common.upserts import upsert
from ratchet_trainer.documents.resting import Fate

NAMESPACE: Final = UUID("7d1b6a0e-4f0c-5c6e-9a53-0e6f2d9b8c41")
ANSWERS_KEPT: Final = timedelta(days=365)  # at most, by the feedback service, which may send one until then
KEPT: Final = ANSWERS_KEPT + ON_THE_BUS
IDS_AT_ONCE: Final = 200  # as of examples


class MongoFateStore:
    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._fates = database.document_fates

    async def create_indexes(self) -> None:
        await self._fates.create_index("until", expireAfterSeconds=0)

    async def note(self, tenant: str, fates: Collection[Fate]) -> None:
        for fate in fates:
            await upsert(self._fates, _id(tenant, fate.document_id), _update(tenant, fate))

    async def of(self, tenant: str, document_ids: Collection[str]) -> dict[str, Fate]:
        found: dict[str, Fate] = {}
        ids = [_id(tenant, one) for one in sorted(document_ids)]
        for start in range(0, len(ids), IDS_AT_ONCE):
            wanted = {"_id": {"$in": ids[start : start + IDS_AT_ONCE]}, "tenant": tenant}
            with waiting_is_worth_it():
                its = await self._fates.find(wanted).to_list()
            found |= {one["document_id"]: _fate(one) for one in its}
        return found


def _id(tenant: str, document_id: str) -> Binary:
    return Binary.from_uuid(uuid5(NAMESPACE, f"{tenant}\0{document_id}"))


def _update(tenant: str, fate: Fate) -> Document:
    """Each only grows worse or newer, in whatever order it is heard."""
    at = fate.deleted_at or fate.changed_at
    later: dict[str, Any] = {"served_since": fate.served_since}
    later |= {"until": at + KEPT} if at else {}
    later |= {"changed_at": fate.changed_at} if fate.changed_at else {}
    first = {"$min": {"deleted_at": fate.deleted_at}} if fate.deleted_at else {}
    return {"$setOnInsert": {"tenant": tenant, "document_id": fate.document_id}, "$max": later, **first}


def _fate(stored: Mapping[str, Any]) -> Fate:
    return Fate(
        stored["document_id"],
        deleted_at=stored.get("deleted_at"),
        served_since=stored["served_since"],
        changed_at=stored.get("changed_at"),
    )
