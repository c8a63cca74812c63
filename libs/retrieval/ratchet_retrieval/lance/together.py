"""One clean-up for all that wait for one."""

import asyncio
from collections.abc import Awaitable, Callable


class Together:
    """What was asked for before a run began is done by it; what comes while it goes on waits for the next."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._asked = self._done = 0

    async def run(self, do: Callable[[], Awaitable[None]]) -> None:
        self._asked += 1
        mine = self._asked
        async with self._lock:
            if self._done >= mine:
                return
            covered = self._asked
            await do()
            self._done = covered
