"""Of a model that was not heard of lately few are asked at first; the others wait a moment for what becomes of them.

All who come at once at a provider that is down would call it before its first failure is known. So while nothing good
was heard of a model for a minute, or it failed last, no more than `AT_ONCE` calls are on their way to it. Whoever comes
beside them waits until there is room or good news, a head start at most: one that is only slow is kept from nobody.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

AT_ONCE: Final = 8
HEAD_START_S: Final = 0.5
FRESH_S: Final = 60.0


@dataclass(slots=True)
class _Model:
    inside: int = 0
    fresh_until: float = 0.0
    news: asyncio.Event | None = None  # of the next call that ends

    def lets(self, now: float) -> bool:
        return now < self.fresh_until or self.inside < AT_ONCE


class Vanguards:
    """`clock`: monotonic seconds. Of this replica."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, head_start_s: float = HEAD_START_S) -> None:
        self._clock, self._head_start_s = clock, head_start_s
        self._models: dict[str, _Model] = {}

    async def turn(self, name: str, patience_s: float, rests: Callable[[str], bool]) -> None:
        """Returns when one more may go, or none may: one that `rests` is not waited for. Call `begun` next."""
        model = self._models.get(name)
        if model is None or model.lets(self._clock()):
            return
        end = self._clock() + min(patience_s, self._head_start_s)
        while not (model.lets(now := self._clock()) or rests(name)) and now < end:
            await self.heard(name, end - now)

    async def heard(self, name: str, patience_s: float) -> None:
        """Returns when the next call of it shows something or ends, or after so long."""
        model = self._models.setdefault(name, _Model())
        model.news = model.news or asyncio.Event()
        await _heard(model.news, patience_s)

    def begun(self, name: str) -> None:
        self._models.setdefault(name, _Model()).inside += 1

    def shows(self, name: str) -> None:
        """A stream of it has begun: it need not have ended for that to be good news."""
        model = self._models[name]
        if model.news is not None or self._clock() >= model.fresh_until:
            self._tell(model, well=True)

    def ended(self, name: str, *, well: bool | None = None) -> None:
        """`well`: it answered, or is down; None says nothing of it."""
        model = self._models[name]
        model.inside -= 1
        self._tell(model, well=well)

    def _tell(self, model: _Model, *, well: bool | None) -> None:
        if well is not None:
            model.fresh_until = self._clock() + FRESH_S if well else 0.0
        if model.news is not None:
            model.news.set()
            model.news = None


async def _heard(news: asyncio.Event, patience_s: float) -> None:
    try:
        async with asyncio.timeout(patience_s):
            await news.wait()
    except TimeoutError:
        return
