"""The batches of one router: their use cases for callers, and their worker."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ratchet_common.background import Loop
from ratchet_common.mongo import Database
from ratchet_router.batches.asked import Plans
from ratchet_router.batches.callbacks import Callbacks
from ratchet_router.batches.creating import Batches
from ratchet_router.batches.files import MongoFileStore
from ratchet_router.batches.grouping import Grouping
from ratchet_router.batches.single import Enough
from ratchet_router.batches.single_store import MongoSingleStore
from ratchet_router.batches.singles import Singles
from ratchet_router.batches.store import MongoBatchStore
from ratchet_router.batches.telling import Telling
from ratchet_router.batches.worker import Worker
from ratchet_router.batches.working import Budgets, Working
from ratchet_router.parts import Parts
from ratchet_router.settings import RouterSettings

LOOK_EVERY_S = 1.0
IDLE = 5  # times as long, where nothing was due for a while


@dataclass(frozen=True, slots=True)
class BatchesAtWork:
    batches: Batches
    singles: Singles
    store: MongoBatchStore
    poke: Callable[[], None]
    loops: dict[str, Loop]


async def batches_at_work(
    database: Database,
    current: Callable[[], Parts],
    budgets: Budgets,
    plans: Plans,
    callbacks: Callbacks,
) -> BatchesAtWork:
    """Run its loop beside the requests. Raises RetryLaterError."""
    settings = current().settings
    kept = timedelta(days=settings.batch_days)
    store, files, single_store = MongoBatchStore(database), MongoFileStore(database), MongoSingleStore(database)
    for one in (store, files, single_store):
        await one.create_indexes()
    working = _working(store, files, single_store, current, budgets, plans)
    every = min(LOOK_EVERY_S, working.poll_s)
    pace = {"every": every, "idle": IDLE * every}
    workers = [Loop(Worker(working).round, **pace) for _ in range(settings.batches_at_once)]
    grouping = Grouping(single_store, store, files, enough=enough(settings), kept=kept, now=working.now)

    def poke() -> None:
        for worker in workers:
            worker.poke()

    async def grouped() -> bool:
        made = await grouping.round()
        if made:
            poke()
        return made

    loops = {f"batches {number}": worker for number, worker in enumerate(workers, 1)}
    loops["single requests of batches"] = Loop(grouped, **pace)
    for name, untold in (("batches", store.take_untold), ("single requests", single_store.take_untold)):
        loops[f"callbacks of {name}"] = Loop(Telling(untold, callbacks, working.now).round, **pace)
    return BatchesAtWork(
        Batches(store, files, tuple(plans), kept=kept, file_bytes=settings.batch_file_bytes, callbacks=callbacks),
        Singles(single_store, store, read=working.alone, kept=kept, callbacks=callbacks),
        store,
        poke,
        loops,
    )


def _working(
    store: MongoBatchStore,
    files: MongoFileStore,
    singles: MongoSingleStore,
    current: Callable[[], Parts],
    budgets: Budgets,
    plans: Plans,
) -> Working:
    settings = current().settings
    return Working(
        store=store,
        files=files,
        singles=singles,
        current=current,
        plans=plans,
        budgets=budgets,
        poll_s=settings.batch_poll_ms / 1000,
        again_s=settings.batch_again_ms / 1000,
        at_once=settings.batch_at_once,
        most=settings.batch_items,
    )


def enough(settings: RouterSettings) -> Enough:
    return Enough(
        items=settings.batch_group_items,
        size=settings.batch_group_bytes,
        age=timedelta(seconds=settings.batch_group_s),
    )
