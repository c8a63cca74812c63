"""Use case: what was spent and saved over some days, out of the ledger's sheets."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Protocol

from ratchet_monitor.costs import Beside
from ratchet_monitor.ledger.breakdown import Adding, Breakdown
from ratchet_monitor.ledger.sheet import TOTAL
from ratchet_monitor.ledger.sums import sums
from ratchet_monitor.ledger.table import Table


class Page(Protocol):
    @property
    def task_type(self) -> str: ...
    @property
    def table(self) -> Table: ...


class Ledger(Protocol):
    def merged(self, tenant: str, since: datetime, dimension: str, task_type: str = "") -> AsyncIterator[Page]:
        """From the hour `since` on, each of some hours or days of a task. Not to be changed."""


class Shadows(Protocol):
    async def cost(self, tenant: str, since: datetime) -> int: ...


class Incurred(Protocol):
    async def cost(self, tenant: str, since: datetime) -> Mapping[str, int]: ...


async def beside(ledger: Ledger, shadows: Shadows, incurred: Incurred, tenant: str, since: datetime) -> Beside:
    by_reference: dict[str, int] = {}
    batching = provider_cache = 0
    async for page in ledger.merged(tenant, since, "reference"):
        for name, row in page.table.rows.items():
            its = sums(row)
            batching, provider_cache = batching + its.batch_saved, provider_cache + its.provider_cache_saved
            if its.compared:
                by_reference[name] = by_reference.get(name, 0) + its.routing_saved
    paid = await incurred.cost(tenant, since)
    return Beside(
        of_shadows=await shadows.cost(tenant, since),
        of_training=paid.get("training", 0),
        of_evaluations=paid.get("evaluation", 0),
        batching_saved=batching,
        provider_cache_saved=provider_cache,
        by_reference=by_reference,
    )


async def broken_down(
    ledger: Ledger,
    tenant: str,
    dimension: str,
    since: datetime,
    days: int,
    task_type: str,
    limit: int,
    names: Mapping[str, str],
) -> Breakdown:
    """By task and tenant it is the totals of the sheets that are added up."""
    adding, whole = Adding(names), dimension in ("task", "tenant")
    async for page in ledger.merged(tenant, since, TOTAL if whole else dimension, task_type):
        key = page.task_type if dimension == "task" else tenant
        adding.include(Table([key], page.table.numbers) if whole and page.table.names else page.table)
    return adding.breakdown(dimension, days, limit)
