"""The router's composition root: the only place where adapters meet."""

import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from fastapi import FastAPI

from ratchet_common.background import Loop, Round
from ratchet_common.http import create_app
from ratchet_common.service import Connections, at_work, connections
from ratchet_providers.local_student import LocalStudents
from ratchet_providers.wire import IDLE_S, Wire
from ratchet_router.admitting import admitting
from ratchet_router.answering import answering_with
from ratchet_router.api import (
    batch_items,
    batches,
    cache,
    catalogue,
    chat,
    documents,
    embeddings,
    generate,
    graph,
    limits,
    messages,
    models,
    openai_batches,
    openai_files,
    order,
    predictions,
    reports,
    responses,
    route,
    templates,
)
from ratchet_router.api.batch_endpoints import ENDPOINTS
from ratchet_router.api.hanging_up import LOOK_EVERY_S, Callers
from ratchet_router.api.large_bodies import large_bodies
from ratchet_router.api.troubles import in_shape_of_its_api
from ratchet_router.batches.at_work import batches_at_work
from ratchet_router.batches.callbacks import Callbacks, callbacks_of
from ratchet_router.breaker import Breakers
from ratchet_router.cache import AnswerCache
from ratchet_router.conversations import Conversations
from ratchet_router.documents.files import files_at
from ratchet_router.documents.keeping import documents_of
from ratchet_router.estimates import Estimates
from ratchet_router.files import AdapterLoops, Files, read_files, started
from ratchet_router.files_anew import FilesAnew
from ratchet_router.gate import Gates
from ratchet_router.graph.looking import Looking
from ratchet_router.grounding.by_settings import from_index, joins_over
from ratchet_router.grounding.order.learned import Orders
from ratchet_router.grounding.order.listening import order_loops
from ratchet_router.grounding.order.noted import NOTHING_NOTED
from ratchet_router.grounding.reranker import reranker_of
from ratchet_router.grounding.sources import Retrieves
from ratchet_router.hearing import hear
from ratchet_router.kept_keys import EVERY_S, KeptKeys
from ratchet_router.library import Library
from ratchet_router.limits.admission import Admission
from ratchet_router.memory import Memory
from ratchet_router.parts import Parts
from ratchet_router.recording import Recorder
from ratchet_router.refreshing import refreshed
from ratchet_router.reporting.at_work import asking_loops, poking
from ratchet_router.reporting.reports import reports_of
from ratchet_router.retrying import RetryBudget
from ratchet_router.sessions import Sessions
from ratchet_router.settings import RouterSettings
from ratchet_router.shadows import shadows_by
from ratchet_router.snapshot import REFRESH_EVERY_S, Snapshot
from ratchet_router.still_to_forget import StillToForget
from ratchet_router.store import MongoRouterStore
from ratchet_router.stores import Stores
from ratchet_router.surroundings import Surroundings
from ratchet_router.unserved import Unserved
from ratchet_router.vanguard import Vanguards
from ratchet_router.warming import Warming

FLUSH_EVERY_S = 5.0
BULK_PAUSE_S = 0.05  # after a failed round


OF_BATCHES = (batch_items, batches, openai_batches, openai_files)
APIS = (
    chat,
    messages,
    responses,
    models,
    embeddings,
    generate,
    predictions,
    route,
    *OF_BATCHES,
    catalogue,
    cache,
    limits,
    templates,
    graph,  # before the documents: it is no id of one
    order,  # nor is it
    documents,
    reports,
)


def build(settings: RouterSettings, retrieves: Retrieves | None = None) -> FastAPI:
    """`retrieves`: looks into the tenants' documents; else the settings' index does. Raises CannotStartError."""
    wire = Wire()
    files = read_files(settings, wire)
    callbacks = callbacks_of(settings, wire)
    reranker = reranker_of(settings, wire, lambda: app.state.parts)
    place = files_at(settings.documents_url, most=settings.document_bytes)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            connections("router", settings, app) as its,
            wire,
            admitting(settings, files.limits, its.database) as admission,
            AdapterLoops() as adapter_loops,
        ):
            stores = Stores.of(its.database, settings)
            await stores.create_indexes()
            orders = Orders()
            looks = retrieves or from_index(settings, stores.documents, reranker, orders, lambda: app.state.parts)
            await started(files.adapters)
            adapter_loops.use(files.adapters)
            students = LocalStudents(its.workers)
            warming = Warming(students, files.catalogue.platforms)
            parts = app.state.parts = _parts(settings, files, students, stores, admission, its, looks)
            unserved = Unserved(files.catalogue.platforms)
            still_to_forget = StillToForget(stores.router, stores.kept)
            refresh = partial(refreshed, app, stores, warming, unserved, still_to_forget)
            loops = _loops(app, wire, stores.router, warming, refresh) | {"limits": admission.loop}
            loops |= order_loops(stores.orders, orders)
            await hear(its, settings, stores, loops["snapshot"].poke)
            await refresh()
            if await stores.documents.any():
                looks.open_soon()
            app.state.refresh = refresh
            _give(app, stores, admission, its)
            app.state.reloads.add(FilesAnew(settings, app, wire, students, admission, warming, unserved, adapter_loops))
            loops |= await its.relay(stores.router.outbox, only_outbox=True) | await its.relay(its.database.forgotten)
            app.state.documents = documents_of(stores.documents, place, settings)
            loops |= await _batches(app, admission, callbacks, its) | await its.relay(stores.documents.collection)
            loops |= await _reports(app, stores, its)
            async with at_work(its, loops):
                yield
                await parts.shadows.stop()
                await parts.recorder.settled()

    app = create_app(
        "router",
        settings,
        routers=[api.routes for api in APIS],
        lifespan=lifespan,
        front={**chat.front, **messages.front},
        render=in_shape_of_its_api,
        uploads=large_bodies(settings),
    )
    app.state.callers = Callers()
    app.state.draining.at_the_limit(app.state.callers.stop)
    return app


