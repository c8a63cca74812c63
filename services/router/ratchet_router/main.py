"""The router's composition root: the only place where adapters meet."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Self

from fastapi import FastAPI

from ratchet_common.background import Loop, Round
from ratchet_common.http import create_app
from ratchet_common.service import Connections, at_work, connections
from ratchet_providers.local_student import LocalStudents
from ratchet_providers.wire import IDLE_S, Wire
from ratchet_router.admitting import admitting
from ratchet_router.api.all import FRONT, ROUTERS
from ratchet_router.api.batch_endpoints import ENDPOINTS
from ratchet_router.api.hanging_up import LOOK_EVERY_S, Callers
from ratchet_router.api.large_bodies import large_bodies
from ratchet_router.api.troubles import in_shape_of_its_api
from ratchet_router.batches.at_work import batches_at_work
from ratchet_router.batches.callbacks import Callbacks, callbacks_of
from ratchet_router.conversations import Conversations
from ratchet_router.documents.files import FilePlace, files_at
from ratchet_router.documents.keeping import documents_of
from ratchet_router.files import AdapterLoops, Files, read_files, started
from ratchet_router.files_anew import FilesAnew
from ratchet_router.graph.looking import Looking
from ratchet_router.grounding.by_settings import from_index
from ratchet_router.grounding.order.learned import Orders
from ratchet_router.grounding.order.listening import order_loops
from ratchet_router.grounding.reranker import Reranker, reranker_of
from ratchet_router.grounding.sources import Retrieves
from ratchet_router.hearing import hear
from ratchet_router.kept_keys import EVERY_S
from ratchet_router.limits.admission import Admission
from ratchet_router.parts import Parts
from ratchet_router.parts_by_settings import parts_by
from ratchet_router.refreshing import refreshed
from ratchet_router.reporting.at_work import asking_loops, poking
from ratchet_router.reporting.reports import reports_of
from ratchet_router.settings import RouterSettings
from ratchet_router.snapshot import REFRESH_EVERY_S
from ratchet_router.still_to_forget import StillToForget
from ratchet_router.store import MongoRouterStore
from ratchet_router.stores import Stores
from ratchet_router.unserved import Unserved
from ratchet_router.warming import Warming

FLUSH_EVERY_S = 5.0
BULK_PAUSE_S = 0.05  # after a failed round


@dataclass(frozen=True, slots=True)
class Outside:
    """What the settings name outside of this process, read and not begun yet: what is wrong with it stops the start."""

    wire: Wire
    files: Files
    callbacks: Callbacks
    reranker: Reranker | None
    place: FilePlace

    @classmethod
    def by(cls, settings: RouterSettings, current: Callable[[], Parts]) -> Self:
        """Raises CannotStartError."""
        wire = Wire()
        return cls(
            wire,
            read_files(settings, wire),
            callbacks_of(settings, wire),
            reranker_of(settings, wire, current),
            files_at(settings.documents_url, most=settings.document_bytes),
        )


def build(settings: RouterSettings, retrieves: Retrieves | None = None) -> FastAPI:
    """`retrieves`: looks into the tenants' documents; else the settings' index does. Raises CannotStartError."""
    outside = Outside.by(settings, lambda: app.state.parts)
    app = create_app(
        "router",
        settings,
        routers=ROUTERS,
        lifespan=partial(_alive, settings, outside, retrieves),
        front=FRONT,
        render=in_shape_of_its_api,
        uploads=large_bodies(settings),
    )
    app.state.callers = Callers()
    app.state.draining.at_the_limit(app.state.callers.stop)
    return app


@asynccontextmanager
async def _alive(
    settings: RouterSettings, outside: Outside, retrieves: Retrieves | None, app: FastAPI
) -> AsyncIterator[None]:
    files, wire = outside.files, outside.wire
    async with (
        connections("router", settings, app) as its,
        wire,
        admitting(settings, files.limits, its.database) as admission,
        AdapterLoops() as adapter_loops,
    ):
        stores = Stores.of(its.database, settings)
        await stores.create_indexes()
        orders = Orders()
        looks = retrieves or from_index(settings, stores.documents, outside.reranker, orders, lambda: app.state.parts)
        await started(files.adapters)
        adapter_loops.use(files.adapters)
        students, platforms = LocalStudents(its.workers), files.catalogue.platforms
        warming, unserved = Warming(students, platforms), Unserved(platforms)
        parts = app.state.parts = parts_by(settings, files, students, stores, admission, its, looks)
        refresh = partial(refreshed, app, stores, warming, unserved, StillToForget(stores.router, stores.kept))
        loops = _loops(app, wire, stores.router, warming, refresh) | {"limits": admission.loop}
        loops |= order_loops(stores.orders, orders)
        await hear(its, settings, stores, loops["snapshot"].poke)
        await refresh()
        if await stores.documents.any():
            looks.open_soon()
        app.state.refresh = refresh
        app.state.reloads.add(FilesAnew(settings, app, wire, students, admission, warming, unserved, adapter_loops))
        _give(app, stores, outside.place, admission, its)
        loops |= await _relays(its, stores) | await _batches(app, admission, outside.callbacks, its)
        loops |= _reports(app, stores)
        async with at_work(its, loops):
            yield
            await parts.shadows.stop()
            await parts.recorder.settled()


def _give(app: FastAPI, stores: Stores, place: FilePlace, admission: Admission, its: Connections) -> None:
    """To the routes."""
    settings: RouterSettings = app.state.parts.settings
    app.state.store, app.state.templates, app.state.ready = stores.router, stores.templates, its.ready
    app.state.admission, app.state.workers = admission, its.workers
    app.state.orders, app.state.graph = stores.orders, Looking(stores.graphs)
    app.state.documents = documents_of(stores.documents, place, settings)
    app.state.conversations = Conversations(
        stores.conversations,
        kept_for=timedelta(hours=settings.responses_hours),
        limit_bytes=settings.responses_limit_bytes,
    )


async def _relays(its: Connections, stores: Stores) -> dict[str, Loop]:
    """Raises RetryLaterError."""
    loops = await its.relay(stores.router.outbox, only_outbox=True)
    for collection in (its.database.forgotten, stores.documents.collection, stores.reports.collection):
        loops |= await its.relay(collection)
    return loops


async def _batches(app: FastAPI, admission: Admission, callbacks: Callbacks, its: Connections) -> dict[str, Loop]:
    """To the routes as well. Raises RetryLaterError."""
    current: Callable[[], Parts] = lambda: app.state.parts  # noqa: E731  of the moment
    found = await batches_at_work(its.database, current, admission, ENDPOINTS, callbacks)
    app.state.batches, app.state.singles, app.state.poke_batches = found.batches, found.singles, found.poke
    return found.loops | await its.relay(found.store.items)


def _reports(app: FastAPI, stores: Stores) -> dict[str, Loop]:
    """To the routes as well."""
    settings: RouterSettings = app.state.parts.settings
    loops = asking_loops(stores.reports, lambda: app.state.parts, settings.reports_at_once)
    app.state.reports, app.state.poke_reports = reports_of(stores.reports, settings), poking(loops)
    return loops


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
