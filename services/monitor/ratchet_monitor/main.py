"""The composition root of the monitor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from ratchet_common.forgetting import forgetting
from ratchet_common.http import create_app
from ratchet_common.service import RARELY_S, at_work, connections
from ratchet_monitor.api import experiments, numbers
from ratchet_monitor.consumers import hear
from ratchet_monitor.loops import loops
from ratchet_monitor.settings import MonitorSettings
from ratchet_monitor.store import MonitorStore


def build(settings: MonitorSettings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with connections("monitor", settings) as its:
            store = MonitorStore(its.database, settings.keeping)
            await store.create_indexes()
            hear(its, store, settings.keeping, await forgetting(its.database, its.name, store.traces.steps))
            relays = await its.relay(store.experiments.collection) | await its.relay(store.qualities.collection)
            relays |= await its.relay(its.database.forgotten, idle=RARELY_S)
            app.state.store, app.state.rules, app.state.ready = store, settings.rules, its.ready
            async with at_work(its, relays | loops(store, settings)):
                yield

    return create_app("monitor", settings, routers=[numbers.routes, experiments.routes], lifespan=lifespan)
