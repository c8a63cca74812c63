"""Work that grows with the data must leave room for requests and events: whoever worked rests in proportion."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from ratchet_common.messaging import Handle
from ratchet_common.request_log import UNNOTICED

REST: Final = 4.0  # times as long as the work took
REST_WITHOUT_REQUESTS: Final = 1.0  # the other services work on the same store
QUIET_S: Final = 2.0  # so long after the last request nobody waits
LOOK_UP_S: Final = 0.5
MANY: Final = 100  # events at once: more are waiting, and the hour that is built now will be built again

Rest = Callable[[], float]  # times as long as the work took


class Requests:
    """Whether somebody is being answered, or was a moment ago; or events come in numbers."""

    def __init__(self) -> None:
        self._going = 0
        self._last = float("-inf")

    def begin(self) -> None:
        self._going += 1

    def end(self, at: float) -> None:
        """`at`: seconds, of the same clock as those of `rest`."""
        self._going, self._last = self._going - 1, max(self._last, at)

    def came(self, events: int, at: float) -> None:
        if events >= MANY:
            self._last = max(self._last, at)

    def noticing(self, handle: Handle) -> Handle:
        """`handle`, of whose events these know."""

        async def on_events(events: Sequence[Any]) -> None:
            self.came(len(events), time.monotonic())
            await handle(events)

        return on_events

    def rest(self, at: float) -> float:
        """Times as long as the work took."""
        return REST if self._going or at < self._last + QUIET_S else REST_WITHOUT_REQUESTS

    def rest_now(self) -> float:
        return self.rest(time.monotonic())


class Noticing:
    """Around the app: tells `requests` of those that come over HTTP."""

    def __init__(self, app: ASGIApp, requests: Requests) -> None:
        self._app, self._requests = app, requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNNOTICED:
            await self._app(scope, receive, send)
            return
        self._requests.begin()
        try:
            await self._app(scope, receive, send)
        finally:
            self._requests.end(time.monotonic())


def at_rest() -> float:
    return REST


def resting(round_: Callable[[], Awaitable[bool]], rest: Rest = at_rest) -> Callable[[], Awaitable[bool]]:
    async def rested() -> bool:
        started = time.monotonic()
        more = await round_()
        if more:
            await _rest(time.monotonic() - started, rest)
        return more

    return rested


async def _rest(worked_s: float, rest: Rest) -> None:
    """Looks up now and then: once nobody waits any more, less is enough."""
    rested_s = 0.0
    while (left := rest() * worked_s - rested_s) > 0:
        step = min(left, LOOK_UP_S)
        await asyncio.sleep(step)
        rested_s += step
