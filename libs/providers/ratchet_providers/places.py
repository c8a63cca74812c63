"""How many calls may be under way at once to one origin. One that is slow takes none of another's places."""

import asyncio
from collections.abc import Hashable
from weakref import WeakValueDictionary

from ratchet_providers.connection import NotAnsweredError


class NoPlaceError(NotAnsweredError):
    """So many calls to the origin are under way that there was no place for this one in time."""

    def __init__(self, each: int, patience_s: float) -> None:
        super().__init__(
            f"{each} calls to this provider are under way, and none ended within {patience_s:.1f} s", unconnected=True
        )


class Places:
    def __init__(self, each: int) -> None:
        self._each = each
        self._of: WeakValueDictionary[Hashable, asyncio.Semaphore] = WeakValueDictionary()  # in use; others are free

    async def take(self, origin: Hashable, patience_s: float) -> tuple[asyncio.Semaphore, float]:
        """What to release afterwards, and the seconds that are left of the patience. Raises NoPlaceError."""
        places = self._of.get(origin)
        if places is None:
            places = self._of[origin] = asyncio.Semaphore(self._each)
        if not places.locked():
            await places.acquire()
            return places, patience_s
        until = asyncio.get_running_loop().time() + patience_s
        try:
            async with asyncio.timeout_at(until):
                await places.acquire()
        except TimeoutError:
            raise NoPlaceError(self._each, patience_s) from None
        return places, max(until - asyncio.get_running_loop().time(), 0.001)
