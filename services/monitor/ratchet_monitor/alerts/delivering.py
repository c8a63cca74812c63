"""Use case: deliveries that are due go out, each under its lease. Who is slow keeps one worker, and of others none."""

import logging
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from itertools import product
from typing import Any, Final, Protocol, get_args

from prometheus_client import Counter as Counted

from ratchet_monitor.alerts.delivery import Delivery, State, not_taken, taken
from ratchet_monitor.alerts.receivers import Kind, Receiver

log = logging.getLogger(__name__)
SENT: Final = Counted("ratchet_alert_deliveries", "Tries to tell a receiver of alerts", ["kind", "outcome"])
for _kind, _outcome in product(get_args(Kind), get_args(State)):
    SENT.labels(_kind, _outcome)  # there from the start: a rate sees no step that begins with one
MOST_OF_ONE: Final = 2  # of a tenant's at once, in one process
GONE: Final = "Its receiver is gone or switched off."


class NotSentError(Exception):
    """A sentence: why it was not taken. Never a URL, a secret or an address."""


class Send(Protocol):
    async def __call__(self, receiver: Receiver, one: Delivery, now: datetime) -> None:
        """Bounded in time. Raises NotSentError."""


class Held(Protocol):
    @property
    def delivery(self) -> Delivery: ...


class Due(Protocol):
    async def take(self, now: datetime, busy: Collection[str]) -> Any: ...
    async def settle(self, held: Any, after: Delivery) -> None: ...


class Receivers(Protocol):
    async def one(self, tenant: str, name: str) -> Receiver | None: ...


class Delivering:
    """Shared by the workers of one process."""

    def __init__(self, due: Due, receivers: Receivers, send: Send) -> None:
        self._due, self._receivers, self._send = due, receivers, send
        self._at_work: Counter[str] = Counter()

    async def once(self, now: datetime) -> bool:
        """False: nothing is due."""
        busy = [tenant for tenant, n in self._at_work.items() if n >= MOST_OF_ONE]
        held: Held | None = await self._due.take(now, busy)
        if held is None:
            return False
        tenant = held.delivery.tenant
        self._at_work[tenant] += 1
        try:
            await self._due.settle(held, await self._tried(held.delivery, now))
        finally:
            self._at_work[tenant] -= 1
            self._at_work += Counter()  # drops the zeros
        return True

    async def _tried(self, one: Delivery, now: datetime) -> Delivery:
        receiver = await self._receivers.one(one.tenant, one.receiver_id)
        if receiver is None or not receiver.enabled:
            return not_taken(one, GONE, now, hopeless=True)
        try:
            await self._send(receiver, one, now)
        except NotSentError as error:
            after = not_taken(one, str(error), now)
            if after.state == "failed":
                log.warning(
                    "The receiver %s of the tenant %s took nothing: %s", receiver.receiver_id, one.tenant, error
                )
        else:
            after = taken(one, now)
        SENT.labels(receiver.kind, after.state).inc()
        return after
