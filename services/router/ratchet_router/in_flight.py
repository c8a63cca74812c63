"""Identical requests under way at the same time share one call: the first makes it, the others wait for its answer."""

import asyncio

import msgspec

from ratchet_router.memory import Entry

LONGEST_WAIT_S = 60.0


class Call(msgspec.Struct):
    """Of the one who makes it. `settle` it whatever happens; without an entry the others call for themselves."""

    key: bytes
    calls: "InFlight"
    settled: asyncio.Future[Entry | None] = msgspec.field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, entry: Entry | None) -> None:
        self.calls.over(self)
        if not self.settled.done():
            self.settled.set_result(entry)


class InFlight:
    """In this replica. No more are remembered than requests are under way."""

    def __init__(self) -> None:
        self._calls: dict[bytes, Call] = {}

    def lead(self, key: bytes) -> Call | None:
        """None where another leads already."""
        if key in self._calls:
            return None
        call = self._calls[key] = Call(key, self, asyncio.get_running_loop().create_future())
        return call

    async def shared(self, key: bytes, patience_s: float) -> Entry | None:
        """The answer of the one who leads; None where nobody does, it came to nothing, or takes too long."""
        call = self._calls.get(key)
        if call is None:
            return None
        done, _ = await asyncio.wait({call.settled}, timeout=min(patience_s, LONGEST_WAIT_S))
        return call.settled.result() if done else None

    def over(self, call: Call) -> None:
        if self._calls.get(call.key) is call:
            del self._calls[call.key]
