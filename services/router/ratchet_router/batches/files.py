"""Files that batches read and write, in chunks: no document of the store, and no process, holds a file as a whole.

What a batch wrote is put together from its requests when it is asked for.
"""

from collections.abc import AsyncGenerator, AsyncIterable
from datetime import datetime
from typing import Final, Literal

import msgspec
from bson import Binary
from pymongo import ASCENDING, DESCENDING

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import upsert
from ratchet_router.batches.batch import ItemState

CHUNK: Final = 1024 * 1024  # bytes
CHUNKS_AT_ONCE: Final = 4  # in memory
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
        self._files, self._chunks = database.files, database.file_chunks

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            await self._files.create_index([("tenant", ASCENDING), ("created_at", DESCENDING)])
            await self._chunks.create_index([("tenant", ASCENDING), ("file", ASCENDING), ("number", ASCENDING)])
            for collection in (self._files, self._chunks):
                await collection.create_index([("gone_at", ASCENDING)], expireAfterSeconds=0)

    async def put(self, file: File) -> None:
        """Once more with the same id changes nothing."""
        said: Document = msgspec.to_builtins(file, builtin_types=(datetime,))
        said.pop("id")
        await upsert(self._files, file.id, {"$setOnInsert": said})

    async def write(self, file: File, content: AsyncIterable[bytes]) -> File:
        """The file with its size, which is there once all of it is. Once more with the same content changes nothing.

        What fails half-way, or is broken off, leaves nothing but what its time takes away.
        """
        size = number = 0
        async for chunk in _in_chunks(content):
            await self._add(file, number, chunk)
            size, number = size + len(chunk), number + 1
        whole = msgspec.structs.replace(file, size=size)
        await self.put(whole)
        return whole

    async def _add(self, file: File, number: int, chunk: bytes) -> None:
        of = {"tenant": file.tenant, "file": file.id, "number": number, "gone_at": file.gone_at, "data": Binary(chunk)}
        await upsert(self._chunks, f"{file.id}/{number}", {"$setOnInsert": of})

    async def read(self, tenant: str, id_: str) -> AsyncGenerator[bytes, None]:
        found = self._chunks.find({"tenant": tenant, "file": id_}, {"data": 1}).sort("number", ASCENDING)
        with waiting_is_worth_it():
            async for chunk in found.batch_size(CHUNKS_AT_ONCE):
                yield bytes(chunk["data"])

    async def get(self, tenant: str, id_: str) -> File | None:
        with waiting_is_worth_it():
            found = await self._files.find_one({"_id": id_, "tenant": tenant})
        return _file(found) if found else None

    async def listed(self, tenant: str, *, purpose: str | None, after: File | None, limit: int) -> list[File]:
        """Newest first."""
        wanted: Document = {"tenant": tenant} | ({"purpose": purpose} if purpose else {})
        if after is not None:
            same = {"created_at": after.created_at, "_id": {"$lt": after.id}}
            wanted["$or"] = [{"created_at": {"$lt": after.created_at}}, same]
        with waiting_is_worth_it():
            order = [("created_at", DESCENDING), ("_id", DESCENDING)]
            found = await self._files.find(wanted).sort(order).limit(limit).to_list()
        return [_file(d) for d in found]

    async def delete(self, tenant: str, id_: str) -> bool:
        with waiting_is_worth_it():
            deleted = (await self._files.delete_one({"_id": id_, "tenant": tenant})).deleted_count == 1
        await self.clear(tenant, id_)
        return deleted

    async def clear(self, tenant: str, id_: str) -> None:
        """Its content."""
        with waiting_is_worth_it():
            await self._chunks.delete_many({"tenant": tenant, "file": id_})


async def _in_chunks(content: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    """All of the same size but the last, however the bytes came."""
    there = bytearray()
    async for came in content:
        there += came
        while len(there) >= CHUNK:
            yield bytes(there[:CHUNK])
            del there[:CHUNK]
    if there:
        yield bytes(there)


def _file(document: Document) -> File:
    return msgspec.convert({**document, "id": document["_id"]}, File)
