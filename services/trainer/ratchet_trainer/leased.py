"""Work under a lease: it goes on while the lease is renewed, and stops where another worker has taken over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ratchet_common.errors import RetryLaterError

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Leased(Generic[T]):
    """`document` is the store's own: what it needs to write as the holder of the lease."""

    value: T
    document: dict[str, Any]


class OvertakenError(Exception):
    """Another worker has the lease now, or the work was cancelled: nothing more may be written."""


async def while_held(work: Coroutine[Any, Any, T], renew: Callable[[], Awaitable[bool]], *, every: float) -> T:
    """Runs `work` and renews its lease; raises OvertakenError once that fails, and `work` is cancelled.

    A store that is away is waited for: a worker that was overtaken meanwhile writes nothing.
    """
    task = asyncio.create_task(work)
    try:
        while True:
            done, _ = await asyncio.wait({task}, timeout=every)
            if done:
                return task.result()
            try:
                mine = await renew()
            except RetryLaterError as error:
                log.warning("A lease could not be renewed: %s", error)
                continue
            if not mine:
                raise OvertakenError
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
