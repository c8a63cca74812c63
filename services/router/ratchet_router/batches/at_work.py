"""The batches of one router: their use cases for callers, and their worker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from ratchet_common.background import Loop
from ratchet_common.mongo import Database
from ratchet_router.batches.callbacks import Callbacks, Telling
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
    telling: Loop

    @property
    def loops(self) -> dict[str, Loop]:
        return {"batches": self.loop, "callbacks of batches": self.telling}


async def batches_at_work(
    database: Database,
    current: Callable[[], Parts],
    budgets: Budgets,
    kinds: Mapping[str, Kind],
    callbacks: Callbacks,
) -> BatchesAtWork:
    """Run its loop beside the requests. Raises RetryLaterError."""
    settings = current().settings
    store, files = MongoBatchStore(database), MongoFileStore(database)
    await store.create_indexes()
    await files.create_indexes()
    working = Working(
        store=store,
        files=files,
        current=current,
        kinds=kinds,
        budgets=budgets,
        poll_s=settings.batch_poll_ms / 1000,
        again_s=settings.batch_again_ms / 1000,
        at_once=settings.batch_at_once,
        most=settings.batch_items,
    )
    every = min(LOOK_EVERY_S, working.poll_s)
    batches = Batches(store, files, tuple(kinds), kept=timedelta(days=settings.batch_days), callbacks=callbacks)
    telling = Telling(store, callbacks, working.now)
    worker = Loop(Worker(working).round, every=every)
    return BatchesAtWork(batches, store, worker, Loop(telling.round, every=every))
