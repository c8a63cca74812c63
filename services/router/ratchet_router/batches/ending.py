"""A batch comes to its end. Its files come first, then its single requests: who sees the end finds all of it."""

from datetime import datetime

from ratchet_router.batches.batch import Batch, ItemState, Status
from ratchet_router.batches.files import File
from ratchet_router.batches.store import Held
from ratchet_router.batches.working import Working


async def end(held: Held, status: Status, working: Working) -> None:
    """Cut off half-way it is done again, and nothing of it counts twice."""
    batch, now = held.batch, working.now()
    if status != "failed":
        batch.counts = await working.store.counts(batch.tenant, batch.id)
        if batch.counts.completed:
            await _write(batch, "ok", working, now)
        if batch.counts.failed:
            await _write(batch, "failed", working, now)
    if batch.grouped:
        await working.singles.over(batch.id, await working.store.lines(batch, "ok"), now)
    batch.become(status, now)
    await working.store.save(held)


async def _write(batch: Batch, holds: ItemState, working: Working, now: datetime) -> None:
    size = await working.store.size(batch, holds)
    await working.files.put(output_file(batch, holds, size, now))


def output_file(batch: Batch, holds: ItemState, size: int, now: datetime) -> File:
    what = "output" if holds == "ok" else "error"
    return File(
        id=f"file-{batch.hex}-{what}",
        tenant=batch.tenant,
        filename=f"{batch.id}_{what}.jsonl",
        purpose="batch_output",
        size=size,
        created_at=now,
        gone_at=batch.gone_at,
        batch=batch.id,
        holds=holds,
    )
