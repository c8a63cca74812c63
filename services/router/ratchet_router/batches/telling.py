"""Callbacks that are due are made, a few side by side: who is slow to hear keeps the others waiting for one time-out.

Each under the lease of what it is about, and tried again from the store.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Protocol

from ratchet_providers.webhooks import UnfitUrlError
from ratchet_router.batches.callback import Tellable, heard, never_to_be_told, not_heard
from ratchet_router.batches.callbacks import Callbacks

SIDE_BY_SIDE: Final = 8


class Untold(Protocol):
    """Something that is over, under this worker's lease. `body`: the same at every try, and no text of anybody's."""

    @property
    def about(self) -> Tellable: ...
    @property
    def body(self) -> bytes: ...
    async def save(self) -> None:
        """Raises OvertakenError."""

    async def release(self) -> None: ...


Take = Callable[[datetime], Awaitable[Untold | None]]  # one that is due


class Telling:
    def __init__(self, take: Take, callbacks: Callbacks, now: Callable[[], datetime]) -> None:
        self._take, self._callbacks, self._now = take, callbacks, now

    async def round(self) -> bool:
        """True: there may be more at once. Raises RetryLaterError."""
        due: list[Untold] = []
        while len(due) < SIDE_BY_SIDE and (held := await self._take(self._now())) is not None:
            due.append(held)
        await asyncio.gather(*map(self._told, due))
        return bool(due)

    async def _told(self, held: Untold) -> None:
        try:
            await self._tell(held)
            await held.save()
        finally:
            await held.release()

    async def _tell(self, held: Untold) -> None:
        about, now = held.about, self._now()
        about.told_tries += 1
        try:
            taken = await self._callbacks.tell(about.callback, held.body, now)
        except UnfitUrlError:
            never_to_be_told(about)
            return
        if taken:
            heard(about)
        else:
            not_heard(about, now.timestamp())
