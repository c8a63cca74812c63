"""The feedback service's consumers, crashed at each await."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import msgspec
import pytest

from ratchet_common.events import AlertChanged, FeedbackJoined, PredictionMade, Serving, TrafficAssigned
from ratchet_common.messaging import Handle
from ratchet_common.mongo import Database, Document
from ratchet_common.topics import ALERTS, PREDICTIONS, TRAFFIC
from ratchet_feedback.consumers import on_alerts, on_predictions, on_traffic
from ratchet_feedback.retraining import Limits
from ratchet_feedback.scoring import Rating
from ratchet_feedback.store.feedback import MongoFeedbackStore
from ratchet_feedback.store.tallies import MongoTallyStore
from ratchet_feedback.submit import submit
from ratchet_feedback.tallies import Task, recount
from tests.integration.conftest import Ground
from tests.integration.crashes.lives import Scene, crash_at_each_await
from tests.unit.feedback.said import NOW, feedback, prediction, traffic

WEEK = timedelta(days=7)
SUMMARY = "summary"


def told(documents: Sequence[Document]) -> list[bytes]:
    """What waits in outboxes, each of which counts it."""
    assert all(document["unsent"] == len(document["outbox"]) for document in documents)
    return [entry["body"] for document in documents for entry in document["outbox"]]


class Predictions:
    """Feedback waits for two of the answers, one of them a cache hit that comes before its origin."""

    topic = PREDICTIONS

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.first, self.origin, self.other = (prediction(tenant) for _ in range(3))
        self.hit = prediction(tenant, cached_from=self.origin.result_id)
        self.events: list[PredictionMade] = [self.first, self.hit, self.first, self.origin, self.other]

    @staticmethod
    def store(database: Database) -> MongoFeedbackStore:
        return MongoFeedbackStore(database, answers_kept=WEEK, text_kept=WEEK)

    def handler(self, database: Database) -> Handle:
        return partial(on_predictions, store=self.store(database))

    async def before(self, database: Database) -> None:
        store = self.store(database)
        await submit(feedback(self.tenant, result_id=self.hit.result_id), store)
        for rating in (Rating.POSITIVE, Rating.NEUTRAL):
            await submit(feedback(self.tenant, result_id=self.first.result_id, rating=rating), store)

    async def check(self, database: Database) -> None:
        keys = {(self.tenant, event.result_id) for event in self.events}
        assert (await self.store(database).answers(keys)).keys() == keys
        for answers in (database.answers, database.known_answers):
            assert await answers.count_documents({"tenant": self.tenant}) == len(keys)
        said = await database.feedback.find({"tenant": self.tenant}).to_list()
        assert [document["state"] for document in said] == ["joined"] * 2
        joined = [msgspec.json.decode(body, type=FeedbackJoined) for body in told(said)]
        assert sorted((event.result_id, event.revision, event.rating) for event in joined) == sorted(
            [(self.first.result_id, 2, "neutral"), (self.origin.result_id, 1, "negative")]
        )


class Situation:
    """What bears on when to retrain: it is kept, and its tasks are marked to be counted anew."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.task = Task(tenant, SUMMARY)

    async def before(self, database: Database) -> None:
        pass

    async def marked(self, database: Database) -> set[str]:
        changed = await MongoTallyStore(database).changed(NOW)
        return {task.task_type for task in changed if task.tenant == self.tenant}


class Traffic(Situation):
    topic = TRAFFIC

    @property
    def events(self) -> list[TrafficAssigned]:
        revisions = [self.assigned(revision) for revision in (1, 3, 3, 2)]
        return [*revisions, self.assigned(1, task_type="qa")]

    def assigned(self, revision: int, task_type: str = SUMMARY) -> TrafficAssigned:
        name = f"{task_type}-{revision}"
        learned = {name: Serving(platform="local", learned_until=NOW + timedelta(hours=revision))}
        return traffic(self.tenant, task_type=task_type, revision=revision, shares={name: 100}, versions=learned)

    def handler(self, database: Database) -> Handle:
        return partial(on_traffic, store=MongoTallyStore(database))

    async def check(self, database: Database) -> None:
        kept = await database.traffic.find({"tenant": self.tenant}).to_list()
        known = {document["task_type"]: document for document in kept}
        assert {task: document["revision"] for task, document in known.items()} == {SUMMARY: 3, "qa": 1}
        assert known[SUMMARY]["counts_from"] == NOW + timedelta(hours=3)
        assert [one["version_id"] for one in known[SUMMARY]["versions"]] == ["summary-3"]
        assert await self.marked(database) == {SUMMARY, "qa"}


class Alerts(Situation):
    """One drift closes before it opens, another stays open."""

    topic = ALERTS

    @property
    def events(self) -> list[AlertChanged]:
        return [
            self.changed("over", "closed", 1),
            self.changed("over", "closed", 1),
            self.changed("over", "open", 0),
            self.changed("lasts", "open", 0, task_type="qa"),
            self.changed("budget", "open", 0, kind="budget"),
        ]

    def changed(
        self, alert: str, state: str, minute: int, task_type: str = SUMMARY, kind: str = "drift"
    ) -> AlertChanged:
        return AlertChanged(
            tenant=self.tenant,
            occurred_at=NOW + timedelta(minutes=minute),
            alert_id=alert,
            kind=kind,
            severity="warning",
            state=state,  # type: ignore[arg-type]
            subject=task_type,
            task_type=task_type,
        )

    def handler(self, database: Database) -> Handle:
        return partial(on_alerts, store=MongoTallyStore(database))

    async def check(self, database: Database) -> None:
        store = MongoTallyStore(database)
        kept = await database.drifts.find({"tenant": self.tenant}).to_list()
        states = {document["_id"].partition(":")[2]: document["state"] for document in kept}
        assert states == {"over": "closed", "lasts": "open"}
        assert await self.marked(database) == {SUMMARY, "qa"}
        await recount(store, Limits())
        tallies = await database.tallies.find({"tenant": self.tenant, "outbox": {"$exists": True}}).to_list()
        assert [document["task_type"] for document in tallies] == ["qa"]
        assert len(told(tallies)) == 1


@pytest.mark.parametrize("scene_of", [Predictions, Traffic, Alerts])
async def test_each_event_has_its_effect_once(
    scene_of: Callable[[str], Scene], stack: Ground, database: Database
) -> None:
    for store in (Predictions.store(database), MongoTallyStore(database)):
        await store.create_indexes()
    await crash_at_each_await("feedback", scene_of, stack, database)
