"""Performance, and its summary together with costs."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from ratchet_common.auth import MayRead
from ratchet_common.problems import documented
from ratchet_monitor.api.asking import Days, Store, Task, behind_of
from ratchet_monitor.costs import Summary, summary
from ratchet_monitor.intake import utc_now
from ratchet_monitor.performance import Performance, performance
from ratchet_monitor.totals import WITH_LATENCIES, only, totals

routes = APIRouter(prefix="/api/models", tags=["numbers"])


@routes.get("/performance", responses=documented(404))
async def show_performance(
    caller: MayRead,
    store: Store,
    task_type: Task,
    model_version: Annotated[str, Query(max_length=200, description="A version_id; all if left out")] = "",
    days: Days = 30,
) -> Performance:
    """Accuracy, confidence, time, cost and errors; answers out of the cache are counted and otherwise left out,
    embeddings wholly."""
    now = utc_now()
    missing = await behind_of(store, caller.tenant, now - timedelta(days=days), task_type)
    found = await totals(store.buckets, caller.tenant, days, now, task_type, WITH_LATENCIES)
    return replace(performance(only(found, lambda subject: model_version in ("", subject.version_id))), behind=missing)


@routes.get("/metrics/summary")
async def show_summary(caller: MayRead, store: Store, days: Days = 30) -> Summary:
    """The few numbers that say how the tenant's loop is doing."""
    now = utc_now()
    since = now - timedelta(days=days)
    missing = await behind_of(store, caller.tenant, since)
    found = await totals(store.buckets, caller.tenant, days, now)
    late = await store.facts.late(caller.tenant, since)
    return replace(summary(found, await store.experiments.traffic(caller.tenant), late, now), behind=missing)
