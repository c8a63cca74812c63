"""The monitor's consumers, crashed at each await."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from ratchet_common.events import FeedbackJoined, PredictionMade, TrafficAssigned
from ratchet_common.messaging import Handle
from ratchet_common.mongo import Database
from ratchet_common.topics import FEEDBACK, PREDICTIONS, TRAFFIC
from ratchet_monitor.buckets import Cell
from ratchet_monitor.hours import BucketKey, Keeping
from ratchet_monitor.intake import Intake, on_traffic
from ratchet_monitor.rebuild import Rebuild
from ratchet_monitor.store import MonitorStore
from tests.integration.conftest import Ground
from tests.integration.crashes.lives import Scene, crash_at_each_await
from tests.unit.monitor.make import EARLIER, HOUR, NOW, joined, prediction, result_id, traffic

KEEPING = Keeping(timedelta(days=30), timedelta(days=400))
SUMMARY = "summary"
LONG_AGO = NOW - timedelta(days=40)


class Watching:
    """A tenant's results have numbers of their own: the monitor files them by their ids alone."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.number = int(tenant.partition("-")[2]) * 100

    def intake(self, database: Database) -> Intake:
        store = MonitorStore(database, KEEPING)
        return Intake(store.facts, store.changed, KEEPING, lambda: NOW)

    def made(self, number: int, at: datetime = NOW, cached_from: UUID | None = None) -> PredictionMade:
        return prediction(self.number + number, at=at, tenant=self.tenant, cached_from=cached_from)

    async def before(self, database: Database) -> None:
        pass

    async def cells(self, database: Database, tenant: str) -> Sequence[Cell]:
        """What the marked hours come to, once each is built anew."""
        store = MonitorStore(database, KEEPING)
        rebuild = Rebuild(store.facts, store.buckets, KEEPING, store.changed, then=[], days=store.buckets.changed_days)
        while await rebuild.once(NOW):
            pass
        return [cell async for _, cell in store.buckets.cells(tenant, NOW - timedelta(days=1))]

    async def late(self, database: Database) -> int:
        return await MonitorStore(database, KEEPING).facts.late(self.tenant, NOW - timedelta(days=1))


class Predictions(Watching):
    """Of two hours, the earlier one last, with a hit on an answer that comes after it, and one of a sealed hour."""

    topic = PREDICTIONS

    @property
    def events(self) -> list[PredictionMade]:
        origin = result_id(self.number + 3)
        return [
            self.made(1),
            self.made(2, cached_from=origin),
            self.made(1),
            self.made(3),
            self.made(4, at=LONG_AGO),
            self.made(5, at=EARLIER),
        ]

    def handler(self, database: Database) -> Handle:
        return self.intake(database).predictions

    async def check(self, database: Database) -> None:
        store = MonitorStore(database, KEEPING)
        for hour, count in ((HOUR, 3), (EARLIER.replace(minute=0), 1)):
            key = BucketKey(self.tenant, SUMMARY, hour)
            assert len([seen async for seen in store.facts.observations([key])]) == count
        assert len([hit async for hit in store.facts.hits([BucketKey(self.tenant, SUMMARY, HOUR)])]) == 1
        tallies = [cell.tally for cell in await self.cells(database, self.tenant)]
        assert (sum(t.predictions for t in tallies), sum(t.hits for t in tallies)) == (4, 1)
        assert await self.late(database) == 1


class Feedback(Watching):
    """The last word of each user counts, wherever it stands."""

    topic = FEEDBACK

    @property
    def events(self) -> list[FeedbackJoined]:
        return [
            self.word(0.1, 1),
            self.word(0.9, 3),
            self.word(0.9, 3),
            self.word(0.2, 2),
            self.word(0.5, 1, user="bob"),
            joined(self.number + 2, 1.0, at=LONG_AGO, tenant=self.tenant),
        ]

    def word(self, score: float, revision: int, user: str = "ann") -> FeedbackJoined:
        return joined(self.number + 1, score, user=user, revision=revision, tenant=self.tenant)

    def handler(self, database: Database) -> Handle:
        return self.intake(database).feedback

    async def before(self, database: Database) -> None:
        await self.intake(database).predictions([self.made(1)])
        await self.cells(database, self.tenant)  # nothing is marked but what the words mark

    async def check(self, database: Database) -> None:
        store = MonitorStore(database, KEEPING)
        kept = [score async for score in store.facts.scores([BucketKey(self.tenant, SUMMARY, HOUR)])]
        words = {event.event_id: event.revision for event in self.events[:5]}
        assert sorted((score.event_id, score.revision) for score in kept) == sorted(words.items())
        (cell,) = await self.cells(database, self.tenant)
        assert (cell.tally.scored, cell.tally.score, cell.tally.ratings) == (1, 700_000, 2)
        assert await self.late(database) == 1


class Traffic(Watching):
    """What a higher revision ends is closed; a lower one that comes after it opens nothing."""

    topic = TRAFFIC

    @property
    def events(self) -> list[TrafficAssigned]:
        return [traffic(revision, tenant=self.tenant) for revision in (1, 3, 3, 2)]

    def handler(self, database: Database) -> Handle:
        store = MonitorStore(database, KEEPING)
        return partial(on_traffic, store=store.experiments, compare=store.to_compare, clock=lambda: NOW)

    async def check(self, database: Database) -> None:
        store = MonitorStore(database, KEEPING)
        assert [one.revision for one in await store.experiments.traffic(self.tenant)] == [3]
        kept = await store.experiments.page(self.tenant, "", 10)
        assert {one.revision: str(one.state) for one in kept} == {1: "closed", 3: "running"}
        assert len(kept) == 2
        assert await database.changed_comparisons.count_documents({"tenant": self.tenant}) == 1


@pytest.mark.parametrize("scene_of", [Predictions, Feedback, Traffic])
async def test_each_event_has_its_effect_once(
    scene_of: Callable[[str], Scene], stack: Ground, database: Database
) -> None:
    await MonitorStore(database, KEEPING).create_indexes()
    await crash_at_each_await("monitor", scene_of, stack, database)
