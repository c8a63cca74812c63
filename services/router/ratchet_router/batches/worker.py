"""One batch a round, under its lease, one step further. Whatever is cut off half-way is taken up by the next worker."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from ratchet_providers.failing import ProviderError
from ratchet_router.batches.batch import Batch, Status
from ratchet_router.batches.by_batch_api import advance
from ratchet_router.batches.ending import end
from ratchet_router.batches.lines import LineError
from ratchet_router.batches.one_by_one import IN_ONE_GO, ask_some
from ratchet_router.batches.said import CANCELLED, EXPIRED
from ratchet_router.batches.store import Held
from ratchet_router.batches.validating import validate
from ratchet_router.batches.working import Working

PORTIONS_AT_ONCE: Final = 4
AT_ONCE: Final = 0.0  # seconds until the next step
log = logging.getLogger(__name__)


class Worker:
    def __init__(self, working: Working) -> None:
        self._working = working

    async def round(self) -> bool:
        """True: there may be more at once. Raises RetryLaterError."""
        held = await self._working.store.take(self._working.now())
        if held is None:
            return False
        pause = self._working.poll_s
        try:
            pause = await self._step(held)
        finally:
            due = self._working.now() + timedelta(seconds=pause)
            await self._working.store.release(held, due.timestamp())
        return True

    async def _step(self, held: Held) -> float:
        batch, working = held.batch, self._working
        now = working.now()
        if batch.status == "validating" and batch.cancel_asked_at is None:
            await validate(held, working)
            return AT_ONCE
        if batch.cancel_asked_at is not None and batch.status in ("validating", "in_progress"):
            batch.become("cancelling", now)
            await working.store.save(held)
        pause = await self._advance(held, _stopping(batch, now))
        if all(portion.state == "over" for portion in batch.portions):
            await self._conclude(held)
        return pause

    async def _advance(self, held: Held, stopping: LineError | None) -> float:
        """A few portions at a time: a provider that is away or silent holds up none of the others."""
        going = [index for index, portion in enumerate(held.batch.portions) if portion.state != "over"]
        if len(going) == 1:
            return await self._step_of(held, going[0], stopping)
        places = asyncio.Semaphore(PORTIONS_AT_ONCE)

        async def one(index: int) -> float:
            async with places:
                return await self._step_of(held, index, stopping)

        try:
            async with asyncio.TaskGroup() as all_of_them:
                steps = [all_of_them.create_task(one(index)) for index in going]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return min((step.result() for step in steps), default=AT_ONCE)

    async def _step_of(self, held: Held, index: int, stopping: LineError | None) -> float:
        """Returns when to look again, in seconds."""
        portion = held.batch.portions[index]
        await self._working.store.renew(held)
        if not portion.provider:
            return await self._one_by_one(held, index, stopping)
        try:
            await advance(held, index, stopping, self._working)
        except ProviderError as error:
            log.warning("The portion %s waits for %s: %s.", portion.name, portion.provider, error.kind)
            return max(self._working.poll_s, error.retry_after_s or 0.0)
        return self._working.poll_s

    async def _one_by_one(self, held: Held, index: int, stopping: LineError | None) -> float:
        working, portion = self._working, held.batch.portions[index]
        items = await working.store.waiting(held.batch, index, limit=working.at_once * IN_ONE_GO)
        if stopping is not None:
            for item in items:
                await working.failed(item, stopping)
        elif items and not await ask_some(held.batch, items, working):
            return working.poll_s
        if not items:
            portion.state = "over"
            await working.store.save(held)
        return AT_ONCE

    async def _conclude(self, held: Held) -> None:
        batch, working = held.batch, self._working
        ended = _ended(batch, working.now())
        if ended == "completed":
            batch.become("finalizing", working.now())
            await working.store.save(held)
        await end(held, ended, working)


def _stopping(batch: Batch, now: datetime) -> LineError | None:
    """Why nothing more of it is to be asked."""
    if batch.cancel_asked_at is not None:
        return CANCELLED
    return EXPIRED if now >= batch.expires_at else None


def _ended(batch: Batch, now: datetime) -> Status:
    if batch.cancel_asked_at is not None:
        return "cancelled"
    return "expired" if now >= batch.expires_at else "completed"
