"""Use case: a tenant's budgets are looked at beside its rules, and no more often than is said."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from ratchet_monitor.alerts.alert import Alert
from ratchet_monitor.alerts.condition import Condition
from ratchet_monitor.budgets.alarms import KIND, alarms, no_longer
from ratchet_monitor.budgets.budget import Budget
from ratchet_monitor.spending import spent_on_slices
from ratchet_monitor.totals import Buckets

REMEMBERED: Final = 1_000  # tenants


class Budgets(Protocol):
    async def all(self, tenant: str) -> Sequence[Budget]: ...


class Alerts(Protocol):
    async def tell(self, conditions: Sequence[Condition]) -> None: ...
    async def watched(self, tenant: str) -> Sequence[Alert]: ...


class WatchingBudgets:
    def __init__(self, budgets: Budgets, buckets: Buckets, alerts: Alerts, every: timedelta) -> None:
        self._budgets, self._buckets, self._alerts, self._every = budgets, buckets, alerts, every
        self._looked: OrderedDict[str, tuple[datetime, Sequence[Budget]]] = OrderedDict()

    async def look(self, tenant: str, now: datetime) -> None:
        """At once where budgets have changed since; else after a while."""
        found = list(await self._budgets.all(tenant))
        looked_at, known = self._looked.get(tenant, (None, []))
        if looked_at and found == known and now - looked_at < self._every:
            return
        await self._tell(tenant, found, now)
        self._looked[tenant] = now, found
        self._looked.move_to_end(tenant)
        while len(self._looked) > REMEMBERED:
            self._looked.popitem(last=False)

    async def _tell(self, tenant: str, found: Sequence[Budget], now: datetime) -> None:
        """Months and days of all that there is are read once, for all budgets."""
        on = [one for one in found if one.enabled]
        open_ones = {(one.source, one.subject): one for one in await self._alerts.watched(tenant) if one.kind == KIND}
        spent = await spent_on_slices(self._buckets, tenant, now, {one.slice for one in on}) if on else {}
        said = [one for budget in on for one in alarms(tenant, budget, spent[budget.slice], now)]
        told = [one for one in said if one.holds or (one.source, one.subject) in open_ones]
        names = {(one.source, one.subject) for one in said}
        gone = [no_longer(alert, now) for name, alert in open_ones.items() if name not in names]
        if told or gone:
            await self._alerts.tell([*told, *gone])
