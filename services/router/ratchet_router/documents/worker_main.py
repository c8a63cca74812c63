"""The composition root of the router's workers on documents: a process of its own, never that of the hot path."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from fastapi import FastAPI

from ratchet_common.arenas import give_back
from ratchet_common.background import Loop
from ratchet_common.events import DocumentChanged, ReportChanged
from ratchet_common.http import create_app
from ratchet_common.measures import Found
from ratchet_common.messaging import Handle
from ratchet_common.service import Connections, at_work, connections
from ratchet_common.topics import DOCUMENTS, REPORTS
from ratchet_providers.wire import Wire
from ratchet_retrieval.port import Index
from ratchet_router.documents.deleting import AlsoGone, Deleting
from ratchet_router.documents.embedding_model import ByModel, embedding_model_of
from ratchet_router.documents.files import FilePlace, files_at
from ratchet_router.documents.graph_by_model import GraphByModel
from ratchet_router.documents.graph_model import ModelOfGraph, graph_model_of
from ratchet_router.documents.ingesting import Ingesting
from ratchet_router.documents.metrics import DOCUMENTS as STATES
from ratchet_router.documents.metrics import WAITED
from ratchet_router.documents.parsing_apart import Parser
from ratchet_router.documents.passage_vectors import PassageVectors
from ratchet_router.documents.store import MongoDocumentStore
from ratchet_router.documents.sweeping import Sweeping
from ratchet_router.documents.work_store import MongoWorkStore
from ratchet_router.documents.worker import Worker
from ratchet_router.graph.store import MongoGraphStore
from ratchet_router.grounding.known import KnownDocuments, Knows
from ratchet_router.grounding.order.refitting import Refitting
from ratchet_router.grounding.order.store import MongoOrderStore
from ratchet_router.kept_from_documents import MongoKeptFromDocuments
from ratchet_router.recording import Recorder
from ratchet_router.reporting.at_work import making_loops, tending_loops
from ratchet_router.reporting.metrics import REPORTS as REPORT_STATES
from ratchet_router.reporting.metrics import WAITED as REPORT_WAITED
from ratchet_router.reporting.record import OF_WORKERS
from ratchet_router.reporting.store import MongoReportStore
from ratchet_router.reporting.tending import ReportTending
from ratchet_router.reporting.work_store import MongoReportWork
from ratchet_router.settings import RouterSettings
from ratchet_router.store import MongoRouterStore

ROLE: Final = "documents"
LOOK_EVERY_S: Final = 5.0  # for what another worker left; what is sent in is told over the bus
IDLE_S: Final = 20.0
RECORD_EVERY_S: Final = 0.05  # after a failed round
TEND_EVERY_S: Final = 30.0
SWEEP_EVERY_S: Final = 300.0
LEARN_EVERY_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class MadeOfIt:
    """Who forgets what was made of a document: where it has a new revision, and where it goes."""

    changed: Sequence[AlsoGone]
    gone: Sequence[AlsoGone]


def build_worker(settings: RouterSettings, index_of: Callable[[RouterSettings], Index]) -> FastAPI:
    """Raises CannotStartError."""
    files = files_at(settings.documents_url, most=settings.document_bytes)
    files.insist()
    index, wire = index_of(settings), Wire()
    model, of_graph = embedding_model_of(settings, wire), graph_model_of(settings, wire)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with connections("router", settings, app, role=ROLE) as its, wire, AsyncExitStack() as stack:
            documents = MongoDocumentStore(its.database)
            await documents.create_indexes()
            work = MongoWorkStore(documents)
            parsers = [_parser(settings) for _ in range(settings.documents_at_once)]
            for parser in parsers:
                stack.push_async_callback(parser.stop)
            kept, graphs = MongoKeptFromDocuments(its.database), MongoGraphStore(its.database)
            await kept.create_indexes()
            await graphs.create_indexes()
            if model is not None:
                stack.push_async_callback(model.stop)
            embeds, of_embeds = await _embeds(model, settings, its)
            claims, of_claims = await _claims(of_graph, settings, its)
            orders = MongoOrderStore(its.database, kept=timedelta(days=settings.learned_order_days))
            await orders.create_indexes()
            reports = MongoReportStore(its.database)
            await reports.create_indexes()
            tending = ReportTending(reports)
            made_of_it = MadeOfIt(
                changed=[kept.changed], gone=[graphs.remove, kept.changed, tending.document_went, orders.document_went]
            )
            loops = _loops(work, files, index, graphs, parsers, made_of_it, embeds, claims)
            its.hear(DOCUMENTS, _poking(list(loops.values())))
            _measure(its, work)
            loops |= of_embeds | of_claims | _sweeps(documents, files, index) | await its.relay(documents.collection)
            if settings.learned_order_days:
                loops["learning orders"] = Loop(Refitting(orders).round, every=LEARN_EVERY_S)
            loops |= await _reports(reports, graphs, KnownDocuments(documents), settings, its)
            app.state.ready = its.ready
            async with at_work(its, loops):
                yield

    return create_app(ROLE, settings, routers=[], lifespan=lifespan)


def _parser(settings: RouterSettings) -> Parser:
    return Parser(seconds=settings.document_parser_s, memory=settings.document_parser_mb * 1024 * 1024)


async def _embeds(
    model: ByModel | None, settings: RouterSettings, its: Connections
) -> tuple[PassageVectors | None, dict[str, Loop]]:
    """With the loops that it needs. What it puts into the router's outbox the routers send. Raises RetryLaterError."""
    if model is None:
        return None, {}
    await model.start()
    recorder, writes = _recorder(settings, its)
    return model.vectors(recorder.record), {**model.loops, "outbox writer": writes}


