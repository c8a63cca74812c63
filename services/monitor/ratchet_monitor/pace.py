"""Work that grows with the data must leave room for the requests: whoever worked rests in proportion."""

import asyncio
import time
from collections.abc import Awaitable, Callable

REST = 4.0  # times as long as the work took


def resting(round_: Callable[[], Awaitable[bool]], rest: float = REST) -> Callable[[], Awaitable[bool]]:
    async def rested() -> bool:
        started = time.monotonic()
        more = await round_()
        if more:
            await asyncio.sleep(rest * (time.monotonic() - started))
        return more

    return rested
