"""Files that batches read and write. What a batch wrote is put together from its requests when it is asked for."""

from datetime import datetime
from typing import Final, Literal

import msgspec
from pymongo import ASCENDING, DESCENDING

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_router.batches.batch import ItemState

FILE_LIMIT: Final = 15 * 1024 * 1024  # what one document of the store can hold
Purpose = Literal["batch", "batch_output"]


class File(msgspec.Struct, frozen=True, kw_only=True):
    """`batch` and `holds`: of a file that a batch wrote, which of its requests."""

    id: str
    tenant: str
    filename: str
    purpose: Purpose
    size: int
    created_at: datetime
    gone_at: datetime
    batch: str = ""
    holds: ItemState = "ok"


class MongoFileStore:
    def __init__(self, database: Database) -> None:
        self._files = database.files

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            await self._files.create_index([("tenant", ASCENDING), ("created_at", DESCENDING)])
            await self._files.create_index([("gone_at", ASCENDING)], expireAfterSeconds=0)

    async def put(self, file: File, content: bytes = b"") -> None:
        """Once more with the same id changes nothing."""
        said: Document = msgspec.to_builtins(file, builtin_types=(datetime,)) | {"content": content}
        said.pop("id")
        with waiting_is_worth_it():
            await self._files.update_one({"_id": file.id}, {"$setOnInsert": said}, upsert=True)

    async def get(self, tenant: str, id_: str) -> File | None:
        with waiting_is_worth_it():
            found = await self._files.find_one({"_id": id_, "tenant": tenant}, {"content": 0})
        return _file(found) if found else None

    async def content(self, tenant: str, id_: str) -> bytes | None:
        with waiting_is_worth_it():
            found = await self._files.find_one({"_id": id_, "tenant": tenant}, {"content": 1})
        return bytes(found["content"]) if found else None

    async def listed(self, tenant: str, *, purpose: str | None, after: File | None, limit: int) -> list[File]:
        """Newest first."""
        wanted: Document = {"tenant": tenant} | ({"purpose": purpose} if purpose else {})
        if after is not None:
            same = {"created_at": after.created_at, "_id": {"$lt": after.id}}
            wanted["$or"] = [{"created_at": {"$lt": after.created_at}}, same]
        with waiting_is_worth_it():
            order = [("created_at", DESCENDING), ("_id", DESCENDING)]
            found = await self._files.find(wanted, {"content": 0}).sort(order).limit(limit).to_list()
        return [_file(d) for d in found]

    async def delete(self, tenant: str, id_: str) -> bool:
        with waiting_is_worth_it():
            return (await self._files.delete_one({"_id": id_, "tenant": tenant})).deleted_count == 1


def _file(document: Document) -> File:
    return msgspec.convert({**document, "id": document["_id"]}, File)
