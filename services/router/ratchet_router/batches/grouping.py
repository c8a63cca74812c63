"""Single requests become batches: those of one group together, once there are enough of them or they are old enough.

Exactly one worker closes a group, under a lease of the group's own. What it decided, the new batch's id and which
requests are in it, is written before any of it is made, and every write that makes it can be done twice. So whoever
finds a decision that was cut off makes that very batch, and no request is ever in two.
"""

import secrets
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from ratchet_router.batches.batch import Batch
from ratchet_router.batches.files import File, MongoFileStore
from ratchet_router.batches.single import Closing, Enough, Single, Waiting
from ratchet_router.batches.single_store import HeldGroup, MongoSingleStore
from ratchet_router.batches.store import MongoBatchStore


class Grouping:
    """`kept`: as long as batches are."""

    def __init__(
        self,
        singles: MongoSingleStore,
        batches: MongoBatchStore,
        files: MongoFileStore,
        *,
        enough: Enough,
        kept: timedelta,
        now: Callable[[], datetime],
    ) -> None:
        self._singles, self._batches, self._files = singles, batches, files
        self._enough, self._kept, self._now = enough, kept, now

    async def round(self) -> bool:
        """True: a batch was made. Raises RetryLaterError."""
        if (cut_off := await self._singles.take_cut_off()) is not None:
            await self._close(cut_off)
            return True
        now = self._now()
        due = [waiting for waiting in await self._singles.waiting() if self._enough.of(waiting, now)]
        made = [await self._take_and_close(waiting) for waiting in due]
        return any(made)

    async def _take_and_close(self, waiting: Waiting) -> bool:
        held = await self._singles.take(waiting, self._now() + self._kept)
        return held is not None and await self._close(held)

    async def _close(self, held: HeldGroup) -> bool:
        try:
            if held.closing is None and not await self._decided(held):
                return False
            if held.closing is not None:
                await self._make(held.closing)
                await self._singles.decide(held, None)
            return True
        finally:
            await self._singles.release(held)

    async def _decided(self, held: HeldGroup) -> bool:
        """False: another worker was faster, and what is left is not enough."""
        waiting = await self._singles.oldest(held.group, limit=self._enough.items)
        chosen = self._enough.first(waiting)
        if not chosen or not self._still(held.group, waiting):
            return False
        ids = [single.id for single in chosen]
        await self._singles.decide(held, Closing(batch=f"batch_{secrets.token_hex(12)}", singles=ids, at=self._now()))
        return True

    def _still(self, group: str, waiting: Sequence[Single]) -> bool:
        size = sum(single.size for single in waiting)
        gathered = Waiting(group, waiting[0].tenant, len(waiting), size, waiting[0].created_at)
        return self._enough.of(gathered, self._now())

    async def _make(self, closing: Closing) -> None:
        singles = await self._singles.these(closing.singles)
        if singles:
            batch = batch_of(singles[0], closing, self._kept)
            await self._files.write(file_of(batch), as_lines(singles))
            await self._batches.insert(batch)
        await self._singles.went(closing.batch, {id_: line for line, id_ in enumerate(closing.singles, 1)})


def batch_of(first: Single, closing: Closing, kept: timedelta) -> Batch:
    batch = Batch(
        id=closing.batch,
        tenant=first.tenant,
        caller=first.caller,
        endpoint=first.endpoint,
        input_file="",
        created_at=closing.at,
        expires_at=closing.at + timedelta(days=1),
        gone_at=closing.at + kept,
        grouped=True,
    )
    batch.input_file = f"file-{batch.hex}-input"
    return batch


def file_of(batch: Batch) -> File:
    return File(
        id=batch.input_file,
        tenant=batch.tenant,
        filename="grouped.jsonl",
        purpose="batch",
        size=0,
        created_at=batch.created_at,
        gone_at=batch.gone_at,
    )


async def as_lines(singles: Sequence[Single]) -> AsyncGenerator[bytes, None]:
    for single in singles:
        yield line_of(single)


def line_of(single: Single) -> bytes:
    """By its own id: two callers may have given the same custom_id."""
    body = msgspec.Raw(single.body)
    return msgspec.json.encode({"custom_id": single.id, "method": "POST", "url": single.endpoint, "body": body}) + b"\n"
