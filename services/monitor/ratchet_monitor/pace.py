"""Work that grows with the data must leave room for the requests: whoever worked rests in proportion."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from ratchet_common.request_log import UNNOTICED

REST: Final = 4.0  # times as long as the work took
REST_WITHOUT_REQUESTS: Final = 1.0  # the other services work on the same store
QUIET_S: Final = 2.0  # so long after the last request nobody waits

Rest = Callable[[], float]  # times as long as the work took


class Requests:
    """Whether somebody is being answered, or was a moment ago."""

    def __init__(self) -> None:
        self._going = 0
        self._last = float("-inf")

    def begin(self) -> None:
        self._going += 1

    def end(self, at: float) -> None:
        """`at`: seconds, of the same clock as those of `rest`."""
        self._going, self._last = self._going - 1, at

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
            await asyncio.sleep(rest() * (time.monotonic() - started))
        return more

    return rested
