"""Use case: marked hours are built anew from all that is known of them; those of a day that are old, together."""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.buckets import Build, Cells, Contents
from ratchet_monitor.hours import BucketKey, Keeping, TaskKey
from ratchet_monitor.ledger.sheet import Sheet, Summing
from ratchet_monitor.marks import HourMarks, Mark, Marks
from ratchet_monitor.observations import Hit, Observation
from ratchet_monitor.scores import Score, by_result
from ratchet_monitor.turns import is_fresh, portions

log = logging.getLogger(__name__)


class Facts(Protocol):
    def observations(self, buckets: Collection[BucketKey]) -> AsyncIterator[Observation]: ...
    def scores(self, buckets: Collection[BucketKey]) -> AsyncIterator[Score]: ...
    def hits(self, buckets: Collection[BucketKey]) -> AsyncIterator[Hit]: ...


class Buckets(Protocol):
    async def builds(self, keys: Collection[BucketKey]) -> Mapping[BucketKey, tuple[int, int]]:
        """Of each that was ever built: how often, and how many predictions it holds."""

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


class _Read(NamedTuple):
    build: Build
    spent: Summing


class Rebuild:
    def __init__(
        self,
        facts: Facts,
        buckets: Buckets,
        keeping: Keeping,
        changed: HourMarks,
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
        """The marked hours whose turn it is. False: none was free."""
        marks = await self._changed.take_some(now)
        if not marks:
            return False
        built = await self._build([mark.key for mark in marks], now)
        done = [mark for mark in marks if mark.key in built]
        if done:
            await self._tell(done)
        await self._changed.all_done(done)
        await self._changed.put_all_back([mark for mark in marks if mark.key not in built])
        return True

    async def _tell(self, done: Collection[Mark[BucketKey]]) -> None:
        await self._days.set({mark.key.of_day for mark in done})
        # there is nothing to compare or to measure in vectors
        if tasks := {mark.key.task for mark in done if mark.key.task_type != EMBEDDING}:
            for marks in self._then:
                await marks.set(tasks)

    async def _build(self, keys: Sequence[BucketKey], now: datetime) -> set[BucketKey]:
        """Without those that another worker built meanwhile, perhaps from more than was known here."""
        before, built = await self._buckets.builds(keys), set[BucketKey]()
        for some in portions(keys, {key: predictions for key, (_, predictions) in before.items()}):
            for key, read in (await self._read(some)).items():
                if await self._write(key, read, before.get(key, (0, 0)), now):
                    built.add(key)
        return built

    async def _write(self, key: BucketKey, read: _Read, before: tuple[int, int], now: datetime) -> bool:
        """False: another worker built it meanwhile."""
        contents, (times, predictions) = read.build.contents(), before
        if not self._keeping.rebuildable(key.hour, now) or contents.predictions < predictions:
            log.warning("The raw data of %s at %s are gone: its numbers stay as they are.", key.task_type, key.hour)
            return True
        if not await self._buckets.write(key, contents, after=times):
            return False
        if self._ledger:
            await self._ledger.write(key, read.spent.sheet(), built=times + 1)
        if self._slots and is_fresh(key.hour, now):
            await self._slots.write(key, read.build.slots(), built=times + 1)
        return True

    async def _read(self, keys: Collection[BucketKey]) -> Mapping[BucketKey, _Read]:
        """Each from what lies under it: what an hour comes to is the same, whatever is read beside it."""
        words: dict[BucketKey, list[Score]] = {key: [] for key in keys}
        async for score in self._facts.scores(keys):
            words[score.bucket].append(score)
        hits: dict[BucketKey, Counter[UUID]] = {key: Counter() for key in keys}
        async for hit in self._facts.hits(keys):
            hits[hit.bucket][hit.origin] += 1
        found = {key: _Read(Build(by_result(words.pop(key)), hits[key]), Summing()) for key in keys}
        async for seen in self._facts.observations(keys):
            read = found[seen.bucket]
            read.build.add(seen)
            read.spent.observe(seen, hits[seen.bucket][seen.result_id])
        return found