def _give(app: FastAPI, stores: Stores, admission: Admission, its: Connections) -> None:
    """To the routes."""
    settings: RouterSettings = app.state.parts.settings
    app.state.store, app.state.templates, app.state.ready = stores.router, stores.templates, its.ready
    app.state.admission = admission
    app.state.orders = stores.orders
    app.state.graph, app.state.workers = Looking(stores.graphs), its.workers
    app.state.conversations = Conversations(
        stores.conversations,
        kept_for=timedelta(hours=settings.responses_hours),
        limit_bytes=settings.responses_limit_bytes,
    )


async def _batches(app: FastAPI, admission: Admission, callbacks: Callbacks, its: Connections) -> dict[str, Loop]:
    """To the routes as well. Raises RetryLaterError."""
    current: Callable[[], Parts] = lambda: app.state.parts  # noqa: E731  of the moment
    found = await batches_at_work(its.database, current, admission, ENDPOINTS, callbacks)
    app.state.batches, app.state.singles, app.state.poke_batches = found.batches, found.singles, found.poke
    return found.loops | await its.relay(found.store.items)


async def _reports(app: FastAPI, stores: Stores, its: Connections) -> dict[str, Loop]:
    """To the routes as well. Raises RetryLaterError."""
    settings: RouterSettings = app.state.parts.settings
    loops = asking_loops(stores.reports, lambda: app.state.parts, settings.reports_at_once)
    app.state.reports, app.state.poke_reports = reports_of(stores.reports, settings), poking(loops)
    app.state.workers = its.workers
    return loops | await its.relay(stores.reports.collection)


def _parts(
    settings: RouterSettings,
    files: Files,
    students: LocalStudents,
    stores: Stores,
    admission: Admission,
    its: Connections,
    retrieves: Retrieves,
) -> Parts:
    answering = answering_with(files.catalogue, files.adapters, settings, students)
    memory = Memory(entries=settings.cache_entries, size=settings.cache_bytes)
    kept = timedelta(hours=settings.cache_hours)
    most = settings.cache_known_keys if settings.cache_store_lookup else 0
    known = KeptKeys(stores.router, kept=kept, most=most) if most else None
    sessions = Sessions(settings.sessions)
    around, recorder = _around(files, settings), _recorder(settings, stores, sessions, its)
    return Parts(
        settings=settings,
        catalogue=files.catalogue,
        library=Library(files.templates),
        best=stores.best,
        keys=stores.keys,
        admission=admission,
        models=answering.models,
        platforms=answering.platforms,
        embeddings=answering.embeddings,
        batch_platforms=answering.batch_platforms,
        goes_on=answering.goes_on,
        snapshot=Snapshot(),
        cache=AnswerCache(stores.router, memory, kept=kept, store_lookup=settings.cache_store_lookup, known=known),
        recorder=recorder,
        around=around,
        sessions=sessions,
        estimates=Estimates(settings.aim, most=settings.estimates),
        shadows=shadows_by(settings, around, recorder),
        retrieves=retrieves,
        joins=joins_over(stores.graphs, retrieves),
        notes=stores.orders if settings.learned_order_days else NOTHING_NOTED,
    )


def _recorder(settings: RouterSettings, stores: Stores, sessions: Sessions, its: Connections) -> Recorder:
    return Recorder(
        its.bus.publish,
        stores.router.hold,
        forgets=settings.bus_forgets,
        patience_s=settings.record_patience_ms / 1000,
        answer_unrecorded=settings.answer_unrecorded,
        first=settings.record_first,
        heard=sessions.heard,
    )


def _around(files: Files, settings: RouterSettings) -> Surroundings:
    return Surroundings(
        Breakers(time.monotonic),
        Gates(files.caps),
        RetryBudget(),
        random.Random(),  # noqa: S311  spreads load
        Vanguards(head_start_s=settings.head_start_ms / 1000),
    )


def _loops(app: FastAPI, wire: Wire, store: MongoRouterStore, warming: Warming, refresh: Round) -> dict[str, Loop]:
    parts: Parts = app.state.parts
    return {
        "snapshot": Loop(refresh, every=REFRESH_EVERY_S),
        "warming": Loop(warming.one_more, every=REFRESH_EVERY_S),
        "kept keys": Loop(parts.cache.look_for_keys, every=EVERY_S),
        "estimates": Loop(parts.estimates.one_more, every=REFRESH_EVERY_S),
        "cache tallies": Loop(parts.cache.flush, every=FLUSH_EVERY_S),
        "outbox writer": Loop(store.held.write_once, every=BULK_PAUSE_S),
        "cache writer": Loop(store.kept.write_once, every=BULK_PAUSE_S),
        "idle connections": Loop(wire.close_idle, every=IDLE_S),
        "callers": Loop(app.state.callers.look, every=LOOK_EVERY_S),
    }
