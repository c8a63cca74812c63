"""Use case: a marked hour is built anew from all that is known of it."""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import Final, Protocol

from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.buckets import Build, Cells, Contents
from ratchet_monitor.hours import HOUR, BucketKey, Keeping, TaskKey
from ratchet_monitor.ledger.sheet import Sheet, Summing
from ratchet_monitor.marks import Marks
from ratchet_monitor.observations import Hit, Observation
from ratchet_monitor.scores import Score, by_result

log = logging.getLogger(__name__)
IN_SLOTS: Final = 3 * HOUR  # so long after its beginning an hour is kept in slots of five minutes, too


class Facts(Protocol):
    def observations(self, buckets: Collection[BucketKey]) -> AsyncIterator[Observation]: ...
    def scores(self, buckets: Collection[BucketKey]) -> AsyncIterator[Score]: ...
    def hits(self, bucket: BucketKey) -> AsyncIterator[Hit]: ...


class Buckets(Protocol):
    async def built(self, key: BucketKey) -> tuple[int, int]:
        """How often it was built, and how many predictions it holds; zeros if never."""

    async def write(self, key: BucketKey, contents: Contents, *, after: int) -> bool:
        """False, and no change, where it was built again since it had been `after` times."""


class Slots(Protocol):
    async def write(self, key: BucketKey, slots: Mapping[int, Cells], *, built: int) -> None:
        """What was built later stays."""


class Ledger(Protocol):
    async def write(self, key: BucketKey, sheet: Sheet, *, built: int) -> None:
        """What was built later stays."""


class Marked(Protocol):
    async def set(self, keys: Collection[TaskKey]) -> None: ...


class Rebuild:
    def __init__(
        self,
        facts: Facts,
        buckets: Buckets,
        keeping: Keeping,
        changed: Marks[BucketKey],
        then: Collection[Marked],
        days: Marks[BucketKey],
        slots: Slots | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        """`then`, `days`: what is marked when an hour has new numbers. `slots`: where those of the last hours go
        besides; `ledger`: where what was spent goes."""
        self._facts, self._buckets, self._keeping = facts, buckets, keeping
        self._changed, self._then, self._days, self._slots = changed, then, days, slots
        self._ledger = ledger

    async def once(self, now: datetime) -> bool:
        """One marked hour. False: none was free."""
        mark = await self._changed.take()
        if mark is None:
            return False
        if not await self._build(mark.key, now):
            await self._changed.put_back(mark)
            return True
        await self._days.set({mark.key.of_day})
        if mark.key.task_type != EMBEDDING:  # there is nothing to compare or to measure in vectors
            for marks in self._then:
                await marks.set({mark.key.task})
        await self._changed.done(mark)
        return True

    async def _build(self, key: BucketKey, now: datetime) -> bool:
        """False: another worker built it meanwhile, perhaps from more than was known here."""
        times, predictions = await self._buckets.built(key)
        build, spent = await self._read(key)
        contents = build.contents()
        if not self._keeping.rebuildable(key.hour, now) or contents.predictions < predictions:
            log.warning("The raw data of %s at %s are gone: its numbers stay as they are.", key.task_type, key.hour)
            return True
        if not await self._buckets.write(key, contents, after=times):
            return False
        if self._ledger:
            await self._ledger.write(key, spent.sheet(), built=times + 1)
        if self._slots and now < key.hour + IN_SLOTS:
            await self._slots.write(key, build.slots(), built=times + 1)
        return True

    async def _read(self, key: BucketKey) -> tuple[Build, Summing]:
        scored = by_result([score async for score in self._facts.scores([key])])
        hits = Counter([hit.origin async for hit in self._facts.hits(key)])
        build, spent = Build(scored, hits), Summing()
        async for seen in self._facts.observations([key]):
            build.add(seen)
            spent.observe(seen, hits[seen.result_id])
        return build, spent
