"""Use case: what has come of an hour is taken by the detectors of its streams, once, and a change is told."""

import asyncio
from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Final, Protocol

from prometheus_client import Counter

from ratchet_monitor.alerts.condition import Alerts
from ratchet_monitor.drift.streams import SETTLES, Change, Round, Streams
from ratchet_monitor.drift.telling import of_changes
from ratchet_monitor.drifting import DriftRules
from ratchet_monitor.hours import BucketKey, Keeping, TaskKey
from ratchet_monitor.marks import Marks
from ratchet_monitor.observations import Observation
from ratchet_monitor.scores import Score

TAKES_TURNS: Final = 100  # facts, or answers, before others get the event loop
ALARMS: Final = Counter(
    "ratchet_drift_alarms_total", "Changes for the worse that detectors of streams told", ["signal"]
)


class Facts(Protocol):
    def observations(self, buckets: Collection[BucketKey]) -> AsyncIterator[Observation]: ...
    def scores(self, buckets: Collection[BucketKey]) -> AsyncIterator[Score]: ...


class StreamStore(Protocol):
    async def load(self, task: TaskKey) -> tuple[Streams, int]:
        """With their revision; new ones at 0."""

    async def save(self, task: TaskKey, streams: Streams, *, after: int) -> bool:
        """False, and no change, where others saved since that revision."""

    async def detectors_of_others(self, task: TaskKey) -> int:
        """Of the tenant's other tasks."""


class Streaming:
    def __init__(
        self,
        changed: Marks[BucketKey],
        facts: Facts,
        streams: StreamStore,
        alerts: Alerts,
        rules: DriftRules,
        keeping: Keeping,
    ) -> None:
        self._changed, self._facts, self._streams = changed, facts, streams
        self._alerts, self._rules, self._keeping = alerts, rules, keeping

    async def once(self, now: datetime) -> bool:
        """One marked hour. False: none was free. Saved first, told afterwards; what was not told then the next look at
        the task's windows tells."""
        mark = await self._changed.take()
        if mark is None:
            return False
        task = mark.key.task
        streams, revision = await self._streams.load(task)
        words = [word async for word in self._facts.scores([mark.key])]
        taking = Round(streams, mark.key.hour, now - SETTLES, words)
        number = 0
        async for seen in self._facts.observations([mark.key]):
            taking.add(seen)
            number += 1
            if number % TAKES_TURNS == 0:
                await asyncio.sleep(0)
        changes = await self._take(taking, streams, await self._streams.detectors_of_others(task))
        taking.close(self._keeping.raw_from(now))
        saved = await self._streams.save(task, streams, after=revision)
        if saved and changes:
            await self._tell(task, changes, now)
        if saved and not taking.pending:
            await self._changed.done(mark)
        else:
            await self._changed.put_back(mark, seconds=SETTLES.total_seconds() if saved else 0)
        return True

    async def _take(self, taking: Round, streams: Streams, of_others: int) -> list[Change]:
        facts = taking.facts()
        taking.open(facts, self._rules.tolerance)
        detectors = max(1, of_others + streams.detectors)
        changes = []
        for number, fact in enumerate(facts, 1):
            change = taking.take(fact, self._rules.alarms_a_month / 2, detectors)
            if change is not None:
                changes.append(change)
            if number % TAKES_TURNS == 0:
                await asyncio.sleep(0)
        return changes

    async def _tell(self, task: TaskKey, changes: list[Change], now: datetime) -> None:
        for change in changes:
            if change.rose:
                ALARMS.labels(change.signal).inc()
        await self._alerts.tell(of_changes(task, changes, now))
