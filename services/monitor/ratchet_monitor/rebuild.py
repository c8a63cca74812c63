"""Use case: a marked hour is built anew from all that is known of it."""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Protocol

from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.buckets import Build, Cell, predictions_in
from ratchet_monitor.hours import BucketKey, Keeping, TaskKey
from ratchet_monitor.marks import Marks
from ratchet_monitor.observations import Hit, Observation
from ratchet_monitor.scores import Score, by_result

log = logging.getLogger(__name__)


class Facts(Protocol):
    def observations(self, buckets: Collection[BucketKey]) -> AsyncIterator[Observation]: ...
    def scores(self, buckets: Collection[BucketKey]) -> AsyncIterator[Score]: ...
    def hits(self, bucket: BucketKey) -> AsyncIterator[Hit]: ...


class Buckets(Protocol):
    async def built(self, key: BucketKey) -> tuple[int, int]:
        """How often it was built, and how many predictions it holds; zeros if never."""

    async def write(self, key: BucketKey, cells: tuple[Cell, ...], *, after: int) -> bool:
        """False, and no change, where it was built again since it had been `after` times."""


class Rebuild:
    def __init__(
        self,
        facts: Facts,
        buckets: Buckets,
        keeping: Keeping,
        changed: Marks[BucketKey],
        then: Collection[Marks[TaskKey]],
    ) -> None:
        """`then`: what is marked when an hour has new numbers."""
        self._facts, self._buckets, self._keeping = facts, buckets, keeping
        self._changed, self._then = changed, then

    async def once(self, now: datetime) -> bool:
        """One marked hour. False: none was free."""
        mark = await self._changed.take()
        if mark is None:
            return False
        if not await self._build(mark.key, now):
            await self._changed.put_back(mark)
            return True
        if mark.key.task_type != EMBEDDING:  # there is nothing to compare or to measure in vectors
            for marks in self._then:
                await marks.set({mark.key.task})
        await self._changed.done(mark)
        return True

    async def _build(self, key: BucketKey, now: datetime) -> bool:
        """False: another worker built it meanwhile, perhaps from more than was known here."""
        times, predictions = await self._buckets.built(key)
        cells = await self._cells(key)
        if not self._keeping.rebuildable(key.hour, now) or predictions_in(cells) < predictions:
            log.warning("The raw data of %s at %s are gone: its numbers stay as they are.", key.task_type, key.hour)
            return True
        return await self._buckets.write(key, cells, after=times)

    async def _cells(self, key: BucketKey) -> tuple[Cell, ...]:
        scored = by_result([score async for score in self._facts.scores([key])])
        hits = Counter([hit.origin async for hit in self._facts.hits(key)])
        build = Build(scored, hits)
        async for seen in self._facts.observations([key]):
            build.add(seen)
        return build.cells()
