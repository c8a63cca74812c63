"""The router's consumers, crashed at each await."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import msgspec
import pytest

from ratchet_common.events import ExperimentChanged, FeedbackJoined, QualityMeasured, TrafficAssigned, Usage
from ratchet_common.messaging import Handle
from ratchet_common.mongo import Database
from ratchet_common.topics import EXPERIMENTS, FEEDBACK, QUALITY, TRAFFIC
from ratchet_router.best_answer_store import MongoBestAnswers
from ratchet_router.best_answers import keep_best
from ratchet_router.consumers import Consumers
from ratchet_router.memory import Entry
from ratchet_router.store import MongoRouterStore
from tests.integration.conftest import Ground
from tests.integration.crashes.lives import Scene, crash_at_each_await
from tests.unit.router.asks import NOW, VERSION, assigned, experiment
from tests.unit.router.joined import joined

TASK = "classification"


class Knowing:
    """What the router hears goes to its own store, and its snapshot is told that there is something to read."""

    def __init__(self, tenant: str) -> None:
        self.tenant, self.heard = tenant, 0

    def news(self) -> None:
        self.heard += 1

    def consumers(self, database: Database) -> Consumers:
        return Consumers(MongoRouterStore(database), self.news)

    async def before(self, database: Database) -> None:
        pass


class Traffic(Knowing):
    """A version is taken back: what it left in the cache goes, and nothing else."""

    topic = TRAFFIC

    @property
    def events(self) -> list[TrafficAssigned]:
        taken_back = self.assigned(3, {"base": 100}, revoked=(VERSION,))
        return [
            self.assigned(1, {VERSION: 10, "base": 90}),
            taken_back,
            taken_back,
            self.assigned(2, {VERSION: 50, "base": 50}),
            self.assigned(1, {"base": 100}, task_type="qa"),
        ]

    def assigned(self, revision: int, shares: dict[str, int], **fields: object) -> TrafficAssigned:
        return assigned(shares, tenant=self.tenant, revision=revision, **fields)

    def handler(self, database: Database) -> Handle:
        return self.consumers(database).on_traffic

    async def before(self, database: Database) -> None:
        store = MongoRouterStore(database)
        for version in (VERSION, "base"):
            assert store.offer(f"{self.tenant}/{version}".encode(), self.entry(version), b"{}")
        await store.kept.write_once()

    def entry(self, version: str) -> Entry:
        return Entry(
            tenant=self.tenant,
            result_id=uuid4(),
            version_id=version,
            model="small",
            tier="fast",
            approach="direct",
            output="risk",
            usage=Usage(),
            cost_usd=Decimal(0),
            premium_cost_usd=Decimal(0),
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )

    async def check(self, database: Database) -> None:
        known = [e for e in (await MongoRouterStore(database).changes(None)).traffic if e.tenant == self.tenant]
        assert sorted((event.task_type, event.revision) for event in known) == [(TASK, 3), ("qa", 1)]
        kept = await database.responses.find({"tenant": self.tenant}).to_list()
        assert [document["version_id"] for document in kept] == ["base"]
        assert self.heard >= 2  # once a batch


class Quality(Knowing):
    topic = QUALITY

    @property
    def events(self) -> list[QualityMeasured]:
        return [
            self.measured("small", 0.1, 1),
            self.measured("small", 0.3, 3),
            self.measured("small", 0.3, 3),
            self.measured("small", 0.2, 2),
            self.measured("large", 0.9, 1),
        ]

    def measured(self, model: str, score: float, minute: int) -> QualityMeasured:
        return QualityMeasured(
            tenant=self.tenant,
            occurred_at=NOW + timedelta(minutes=minute),
            task_type=TASK,
            model=model,
            score=score,
            n=minute * 100,
            interval=(0.0, 1.0),
        )

    def handler(self, database: Database) -> Handle:
        return self.consumers(database).on_quality

    async def check(self, database: Database) -> None:
        known = [e for e in (await MongoRouterStore(database).changes(None)).quality if e.tenant == self.tenant]
        assert sorted((event.model, event.score) for event in known) == [("large", 0.9), ("small", 0.3)]
        assert self.heard >= 2


class Experiments(Knowing):
    """The highest revision of each counts, in whatever order they come."""

    topic = EXPERIMENTS

    @property
    def events(self) -> list[ExperimentChanged]:
        return [
            self.said("e1", "running", 1),
            self.said("e1", "stopped", 3),
            self.said("e1", "running", 2),
            self.said("e2", "stopped", 2),
            self.said("e2", "running", 1),
            self.said("e3", "running", 1),
            self.said("e3", "running", 1),
        ]

    def said(self, id_: str, state: str, revision: int) -> ExperimentChanged:
        return experiment(id_, tenant=self.tenant, state=state, revision=revision)

    def handler(self, database: Database) -> Handle:
        return self.consumers(database).on_experiments

    async def check(self, database: Database) -> None:
        known = [e for e in (await MongoRouterStore(database).changes(None)).experiments if e.tenant == self.tenant]
        assert sorted((event.experiment_id, event.state) for event in known) == [
            ("e1", "stopped"),
            ("e2", "stopped"),
            ("e3", "running"),
        ]
        assert self.heard >= 2


class Best(Knowing):
    """Each speaker's last word counts; no more than two texts of a kind stay."""

    topic = FEEDBACK

    @property
    def events(self) -> list[FeedbackJoined]:
        liked = [self.said(n, f"Text {n}.") for n in (1, 2, 3, 4)]
        taken_back = msgspec.structs.replace(liked[3], revision=2, rating="negative", score=0.0)
        return [*liked, taken_back, liked[3], self.said(5, "A secret.", collect=False)]

    def said(self, n: int, text: str, **how: Any) -> FeedbackJoined:
        at = datetime.now(UTC) - timedelta(hours=10 - n)
        return joined(
            text, tenant=self.tenant, result_id=uuid5(NAMESPACE_URL, f"{self.tenant}/{n}"), answered_at=at, **how
        )

    def store(self, database: Database) -> MongoBestAnswers:
        return MongoBestAnswers(database, most=2, kept=timedelta(days=7))

    def handler(self, database: Database) -> Handle:
        return partial(keep_best, self.store(database))

    async def check(self, database: Database) -> None:
        found = await self.store(database).of(self.tenant, "summary", None)
        assert [word.shown.document for word in found if word.shown] == ["Text 3.", "Text 2."]
        texts = database.best_answers.find({"tenant": self.tenant, "document": {"$exists": True}})
        assert len(await texts.to_list()) == 2


@pytest.mark.parametrize("scene_of", [Traffic, Quality, Experiments, Best])
async def test_each_event_has_its_effect_once(
    scene_of: Callable[[str], Scene], stack: Ground, database: Database
) -> None:
    await MongoRouterStore(database).create_indexes()
    await crash_at_each_await("router", scene_of, stack, database)
