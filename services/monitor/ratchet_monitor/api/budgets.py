"""Monthly budgets: what they are, and how far they are used up."""

from typing import Annotated, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.errors import NotFoundError, RefusedError
from ratchet_common.problems import documented
from ratchet_monitor.api.alert_rules import NAME
from ratchet_monitor.api.asking import Store
from ratchet_monitor.budgets.budget import Budget, BudgetBody, unfit
from ratchet_monitor.forecast import Forecast, forecast
from ratchet_monitor.intake import utc_now
from ratchet_monitor.spending import spent_on_slices
from ratchet_monitor.store import MonitorStore

BudgetId = Annotated[str, Path(pattern=NAME)]

routes = APIRouter(prefix="/api/models/costs/budgets", tags=["costs"])


class NoSuchBudgetError(NotFoundError):
    type = "unknown-budget"
    title = "There is no such budget"

    @classmethod
    def of(cls, name: str) -> Self:
        return cls(f"There is no budget {name}; `GET /api/models/costs/budgets` lists them.")


class UnfitBudgetError(RefusedError):
    type = "unfit-budget"
    title = "The budget could never tell anybody"


class ShownBudget(Budget):
    """`used`: spent in this month, as a share of the amount."""

    used: float
    month: Forecast


class Budgets(BaseModel):
    items: list[ShownBudget]


@routes.get("")
async def list_budgets(caller: MayRead, store: Store) -> Budgets:
    """At most 200, by name, each with what is spent of it in this month and what that will come to."""
    return Budgets(items=await _shown(store, caller.tenant, list(await store.budgets.all(caller.tenant))))


@routes.post("", status_code=201, responses=documented(409))
async def create_budget(caller: MayOperate, store: Store, body: Budget) -> Budget:
    """It is looked at within a minute: whatever share has been reached already is told once."""
    _check(body)
    await store.budgets.add(caller.tenant, body.budget_id, body)
    await store.watched.stir({caller.tenant}, utc_now())
    return body


@routes.get("/{budget_id}", responses=documented(404))
async def show_budget(caller: MayRead, store: Store, budget_id: BudgetId) -> ShownBudget:
    found = await store.budgets.one(caller.tenant, budget_id)
    if found is None:
        raise NoSuchBudgetError.of(budget_id)
    (shown,) = await _shown(store, caller.tenant, [found])
    return shown


@routes.put("/{budget_id}", responses=documented(404))
async def replace_budget(caller: MayOperate, store: Store, budget_id: BudgetId, body: BudgetBody) -> Budget:
    """Alerts of shares that are not reached any more close."""
    _check(body)
    if await store.budgets.one(caller.tenant, budget_id) is None:
        raise NoSuchBudgetError.of(budget_id)
    budget = Budget(budget_id=budget_id, **body.model_dump())
    await store.budgets.put(caller.tenant, budget_id, budget)
    await store.watched.stir({caller.tenant}, utc_now())
    return budget


@routes.delete("/{budget_id}", status_code=204, responses=documented(404))
async def delete_budget(caller: MayOperate, store: Store, budget_id: BudgetId) -> None:
    """Its alerts close."""
    if not await store.budgets.delete(caller.tenant, budget_id):
        raise NoSuchBudgetError.of(budget_id)
    await store.watched.stir({caller.tenant}, utc_now())


def _check(budget: BudgetBody) -> None:
    """Raises UnfitBudgetError."""
    if found := unfit(budget):
        raise UnfitBudgetError(found.why, field=found.field)


async def _shown(store: MonitorStore, tenant: str, found: list[Budget]) -> list[ShownBudget]:
    if not found:
        return []
    now = utc_now()
    spent = await spent_on_slices(store.buckets, tenant, now, {one.slice for one in found})
    shown: list[ShownBudget] = []
    for one in found:
        month = forecast(spent[one.slice], now)
        shown.append(ShownBudget(**one.model_dump(), used=round(month.spent / one.amount_usd, 6), month=month))
    return shown
