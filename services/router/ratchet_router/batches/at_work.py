"""The batches of one router: their use cases for callers, and their worker."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from ratchet_common.background import Loop
from ratchet_common.mongo import Database
from ratchet_providers.batching import BatchPlatform
from ratchet_router.batches.creating import Batches
from ratchet_router.batches.files import MongoFileStore
from ratchet_router.batches.store import MongoBatchStore
from ratchet_router.batches.worker import Worker
from ratchet_router.batches.working import Budgets, Kind, Working
from ratchet_router.parts import Parts

LOOK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class BatchesAtWork:
    batches: Batches
    store: MongoBatchStore
    loop: Loop


async def batches_at_work(
    database: Database,
    parts: Parts,
    budgets: Budgets,
    platforms: Mapping[str, BatchPlatform],
    kinds: Mapping[str, Kind],
) -> BatchesAtWork:
    """Run its loop beside the requests. Raises RetryLaterError."""
    settings = parts.settings
    store, files = MongoBatchStore(database), MongoFileStore(database)
    await store.create_indexes()
    await files.create_indexes()
    working = Working(
        store=store,
        files=files,
        parts=parts,
        platforms=platforms,
        kinds=kinds,
        budgets=budgets,
        poll_s=settings.batch_poll_ms / 1000,
        again_s=settings.batch_again_ms / 1000,
        at_once=settings.batch_at_once,
        most=settings.batch_items,
    )
    every = min(LOOK_EVERY_S, working.poll_s)
    batches = Batches(store, files, tuple(kinds), kept=timedelta(days=settings.batch_days))
    return BatchesAtWork(batches, store, Loop(Worker(working).round, every=every))
