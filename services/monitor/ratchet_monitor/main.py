"""The composition root of the monitor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from ratchet_common.edge import BODY_PATIENCE_S, Upload
from ratchet_common.forgetting import forgetting
from ratchet_common.http import create_app
from ratchet_common.service import at_work, connections
from ratchet_monitor.alerts.sending import senders_of
from ratchet_monitor.api import (
    accuracy,
    alert,
    alert_rules,
    alerts,
    budgets,
    costs,
    drift,
    experiments,
    invoices,
    numbers,
    prompts,
    receivers,
    reports,
    silences,
    studies,
)
from ratchet_monitor.consumers import hear
from ratchet_monitor.held import MB, Held
from ratchet_monitor.intake import utc_now
from ratchet_monitor.loops import alert_loops, drift_loops, loops
from ratchet_monitor.measuring import Measuring
from ratchet_monitor.pace import Noticing, Requests
from ratchet_monitor.settings import MonitorSettings
from ratchet_monitor.store import MonitorStore
from ratchet_monitor.store.keys import kept_key
from ratchet_monitor.telling_of_itself import late_rules, marked, open_alerts


def build(settings: MonitorSettings) -> FastAPI:
    senders, requests = senders_of(settings), Requests()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with connections("monitor", settings, app) as its, senders.webhooks.wire:
            held = Held(settings.held_mb * MB)
            store = MonitorStore(its.database, settings.keeping, alert_defaults=settings.alert_defaults, held=held)
            await store.create_indexes()
            forgets = await forgetting(its.database, its.name, store.traces.steps)
            measuring = Measuring(await kept_key(its.database), settings.measured_at_once)
            hear(its, store, settings.keeping, forgets, measuring, requests)
            relays = await its.relay(store.experiments.collection) | await its.relay(store.qualities.collection)
            relays |= await its.relay(store.studies.collection)
            relays |= await its.relay(its.database.forgotten)
            relays |= await its.relay(store.alerts.collection)
            app.state.store, app.state.rules, app.state.ready = store, settings.rules, its.ready
            app.state.workers = its.workers
            app.state.keeping = settings.keeping
            its.measures.add("open alerts", partial(open_alerts, store.alerts))
            its.measures.add("late rules", partial(late_rules, store.watched, utc_now))
            its.measures.add("changed hours", partial(marked, "changed hours", store.changed))
            its.measures.add("changed streams", partial(marked, "changed streams", store.to_stream))
            app.state.senders, app.state.drift = senders, settings.drift
            work = (
                loops(store, settings, requests) | drift_loops(store, settings) | alert_loops(store, senders, settings)
            )
            async with at_work(its, relays | work):
                yield

    of_alerts = [alerts.routes, alert_rules.routes, receivers.routes, silences.routes, alert.routes]
    of_numbers = [accuracy.routes, drift.routes, numbers.routes, prompts.routes, reports.routes]
    of_money = [budgets.routes, costs.routes, invoices.routes]
    app = create_app(
        "monitor",
        settings,
        routers=[*of_alerts, *of_numbers, *of_money, studies.routes, experiments.routes],
        lifespan=lifespan,
        uploads={("POST", invoices.PATH): Upload(settings.invoice_bytes, BODY_PATIENCE_S, "MONITOR_INVOICE_BYTES")},
    )
    app.add_middleware(Noticing, requests=requests)
    return app
