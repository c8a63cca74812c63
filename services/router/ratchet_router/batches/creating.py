"""Use cases of batches: make one, look at it, cancel it."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec

from ratchet_common.auth import Caller
from ratchet_common.errors import NotFoundError
from ratchet_router.batches.batch import Batch, Counts, Item
from ratchet_router.batches.callbacks import Callbacks
from ratchet_router.batches.files import FILE_LIMIT, File, MongoFileStore
from ratchet_router.batches.refusals import FileTooLargeError, InvalidBatchError
from ratchet_router.batches.store import MongoBatchStore

WINDOW: Final = "24h"
METADATA_MOST: Final = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """A batch as its caller asks for it."""

    input_file: str
    endpoint: str
    window: str = WINDOW
    metadata: Mapping[str, str] = field(default_factory=dict)
    callback: str = ""


class Batches:
    """`endpoints`: those whose requests a batch may hold."""

    def __init__(
        self,
        store: MongoBatchStore,
        files: MongoFileStore,
        endpoints: Collection[str],
        *,
        kept: timedelta,
        callbacks: Callbacks,
    ) -> None:
        self._store, self._files, self._endpoints, self._kept = store, files, endpoints, kept
        self._callbacks = callbacks

    async def create(self, wanted: Wanted, caller: Caller, now: datetime) -> Batch:
        """Raises InvalidBatchError."""
        if wanted.endpoint not in self._endpoints:
            known = ", ".join(self._endpoints)
            raise InvalidBatchError("endpoint", f"batches are for requests to {known}")
        if wanted.window != WINDOW:
            raise InvalidBatchError("completion_window", f"it must be {WINDOW}")
        if len(wanted.metadata) > METADATA_MOST:
            raise InvalidBatchError("metadata", f"it has at most {METADATA_MOST} pairs")
        file = await self._files.get(caller.tenant, wanted.input_file)
        if file is None or file.purpose != "batch":
            raise InvalidBatchError("input_file_id", "there is no such file of purpose batch: upload it first")
        if wanted.callback:
            await self._callbacks.check(wanted.callback)
        batch = Batch(
            id=f"batch_{secrets.token_hex(12)}",
            tenant=caller.tenant,
            caller=msgspec.json.encode(caller),
            endpoint=wanted.endpoint,
            input_file=wanted.input_file,
            created_at=now,
            expires_at=now + timedelta(days=1),
            gone_at=now + self._kept,
            metadata=dict(wanted.metadata),
            callback=wanted.callback,
        )
        await self._store.insert(batch)
        return batch

    async def get(self, tenant: str, id_: str) -> Batch:
        """Raises NotFoundError."""
        found = await self._store.get(tenant, id_)
        if found is None:
            raise NotFoundError("There is no such batch.")
        return found

    async def listed(self, tenant: str, *, after: str | None, limit: int) -> list[Batch]:
        """Newest first, behind the one of the id `after`. Raises NotFoundError."""
        behind = await self.get(tenant, after) if after else None
        return await self._store.listed(tenant, after=behind, limit=limit)

    async def cancel(self, tenant: str, id_: str, now: datetime) -> Batch:
        """Of one that is over it changes nothing. Raises NotFoundError."""
        await self.get(tenant, id_)
        await self._store.ask_to_cancel(tenant, id_, now)
        return await self.get(tenant, id_)

    async def page(self, batch: Batch, *, after: int, limit: int) -> list[Item]:
        """Results, behind the line `after`."""
        return await self._store.results(batch.tenant, batch.id, after=after, limit=limit)

    async def counts(self, batch: Batch) -> Counts:
        return batch.counts or await self._store.counts(batch.tenant, batch.id)

    # files

    async def keep(self, caller: Caller, filename: str, content: bytes, now: datetime) -> File:
        """Raises FileTooLargeError."""
        if len(content) > FILE_LIMIT:
            raise FileTooLargeError(f"A file has at most {FILE_LIMIT} bytes: split it into several batches.")
        file = File(
            id=f"file-{secrets.token_hex(12)}",
            tenant=caller.tenant,
            filename=filename,
            purpose="batch",
            size=len(content),
            created_at=now,
            gone_at=now + self._kept,
        )
        await self._files.put(file, content)
        return file

    async def file(self, tenant: str, id_: str) -> File:
        """Raises NotFoundError."""
        found = await self._files.get(tenant, id_)
        if found is None:
            raise NotFoundError("There is no such file.")
        return found

    async def content(self, tenant: str, id_: str) -> bytes:
        """Raises NotFoundError."""
        file = await self.file(tenant, id_)
        if file.batch:
            return await self.results(tenant, file)
        return await self._files.content(tenant, id_) or b""

    async def results(self, tenant: str, file: File) -> bytes:
        lines = [line async for line in self._store.said(tenant, file.batch, file.holds)]
        return b"".join(line + b"\n" for line in lines)

    async def files(self, tenant: str, *, purpose: str | None, after: str | None, limit: int) -> list[File]:
        """Newest first. Raises NotFoundError."""
        behind = await self.file(tenant, after) if after else None
        return await self._files.listed(tenant, purpose=purpose, after=behind, limit=limit)

    async def delete(self, tenant: str, id_: str) -> None:
        """Raises NotFoundError."""
        if not await self._files.delete(tenant, id_):
            raise NotFoundError("There is no such file.")
