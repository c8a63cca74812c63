"""Where the money goes: by dimension, what was saved, and what the month will have cost."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from ratchet_common.auth import MayRead
from ratchet_common.persons import digest
from ratchet_common.problems import documented
from ratchet_monitor.api.asking import Days, Store, Task, behind_of
from ratchet_monitor.costs import Costs, costs
from ratchet_monitor.forecast import Forecast, forecast
from ratchet_monitor.hours import hour_of
from ratchet_monitor.intake import utc_now
from ratchet_monitor.ledger.asking import beside, broken_down
from ratchet_monitor.ledger.breakdown import Breakdown
from ratchet_monitor.ledger.sheet import Dimension
from ratchet_monitor.spending import Slice, looked_back_to, spent_by_day
from ratchet_monitor.totals import totals

routes = APIRouter(prefix="/api/models/costs", tags=["costs"])
BY_DIGEST = ("user", "document")
ModelName = Annotated[str, Query(max_length=200, description="A model of the catalogue; all if left out")]


@routes.get("/summary")
async def show_costs(caller: MayRead, store: Store, days: Days = 30) -> Costs:
    """What it cost, by model, task and tenant, and what was saved. Embeddings count, as if they were a task."""
    now = utc_now()
    since = hour_of(now - timedelta(days=days))
    missing = await behind_of(store, caller.tenant, since)
    found = await totals(store.buckets, caller.tenant, days, now)
    others = await beside(store.ledger, store.shadows, store.incurred, caller.tenant, since)
    return replace(costs(found, caller.tenant, others), behind=missing)


@routes.get("/by/{dimension}", responses=documented(404))
async def show_breakdown(
    caller: MayRead,
    store: Store,
    dimension: Dimension | Literal["task", "tenant"],
    task_type: Task,
    days: Days = 30,
    limit: Annotated[int, Query(ge=1, le=250, description="of the largest")] = 20,
    name: Annotated[
        list[Annotated[str, Query(min_length=1, max_length=200)]],
        Query(max_length=100, description="What you call it: shown beside, however little it cost"),
    ] = [],  # noqa: B006  FastAPI copies it
) -> Breakdown:
    """The largest first; `others` is the sum of all the rest. Users and documents stand as digests: whoever knows their
    names asks by `name`. Of a user or document that was not among the 250 largest of its task on a day, that day is in
    the others."""
    known = {digest(caller.tenant, one) if dimension in BY_DIGEST else one: one for one in name}
    since = hour_of(utc_now() - timedelta(days=days))
    missing = await behind_of(store, caller.tenant, since, task_type)
    found = await broken_down(store.ledger, caller.tenant, dimension, since, days, task_type, limit, known)
    return replace(found, behind=missing)


@routes.get("/forecast", responses=documented(404))
async def show_forecast(caller: MayRead, store: Store, task_type: Task, model: ModelName = "") -> Forecast:
    """What this month will have cost when it is over, by the last four weeks, with an interval of 80 %."""
    now = utc_now()
    missing = await behind_of(store, caller.tenant, looked_back_to(now), task_type)
    found = forecast(await spent_by_day(store.buckets, caller.tenant, now, Slice(task_type, model)), now)
    return replace(found, behind=missing)
