"""Identical requests under way at the same time share one call: the first makes it, the others wait for what it is.

Its answer is theirs, and so is its failure: all that it tried has failed a moment ago. Where it comes to nothing, since
its client hung up or it was not let in, one of those who wait is the next to call, never all of them at once.
"""

import asyncio
import time

import msgspec

from ratchet_router.failures import NoAnswerError, no_answer
from ratchet_router.memory import Entry

Terms = tuple[object, ...]  # in what else than the answer itself two requests may differ: time, money, who may answer


class Ending(msgspec.Struct, frozen=True):
    """`for_all`: whatever their terms; else only for those who set the same as the one who called."""

    outcome: Entry | NoAnswerError | None = None
    for_all: bool = False


class Call(msgspec.Struct):
    """Of the one who makes it. `settle` it whatever happens."""

    key: bytes
    terms: Terms
    calls: "InFlight"
    ended: asyncio.Future[Ending] | None = None  # once somebody waits for it

    def settle(self, outcome: Entry | NoAnswerError | None = None, *, for_all: bool = False) -> None:
        """Without an outcome another calls."""
        self.calls.over(self)
        if self.ended is not None and not self.ended.done():
            self.ended.set_result(Ending(outcome, for_all))

    async def ending(self, patience_s: float | None) -> Ending | None:
        """None when it has not come in time."""
        if self.ended is None:
            self.ended = asyncio.get_running_loop().create_future()
        await asyncio.wait({self.ended}, timeout=patience_s)
        return self.ended.result() if self.ended.done() else None


class InFlight:
    """In this replica. No more are remembered than requests are under way."""

    def __init__(self) -> None:
        self._calls: dict[bytes, Call] = {}

    @property
    def waiting(self) -> bool:
        """Whether anybody may be waiting for a call."""
        return bool(self._calls)

    def __contains__(self, key: bytes) -> bool:
        return key in self._calls

    async def joined(self, key: bytes, terms: Terms, patience_s: float | None) -> Entry | Call:
        """What another's call came to, or the call that is now to be made. `patience_s`: None, as long as that takes.

        Raises NoAnswerError: the other's, or that the time is over.
        """
        end = None if patience_s is None else time.monotonic() + patience_s
        while (call := self._calls.get(key)) is not None:
            ending = await call.ending(None if end is None else max(0.0, end - time.monotonic()))
            if ending is None:
                raise no_answer([])
            if not ending.for_all and call.terms != terms:
                continue
            if isinstance(ending.outcome, NoAnswerError):
                raise ending.outcome.again()
            if ending.outcome is not None:
                return ending.outcome
        mine = self._calls[key] = Call(key, terms, self)
        return mine

    def over(self, call: Call) -> None:
        if self._calls.get(call.key) is call:
            del self._calls[call.key]
