"""Use case: changes that have waited long enough become deliveries, one for each receiver of a group."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

from ratchet_monitor.alerts.alert import Alert
from ratchet_monitor.alerts.changing import Next
from ratchet_monitor.alerts.delivery import Delivery, delivery_of
from ratchet_monitor.alerts.grouping import (
    all_told,
    came_and_went,
    due_groups,
    given_to,
    items,
    looked_at,
    never_told,
    silent_until,
)
from ratchet_monitor.alerts.receivers import Receiver
from ratchet_monitor.alerts.silences import Silence


class Untold(Protocol):
    async def untold(self, until: datetime) -> Sequence[str]: ...
    async def to_tell(self, tenant: str) -> Sequence[Alert]: ...
    async def withhold(self, tenant: str) -> None: ...
    async def settle(self, before: Alert, after: Alert, tell_at: datetime | None) -> bool: ...
    async def change(self, tenant: str, its: str, decide: Callable[[Alert], Next | None]) -> Alert | None: ...


class Deliveries(Protocol):
    async def add(self, made: Collection[Delivery]) -> None: ...
    async def turn(self, tenant: str) -> Any:
        """A lease, so that one worker at a time makes a tenant's deliveries. None: another one does."""

    async def keep(self, turn: Any) -> bool:
        """False: it ran out, and another worker may be at it."""

    async def leave(self, turn: Any) -> None: ...


class Silences(Protocol):
    async def all(self, tenant: str) -> Sequence[Silence]: ...


class Receivers(Protocol):
    async def all(self, tenant: str) -> Sequence[Receiver]: ...


class Telling:
    def __init__(
        self, alerts: Untold, deliveries: Deliveries, receivers: Receivers, silences: Silences, wait: timedelta
    ) -> None:
        self._alerts, self._deliveries, self._wait = alerts, deliveries, wait
        self._receivers, self._silences = receivers, silences

    async def once(self, now: datetime) -> None:
        for tenant in await self._alerts.untold(now - self._wait):
            turn = await self._deliveries.turn(tenant)
            if turn is None:
                continue
            try:
                await self._of(tenant, turn, now)
            finally:
                await self._deliveries.leave(turn)

    async def _of(self, tenant: str, turn: Any, now: datetime) -> None:
        waiting = await self._alerts.to_tell(tenant)
        receivers = await self._receivers.all(tenant)
        if any(alert.telling for alert in waiting):
            await self._alerts.withhold(tenant)
            waiting = await self._alerts.to_tell(tenant)
            await self._deliver_left(tenant, waiting, receivers, turn, now)
        heard = await self._not_silenced(tenant, waiting, now)
        for group in due_groups(heard, self._wait, now):
            await self._tell(tenant, group, receivers, turn, now)

    async def _deliver_left(
        self, tenant: str, waiting: Sequence[Alert], receivers: Sequence[Receiver], turn: Any, now: datetime
    ) -> None:
        """By a worker that was killed, or lost its turn. One that was only held up adds nothing to them afterwards:
        its deliveries are in the store by then, and would not be made again for what it adds."""
        left: dict[str, list[Alert]] = defaultdict(list)
        for alert in waiting:
            if alert.telling:
                left[alert.telling.batch].append(alert)
        for batch, of_it in left.items():
            await self._deliver(tenant, batch, of_it, receivers, turn, now)

    async def _not_silenced(self, tenant: str, waiting: Sequence[Alert], now: datetime) -> list[Alert]:
        silences = await self._silences.all(tenant)
        heard = []
        for alert in waiting:
            until = silent_until(alert, silences, now)
            if until is None:
                heard.append(alert)
            elif not alert.telling:
                gone = came_and_went(alert)
                await self._alerts.settle(
                    alert, never_told(alert) if gone else looked_at(alert), None if gone else until
                )
        return heard

    async def _tell(
        self, tenant: str, group: Sequence[Alert], receivers: Sequence[Receiver], turn: Any, now: datetime
    ) -> None:
        """An alert that was changed meanwhile waits for the next round."""
        batch, given = uuid4().hex, []
        for alert in group:
            if not await self._deliveries.keep(turn):
                return  # what was given to the batch is delivered by whoever has the turn now
            after = given_to(batch, alert)
            if await self._alerts.settle(alert, after, None):
                given.append(after)
        await self._deliver(tenant, batch, given, receivers, turn, now)

    async def _deliver(
        self, tenant: str, batch: str, given: Sequence[Alert], receivers: Sequence[Receiver], turn: Any, now: datetime
    ) -> None:
        if not given or not await self._deliveries.keep(turn):
            return
        found = [(one, items(one, given)) for one in receivers]
        made = [delivery_of(tenant, one, batch, given[0].group, its, now) for one, its in found if its]
        await self._deliveries.add(made)
        for alert in given:
            await self._alerts.change(tenant, alert.alert_id, lambda its: _off(its, batch))


def _off(alert: Alert, batch: str) -> Next | None:
    return (all_told(alert), None) if alert.telling and alert.telling.batch == batch else None
