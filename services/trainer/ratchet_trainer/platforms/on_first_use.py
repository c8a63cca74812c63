"""Only who tunes at a platform pays for it: its library is loaded, and its settings insisted on, at its first use."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Generic, Protocol, TypeVar

from ratchet_trainer.platforms.platform import PlatformRefusedError


class Closing(Protocol):
    async def close(self) -> None: ...


T = TypeVar("T", bound=Closing)


class OnFirstUse(Generic[T]):
    """`make`: called once, in a thread, since a library takes a second and some 25 MB to load."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make, self._making = make, asyncio.Lock()
        self._made: T | None = None

    async def there(self) -> T:
        async with self._making:
            if self._made is None:
                self._made = await asyncio.to_thread(self._make)
            return self._made

    async def close(self) -> None:
        if self._made is not None:
            await self._made.close()


def insist_on(platform: str, needed: Mapping[str, str]) -> None:
    """`needed`: settings, each named with what it is. Raises PlatformRefusedError for the first that is empty."""
    missing = next((what for what, value in needed.items() if not value), None)
    if missing:
        raise PlatformRefusedError(f"The platform {platform} needs {missing}: set it, and try again.")
