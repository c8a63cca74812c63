"""The loops that make reports: the router's, which ask models, and the worker's, which compute and draw."""

from collections.abc import Callable
from functools import partial
from typing import Final

from ratchet_common.background import Loop
from ratchet_router.graph.looking import Graphs
from ratchet_router.grounding.known import Knows
from ratchet_router.parts import Parts
from ratchet_router.reporting.asking import Asking
from ratchet_router.reporting.from_documents import FromDocuments
from ratchet_router.reporting.maker import Maker
from ratchet_router.reporting.making import Making
from ratchet_router.reporting.record import OF_ROUTERS, OF_WORKERS
from ratchet_router.reporting.store import MongoReportStore
from ratchet_router.reporting.tending import ReportTending
from ratchet_router.reporting.work_store import MongoReportWork
from ratchet_router.reporting.worker import Worker
from ratchet_router.settings import RouterSettings

LOOK_EVERY_S: Final = 0.5
IDLE_S: Final = 2.0  # what another process has left to this one is told to workers alone
SWEEP_EVERY_S: Final = 300.0


def asking_loops(store: MongoReportStore, current: Callable[[], Parts], at_once: int) -> dict[str, Loop]:
    work = MongoReportWork(store, OF_ROUTERS)
    asking = Asking(work, current)
    return _loops(Worker(work, asking), "answers for reports", at_once)


def making_loops(store: MongoReportStore, graphs: Graphs, knows: Knows, settings: RouterSettings) -> dict[str, Loop]:
    """`graphs`, `knows`: of the tenants' documents."""
    work = MongoReportWork(store, OF_WORKERS)
    maker = Maker(seconds=settings.report_maker_s, memory=settings.report_maker_mb * 1024 * 1024)
    making = Making(work, maker, FromDocuments(graphs, knows))
    return _loops(Worker(work, making), "reports", settings.reports_at_once)


def tending_loops(store: MongoReportStore) -> dict[str, Loop]:
    return {"old reports": Loop(ReportTending(store).expire, every=SWEEP_EVERY_S)}


def poking(loops: dict[str, Loop]) -> Callable[[], None]:
    def poke() -> None:
        for loop in loops.values():
            loop.poke()

    return poke


def _loops(worker: Worker, name: str, at_once: int) -> dict[str, Loop]:
    pace = partial(Loop, worker.round, every=LOOK_EVERY_S, idle=IDLE_S)
    return {f"{name} {number}": pace() for number in range(1, at_once + 1)}
