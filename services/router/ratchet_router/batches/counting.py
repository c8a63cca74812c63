"""How far batches are: counted in the store, and of a large batch not at every look."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ratchet_router.batches.batch import Batch, Counts

REST: Final = 5  # times as long as counting took, it is not counted again
MOST: Final = 1_000  # batches in mind

Count = Callable[[str, str], Awaitable[Counts]]  # of a tenant's batch


@dataclass(frozen=True, slots=True)
class Counted:
    counts: Counts
    until: float


class Counting:
    def __init__(self, count: Count, clock: Callable[[], float] = time.monotonic) -> None:
        self._count, self._clock = count, clock
        self._known: dict[str, Counted] = {}

    async def of(self, batch: Batch) -> Counts:
        if batch.counts is not None:
            return batch.counts
        known = self._known.get(batch.id)
        if known is not None and self._clock() < known.until:
            return known.counts
        return await self._anew(batch)

    async def _anew(self, batch: Batch) -> Counts:
        began = self._clock()
        counts = await self._count(batch.tenant, batch.id)
        ended = self._clock()
        if len(self._known) >= MOST:
            self._known = {id_: one for id_, one in self._known.items() if one.until > ended}
        if len(self._known) < MOST:
            self._known[batch.id] = Counted(counts, ended + REST * (ended - began))
        return counts
