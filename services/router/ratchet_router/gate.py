"""How many calls go to one provider at once, and how many more may wait for that: first come, first served."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ratchet_providers.failing import ProviderError


@dataclass(frozen=True, slots=True)
class Cap:
    """Calls at once, and those that may wait. 0 at once: no cap."""

    at_once: int = 0
    waiting: int = 256


class Gate:
    def __init__(self, cap: Cap) -> None:
        self._cap = cap
        self._inside = 0
        self._queue: deque[asyncio.Future[None]] = deque()

    def use(self, cap: Cap) -> None:
        """Those inside stay and count; where there is more room now, those who wait come in."""
        self._cap = cap
        self._let_in()

    @property
    def waiting(self) -> int:
        return len(self._queue)

    @asynccontextmanager
    async def inside(self, patience_s: float) -> AsyncIterator[None]:
        """Raises what `enter` raises."""
        await self.enter(patience_s)
        try:
            yield
        finally:
            self.leave()

    async def enter(self, patience_s: float) -> None:
        """Raises ProviderError `busy` where too many wait already, or the turn did not come in time."""
        if not self._cap.at_once or (self._inside < self._cap.at_once and not self._queue):
            self._inside += 1
            return
        if len(self._queue) >= self._cap.waiting:
            raise ProviderError("busy", f"{self._cap.waiting} calls wait already")
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            async with asyncio.timeout(patience_s):
                await turn
        except BaseException as error:
            self._give_up(turn)
            if isinstance(error, TimeoutError):
                raise ProviderError("busy", f"no turn within {patience_s:.1f} s") from None
            raise

    def enters_beside(self) -> bool:
        """For what may keep nobody waiting: it enters, and has to leave, where half of the places remain to others."""
        if self._cap.at_once and (self._queue or 2 * (self._inside + 1) > self._cap.at_once):
            return False
        self._inside += 1
        return True

    def _give_up(self, turn: asyncio.Future[None]) -> None:
        if turn.done() and not turn.cancelled():  # its turn had just come
            self.leave()
        elif turn in self._queue:
            self._queue.remove(turn)

    def leave(self) -> None:
        """Hands the place on."""
        self._inside -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self._queue and (not self._cap.at_once or self._inside < self._cap.at_once):
            turn = self._queue.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(None)


class Gates:
    """A provider that never had a cap has none."""

    def __init__(self, caps: Mapping[str, Cap]) -> None:
        self._gates = {name: Gate(cap) for name, cap in caps.items() if cap.at_once}

    def use(self, caps: Mapping[str, Cap]) -> None:
        """Other caps from now on. Calls that went through no gate, since there was no cap then, count for none."""
        for name, gate in self._gates.items():
            gate.use(caps.get(name, Cap()))
        self._gates |= {name: Gate(cap) for name, cap in caps.items() if cap.at_once and name not in self._gates}

    def of(self, provider: str) -> Gate | None:
        return self._gates.get(provider)