async def _claims(
    model: ModelOfGraph | None, settings: RouterSettings, its: Connections
) -> tuple[GraphByModel | None, dict[str, Loop]]:
    """As `_embeds`."""
    if model is None:
        return None, {}
    await model.adapter.start()
    recorder, writes = _recorder(settings, its)
    return model.reads(recorder.record), {**model.adapter.loops, "outbox writer of the graph": writes}


def _recorder(settings: RouterSettings, its: Connections) -> tuple[Recorder, Loop]:
    store = MongoRouterStore(its.database)
    recorder = Recorder(
        its.bus.publish,
        store.hold,
        forgets=settings.bus_forgets,
        patience_s=settings.record_patience_ms / 1000,
        answer_unrecorded=settings.answer_unrecorded,
    )
    return recorder, Loop(store.held.write_once, every=RECORD_EVERY_S)


def _loops(
    work: MongoWorkStore,
    files: FilePlace,
    index: Index,
    graphs: MongoGraphStore,
    parsers: Sequence[Parser],
    made_of_it: MadeOfIt,
    embeds: PassageVectors | None,
    claims: GraphByModel | None,
) -> dict[str, Loop]:
    ingesting = Ingesting(work, files, index, graphs, made_of_it.changed, embeds=embeds, claims=claims)
    deleting = Deleting(work, files, index, made_of_it.gone)
    workers = [Worker(work, ingesting, deleting, parser) for parser in parsers]
    return {
        f"documents {number}": Loop(worker.round, every=LOOK_EVERY_S, idle=IDLE_S)
        for number, worker in enumerate(workers, 1)
    }


async def _reports(
    reports: MongoReportStore, graphs: MongoGraphStore, knows: Knows, settings: RouterSettings, its: Connections
) -> dict[str, Loop]:
    """Raises RetryLaterError."""
    loops = making_loops(reports, graphs, knows, settings)
    its.hear(REPORTS, _poking(list(loops.values())))
    _measure_reports(its, MongoReportWork(reports, OF_WORKERS))
    return loops | tending_loops(reports) | await its.relay(reports.collection)


def _sweeps(documents: MongoDocumentStore, files: FilePlace, index: Index) -> dict[str, Loop]:
    sweeping = Sweeping(documents, files)
    return {
        "old documents": Loop(sweeping.expire, every=SWEEP_EVERY_S),
        "files of no document": Loop(sweeping.clear, every=SWEEP_EVERY_S, idle=24 * 3600.0),
        "tending the index": Loop(partial(_tend, index), every=TEND_EVERY_S, idle=SWEEP_EVERY_S),
    }


async def _tend(index: Index) -> None:
    """It takes much memory for a moment, and for longer than that nobody should pay for it."""
    await index.tend()
    await asyncio.to_thread(give_back)


def _poking(loops: Sequence[Loop]) -> Handle:
    async def on_changes(_: Sequence[DocumentChanged | ReportChanged]) -> None:
        for loop in loops:
            loop.poke()

    return on_changes


def _measure(its: Connections, work: MongoWorkStore) -> None:
    async def states() -> Found:
        counts = await work.counts()
        return [(STATES, (state,), count) for state, count in counts.items()]

    async def waited() -> Found:
        return [(WAITED, (ROLE,), await work.oldest_due(datetime.now(UTC)))]

    its.measures.add("documents by state", states)
    its.measures.add("documents that wait", waited)


def _measure_reports(its: Connections, work: MongoReportWork) -> None:
    async def states() -> Found:
        counts = await work.counts()
        return [(REPORT_STATES, (state,), count) for state, count in counts.items()]

    async def waited() -> Found:
        return [(REPORT_WAITED, (ROLE,), await work.oldest_due(datetime.now(UTC)))]

    its.measures.add("reports by state", states)
    its.measures.add("reports that wait", waited)
