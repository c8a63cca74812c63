"""Use case: a tenant's rules are looked at, and what waits for nobody's word is escalated.

A look costs the same however much traffic there is: it reads sums, not answers. Whoever was stirred waits for his turn;
how long that is, is looked up for a scrape (telling_of_itself.py), and so is told where nobody looks at all.
"""

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol

from ratchet_monitor.alerts.alert import Alert, alert_id
from ratchet_monitor.alerts.changing import Next, escalated
from ratchet_monitor.alerts.condition import Condition
from ratchet_monitor.alerts.evaluating import evaluated, no_longer
from ratchet_monitor.alerts.receivers import Receiver, steps
from ratchet_monitor.alerts.rules import SLOTS_REACH, Rule
from ratchet_monitor.alerts.silences import Silence, matches, silenced_until
from ratchet_monitor.alerts.windows import Summing, Sums, hours_since, slots_since
from ratchet_monitor.buckets import Cell

IDLE: Final = timedelta(minutes=10)  # between looks where nothing happens: windows move on all the same
DROPPED: Final = timedelta(days=1)  # without an answer
NEVER: Final = timedelta.max
LONG: Final = 6 * 60  # minutes: sums of longer windows move slowly
LONG_FOR: Final = timedelta(minutes=30)  # and are used again for so long
REMEMBERED: Final = 300  # tenants


class Watched(Protocol):
    async def take(self, now: datetime) -> Any: ...
    async def rest(self, look: Any, now: datetime, *, every: timedelta, idle: timedelta, drop: timedelta) -> None: ...


class Alerts(Protocol):
    async def tell(self, conditions: Sequence[Condition]) -> None: ...
    async def watched(self, tenant: str) -> Sequence[Alert]: ...
    async def change(self, tenant: str, its: str, decide: Callable[[Alert], Next | None]) -> Alert | None: ...


class Rules(Protocol):
    async def of(self, tenant: str) -> Sequence[Rule]: ...


class Cells(Protocol):
    def cells(self, tenant: str, since: datetime) -> AsyncIterator[tuple[datetime, str, Cell]]: ...


class Receivers(Protocol):
    async def all(self, tenant: str) -> Sequence[Receiver]: ...


class Silences(Protocol):
    async def all(self, tenant: str) -> Sequence[Silence]: ...


class Beside(Protocol):
    async def look(self, tenant: str, now: datetime) -> None: ...


class Looking:
    """Sums of the windows that a tenant's rules ask for."""

    def __init__(self, slots: Cells, hours: Cells) -> None:
        self._slots, self._hours = slots, hours
        self._long: OrderedDict[str, tuple[datetime, Mapping[int, Sums]]] = OrderedDict()

    async def sums(self, tenant: str, windows: Collection[int], now: datetime) -> Mapping[int, Sums]:
        short = {minutes: slots_since(now, minutes) for minutes in windows if minutes <= SLOTS_REACH}
        hours = {minutes: hours_since(now, minutes) for minutes in windows if SLOTS_REACH < minutes <= LONG}
        long = {minutes: hours_since(now, minutes) for minutes in windows if minutes > LONG}
        found = {**await _summed(self._slots, tenant, short), **await _summed(self._hours, tenant, hours)}
        return {**found, **await self._of_days(tenant, long, now)}

    async def _of_days(self, tenant: str, starts: Mapping[int, datetime], now: datetime) -> Mapping[int, Sums]:
        made_at, found = self._long.get(tenant, (now, {}))
        if starts.keys() <= found.keys() and now - made_at < LONG_FOR:
            return found
        found = await _summed(self._hours, tenant, starts)
        self._long[tenant] = now, found
        self._long.move_to_end(tenant)
        while len(self._long) > REMEMBERED:
            self._long.popitem(last=False)
        return found


async def _summed(cells: Cells, tenant: str, starts: Mapping[int, datetime]) -> Mapping[int, Sums]:
    if not starts:
        return {}
    summing = Summing(starts)
    async for at, task, cell in cells.cells(tenant, summing.since):
        summing.add(at, task, cell)
    return summing.found


class WatchingRules:
    def __init__(
        self,
        watched: Watched,
        alerts: Alerts,
        rules: Rules,
        receivers: Receivers,
        silences: Silences,
        looking: Looking,
        every: timedelta,
        beside: Sequence[Beside] = (),
    ) -> None:
        """`beside`: what is looked at in the same turn."""
        self._watched, self._alerts, self._rules, self._every = watched, alerts, rules, every
        self._receivers, self._silences, self._looking, self._beside = receivers, silences, looking, beside

    async def once(self, now: datetime) -> bool:
        """One tenant. False: none is due."""
        look = await self._watched.take(now)
        if look is None:
            return False
        live = await self.look(look.tenant, now)
        idle, drop = (self._every, NEVER) if live else (IDLE, DROPPED)
        await self._watched.rest(look, now, every=self._every, idle=idle, drop=drop)
        return True

    async def look(self, tenant: str, now: datetime) -> bool:
        """Whether an alert is left that time alone may change."""
        rules = {rule.source: rule for rule in await self._rules.of(tenant) if rule.enabled}
        windows = {minutes for rule in rules.values() for minutes in rule.windows}
        sums = await self._looking.sums(tenant, windows, now)
        said = {_id(one): one for one in evaluated(tenant, list(rules.values()), sums.__getitem__, now)}
        known = {alert.alert_id: alert for alert in await self._alerts.watched(tenant)}
        told = [one for its, one in said.items() if one.holds or its in known]
        gone = [alert for its, alert in known.items() if alert.kind == "rule" and its not in said]
        await self._alerts.tell([*told, *(no_longer(alert, rules.get(alert.source), now) for alert in gone)])
        for one in self._beside:
            await one.look(tenant, now)
        left = await self._alerts.watched(tenant)
        await self._escalate(tenant, left, now)
        return any(alert.live for alert in left)

    async def _escalate(self, tenant: str, left: Sequence[Alert], now: datetime) -> None:
        waiting = [one for one in left if one.state == "open" and not one.acknowledged_at]
        if not waiting:
            return
        receivers, silences = await self._receivers.all(tenant), await self._silences.all(tenant)
        for alert in waiting:
            if silenced_until(silences, alert.matched, now) is None:
                for step in steps(one for one in receivers if matches(one.match, alert.matched)):
                    await self._alerts.change(tenant, alert.alert_id, partial(escalated, step=step, at=now))


def _id(said: Condition) -> str:
    return alert_id(said.tenant, said.source, said.subject)
