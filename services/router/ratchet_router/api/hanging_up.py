"""Has the client hung up? Asked of the server without waiting, of all whose requests are under way."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fastapi import Request

from ratchet_common.errors import RefusedError

LOOK_EVERY_S = 0.25


class HungUpError(RefusedError):
    """Nobody will read this."""

    status = 499
    type = "hung-up"
    title = "The client hung up"


async def hung_up(request: Request) -> bool:
    """Once the body was read, all that can come is the end of the connection.

    One step of `receive` shows whether it is there. The cancel scope that Starlette's `is_disconnected` opens for the
    same costs a tenth of the whole request.
    """
    waiting = request.receive()
    try:
        waiting.send(None)  # type: ignore[attr-defined]  # what ASGI servers give is a coroutine
    except StopIteration as there:
        return bool(there.value["type"] == "http.disconnect")
    finally:
        waiting.close()  # type: ignore[attr-defined]
    return False


class Callers:
    """Those who wait for an answer. A look now and then finds who has gone, and ends the work for him."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Task[Any], Request] = {}
        self._gone: set[asyncio.Task[Any]] = set()

    @contextmanager
    def watching(self, request: Request) -> Iterator[None]:
        """Once the body was read. Raises HungUpError within it when the client goes."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("A request is answered in a task.")
        self._waiting[task] = request
        try:
            yield
        except asyncio.CancelledError:
            if task not in self._gone:
                raise
            task.uncancel()
            raise HungUpError("The client hung up before the answer was there.") from None
        finally:
            self._waiting.pop(task, None)
            self._gone.discard(task)

    async def look(self) -> None:
        for task, request in list(self._waiting.items()):
            if task not in self._gone and not task.done() and await hung_up(request):
                self._gone.add(task)
                task.cancel()
