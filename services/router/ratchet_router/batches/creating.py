"""Use cases of batches: make one, look at it, cancel it."""

import secrets
from collections.abc import AsyncGenerator, AsyncIterable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec

from ratchet_common.auth import Caller
from ratchet_common.errors import NotFoundError
from ratchet_router.batches.batch import Batch, Counts, Item
from ratchet_router.batches.callbacks import Callbacks
from ratchet_router.batches.counting import Counting
from ratchet_router.batches.files import File, MongoFileStore
from ratchet_router.batches.refusals import FileTooLargeError, InvalidBatchError
from ratchet_router.batches.store import MongoBatchStore
from ratchet_router.idempotency import IdempotencyError, Once

WINDOW: Final = "24h"
METADATA_MOST: Final = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """A batch as its caller asks for it. `once`: of its Idempotency-Key."""

    input_file: str
    endpoint: str
    window: str = WINDOW
    metadata: Mapping[str, str] = field(default_factory=dict)
    callback: str = ""
    once: Once | None = None


class Batches:
    """`endpoints`: those whose requests a batch may hold. `file_bytes`: that a file may have."""

    def __init__(
        self,
        store: MongoBatchStore,
        files: MongoFileStore,
        endpoints: Collection[str],
        *,
        kept: timedelta,
        file_bytes: int,
        callbacks: Callbacks,
    ) -> None:
        self._store, self._files, self._endpoints, self._kept = store, files, endpoints, kept
        self._file_bytes, self._callbacks = file_bytes, callbacks
        self._counting = Counting(store.counts)

    async def create(self, wanted: Wanted, caller: Caller, now: datetime) -> Batch:
        """Raises InvalidBatchError, IdempotencyError."""
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
            id=batch_id(wanted.once),
            tenant=caller.tenant,
            caller=msgspec.json.encode(caller),
            endpoint=wanted.endpoint,
            input_file=wanted.input_file,
            created_at=now,
            expires_at=now + timedelta(days=1),
            gone_at=now + self._kept,
            metadata=dict(wanted.metadata),
            callback=wanted.callback,
            fingerprint=wanted.once.fingerprint if wanted.once else b"",
        )
        await self._store.insert(batch)
        return await self._made(batch.tenant, batch.id, wanted.once) or batch

    async def made_before(self, once: Once | None) -> Batch | None:
        """Under the same Idempotency-Key. Raises IdempotencyError."""
        return await self._made(once.tenant, batch_id(once), once) if once else None

    async def _made(self, tenant: str, id_: str, once: Once | None) -> Batch | None:
        found = await self._store.get(tenant, id_)
        if found is not None and once is not None and found.fingerprint != once.fingerprint:
            raise IdempotencyError("Another request was sent with this Idempotency-Key: use one key a request.")
        return found

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
        return await self._counting.of(batch)

    # files

    async def keep(
        self, caller: Caller, filename: str, content: AsyncIterable[bytes], now: datetime, once: Once | None = None
    ) -> File:
        """Raises FileTooLargeError, and what reading the content raises."""
        file = File(
            id=f"file-{once.key[:12].hex() if once else secrets.token_hex(12)}",
            tenant=caller.tenant,
            filename=filename,
            purpose="batch",
            size=0,
            created_at=now,
            gone_at=now + self._kept,
        )
        try:
            return await self._files.write(file, self._within_limit(content))
        except FileTooLargeError:
            await self._files.clear(file.tenant, file.id)
            raise

    async def _within_limit(self, content: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
        size = 0
        async for came in content:
            size += len(came)
            if size > self._file_bytes:
                raise FileTooLargeError(f"A file has at most {self._file_bytes} bytes: split it into several batches.")
            yield came

    async def file(self, tenant: str, id_: str) -> File:
        """Raises NotFoundError."""
        found = await self._files.get(tenant, id_)
        if found is None:
            raise NotFoundError("There is no such file.")
        return found

    async def content(self, tenant: str, id_: str) -> AsyncGenerator[bytes, None]:
        """Piece by piece. Raises NotFoundError before the first."""
        file = await self.file(tenant, id_)
        return self._results(file) if file.batch else self._files.read(tenant, id_)

    async def _results(self, file: File) -> AsyncGenerator[bytes, None]:
        async for line in self._store.said(file.tenant, file.batch, file.holds):
            yield line + b"\n"

    async def files(self, tenant: str, *, purpose: str | None, after: str | None, limit: int) -> list[File]:
        """Newest first. Raises NotFoundError."""
        behind = await self.file(tenant, after) if after else None
        return await self._files.listed(tenant, purpose=purpose, after=behind, limit=limit)

    async def delete(self, tenant: str, id_: str) -> None:
        """Raises NotFoundError."""
        if not await self._files.delete(tenant, id_):
            raise NotFoundError("There is no such file.")


def batch_id(once: Once | None) -> str:
    return f"batch_{once.key[:12].hex() if once else secrets.token_hex(12)}"
