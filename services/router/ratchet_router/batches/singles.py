"""Use cases of requests that come alone: take one, look at it. Which others it shares a batch with is decided later."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from ratchet_common.auth import Caller
from ratchet_common.errors import NotFoundError
from ratchet_router.batches.asked import AskedItem
from ratchet_router.batches.batch import OVER, Batch, Item
from ratchet_router.batches.callbacks import Callbacks
from ratchet_router.batches.lines import LineError
from ratchet_router.batches.single import Single
from ratchet_router.batches.single_store import MongoSingleStore
from ratchet_router.batches.store import MongoBatchStore
from ratchet_router.idempotency import IdempotencyError, Once

Read = Callable[[str, bytes, Caller], AskedItem]  # a request by its endpoint and its body; raises RefusedError


@dataclass(frozen=True, slots=True)
class WantedSingle:
    """`body`: the endpoint's request, JSON in one line. `once`: of its Idempotency-Key."""

    endpoint: str
    body: bytes
    custom_id: str = ""
    callback: str = ""
    once: Once | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a single request is. `batch` is None while it waits for others; `wrong`: why it has no result at all."""

    single: Single
    batch: Batch | None = None
    item: Item | None = None
    wrong: LineError | None = None


class Singles:
    def __init__(
        self,
        store: MongoSingleStore,
        batches: MongoBatchStore,
        *,
        read: Read,
        kept: timedelta,
        callbacks: Callbacks,
    ) -> None:
        self._store, self._batches, self._read = store, batches, read
        self._kept, self._callbacks = kept, callbacks

    async def take(self, wanted: WantedSingle, caller: Caller, now: datetime) -> Standing:
        """In the store when it returns. Raises what reading the request raises, InvalidBatchError, IdempotencyError."""
        asked = self._read(wanted.endpoint, wanted.body, caller)
        if wanted.callback:
            await self._callbacks.check(wanted.callback)
        once = wanted.once
        single = Single(
            id=f"item_{once.key[:12].hex() if once else secrets.token_hex(12)}",
            tenant=caller.tenant,
            caller=msgspec.json.encode(caller),
            endpoint=wanted.endpoint,
            group=group_of(caller, wanted.endpoint, asked.model),
            body=wanted.body,
            size=len(wanted.body),
            created_at=now,
            gone_at=now + self._kept,
            custom_id=wanted.custom_id,
            fingerprint=once.fingerprint if once else b"",
            callback=wanted.callback,
            user=asked.who.person or "",
        )
        kept = await self._store.put(single)
        if once is not None and kept.fingerprint != once.fingerprint:
            raise IdempotencyError("Another request was sent with this Idempotency-Key: use one key a request.")
        return await self._standing(kept)

    async def get(self, tenant: str, id_: str) -> Standing:
        """Raises NotFoundError."""
        single = await self._store.get(tenant, id_)
        if single is None:
            raise NotFoundError("There is no such request.")
        return await self._standing(single)

    async def _standing(self, single: Single) -> Standing:
        if not single.batch:
            return Standing(single)
        batch = await self._batches.get(single.tenant, single.batch)
        item = await self._batches.result(single.tenant, single.batch, single.line)
        wrong = why_not(batch, single) if batch and batch.status in OVER and item is None else None
        return Standing(single, batch, item, wrong)


def group_of(caller: Caller, endpoint: str, model: str) -> str:
    """Never two tenants', whoever's the provider's key is, and never two keys': budgets hold for the key as well.

    By the model's name, since a provider's batch is for one model.
    """
    said = msgspec.json.encode((caller.tenant, caller.sha256, endpoint, model))
    return hashlib.sha256(said).hexdigest()


def why_not(batch: Batch, single: Single) -> LineError | None:
    """Of a batch that failed as a whole."""
    of_its_own = (error for error in batch.errors if error.line == single.line)
    return next(of_its_own, next(iter(batch.errors), None))
