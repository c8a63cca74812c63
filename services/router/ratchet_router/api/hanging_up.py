"""Has the client hung up? Asked of the server without waiting, of all whose requests are under way.

The router may also be the one who goes: what is under way at the limit of its stop is ended here, too.
"""

import asyncio
from types import TracebackType
from typing import Any

from fastapi import Request

from ratchet_common.bounded_http import CONNECTION, BoundedHttp
from ratchet_common.errors import RefusedError
from ratchet_common.inbound import at_once

LOOK_EVERY_S = 0.25


class HungUpError(RefusedError):
    """Nobody will read this."""

    status = 499
    type = "hung-up"
    title = "The client hung up"


class StoppingError(RefusedError):
    status = 503
    type = "stopping"
    title = "The router was stopped before the answer was there"

    def __init__(self) -> None:
        super().__init__("The router was stopped before the answer was whole: send the request again.")
        self.headers = {"Retry-After": "1"}


async def hung_up(request: Request) -> bool:
    """Once the body was read, all that can come is the end of the connection.

    Of another server than ours one step of `receive` shows whether it is there. The cancel scope that Starlette's
    `is_disconnected` opens for the same costs a tenth of the whole request.
    """
    connection: BoundedHttp | None = request.scope.get(CONNECTION)
    if connection is not None:
        return connection.lost
    there = at_once(request.receive)
    return there is not None and bool(there["type"] == "http.disconnect")


class Callers:
    """Those who wait for an answer. A look now and then finds who has gone, and ends the work for him."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Task[Any], Request] = {}
        self._ended: dict[asyncio.Task[Any], RefusedError] = {}

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def watching(self, request: Request) -> "Watched":
        """Once the body was read. Raises HungUpError when the client goes, StoppingError when the router does."""
        return Watched(self, request)

    def come(self, task: asyncio.Task[Any], request: Request) -> None:
        self._waiting[task] = request

    def go(self, task: asyncio.Task[Any]) -> RefusedError | None:
        """Why it was ended, if it was."""
        self._waiting.pop(task, None)
        return self._ended.pop(task, None)

    async def look(self) -> None:
        for task, request in list(self._waiting.items()):
            if task not in self._ended and not task.done() and await hung_up(request):
                self._end(task, HungUpError("The client hung up before the answer was there."))

    def stop(self) -> None:
        """Ends the work for all of them."""
        for task in list(self._waiting):
            if task not in self._ended and not task.done():
                self._end(task, StoppingError())

    def _end(self, task: asyncio.Task[Any], why: RefusedError) -> None:
        self._ended[task] = why
        task.cancel()


class Watched:
    """A class of its own, since a generator's context would cost three times as much."""

    __slots__ = ("_callers", "_request", "_task")

    def __init__(self, callers: Callers, request: Request) -> None:
        self._callers, self._request = callers, request

    def __enter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A request is answered in a task.")
        self._task = task
        self._callers.come(task, self._request)

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        why = self._callers.go(self._task)
        if why is not None and kind is asyncio.CancelledError:
            self._task.uncancel()
            raise why from None
