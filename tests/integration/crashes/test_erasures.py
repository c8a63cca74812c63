"""A service that is killed while it forgets: at whatever await, the next one ends it, and it is told of once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec
import pytest

from ratchet_common.events import ErasureAsked, ErasureDone
from ratchet_common.forgetting import Forgetting
from ratchet_common.forgotten import MongoForgotten
from ratchet_common.messaging import Handle
from ratchet_common.mongo import Database
from ratchet_common.persons import digest
from ratchet_common.topics import ERASURES, FORGOTTEN
from ratchet_feedback.answers import answer_of
from ratchet_feedback.store.feedback import MongoFeedbackStore
from ratchet_feedback.store.traces import MongoTraces as FeedbackTraces
from ratchet_trainer.datasets.dataset import Composition, Dropped, Manifest, Rules
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.privacy.erasing import Erasing
from ratchet_trainer.privacy.erasure import Erasure
from ratchet_trainer.privacy.hashing import Hashes
from ratchet_trainer.store.datasets import MongoDatasetStore
from ratchet_trainer.store.erasures import MongoErasureStore
from ratchet_trainer.store.marks import MongoMarks
from ratchet_trainer.store.traces import MongoTraces as TrainerTraces
from tests.integration.conftest import Ground
from tests.integration.crashes.lives import Scene, crash_at_each_await
from tests.integration.crashes.test_trainer_collection import collector
from tests.unit.feedback.said import prediction
from tests.unit.trainer.make_data import said

NOW = datetime.now(UTC)
HASHES = Hashes(b"salt" * 8)


class Forgets:
    topic = ERASURES

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.erasure_id = uuid5(NAMESPACE_OID, tenant)

    @property
    def events(self) -> list[ErasureAsked]:
        """The same twice, and one of somebody of whom there is nothing."""
        asked = self.asked(self.erasure_id, "ann")
        return [asked, self.asked(uuid5(self.erasure_id, "nobody"), "nobody"), asked]

    def asked(self, erasure_id: UUID, user: str) -> ErasureAsked:
        return ErasureAsked(tenant=self.tenant, occurred_at=NOW, erasure_id=erasure_id, user=digest(self.tenant, user))

    async def told(self, database: Database) -> dict[UUID, dict[str, int]]:
        """Once each."""
        notes = await database.forgotten.find({"tenant": self.tenant}).to_list()
        bodies = [entry["body"] for note in notes for entry in note["outbox"] if entry["topic"] == FORGOTTEN.name]
        done = [msgspec.json.decode(body, type=ErasureDone) for body in bodies]
        assert len({one.event_id for one in done}) == len(done) == 2
        return {one.erasure_id: one.removed for one in done}


class InFeedback(Forgets):
    async def before(self, database: Database) -> None:
        store = MongoFeedbackStore(database, answers_kept=timedelta(days=7), text_kept=timedelta(days=7))
        made = [prediction(self.tenant, user=user, occurred_at=NOW) for user in ("ann", "ann", "bob")]
        await store.keep_answers([answer_of(event) for event in made])

    def handler(self, database: Database) -> Handle:
        return Forgetting(MongoForgotten(database, "feedback"), FeedbackTraces(database).steps).on_erasures

    async def check(self, database: Database) -> None:
        for answers in (database.answers, database.known_answers):
            left = await answers.find({"tenant": self.tenant}).to_list()
            assert [answer["asker"] for answer in left] == [digest(self.tenant, "bob")]
        removed = (await self.told(database))[self.erasure_id]
        assert removed.items() <= {"answers": 2, "known_answers": 2}.items()  # killed between a removal and its count


class InTrainer(Forgets):
    async def before(self, database: Database) -> None:
        erasures = MongoErasureStore(database)
        for event in self.events[:2]:
            user = HASHES.of("user", self.tenant, "ann" if event.erasure_id == self.erasure_id else "nobody")
            erasure = Erasure(event.erasure_id, self.tenant, user, "ops", "", NOW, {})
            await erasures.add(erasure, event)
        words = [self.word(n, user) for n, user in enumerate(("ann", "ann", "bob"))]
        await collector(database).on_feedback(words)
        await MongoDatasetStore(database).add(self.tenant, await self.dataset(database), NOW)

    def word(self, number: int, user: str) -> Any:
        result = uuid5(self.erasure_id, str(number))
        return said(tenant=self.tenant, result_id=result, user=user, user_id="else", occurred_at=NOW - timedelta(1))

    async def dataset(self, database: Database) -> Composition:
        heads = await database.examples.find({"tenant": self.tenant}, {"_id": 1, "state": 1}).to_list()
        refs = tuple((head["_id"].as_uuid(), 1) for head in heads if head["state"] == "example")
        manifest = Manifest(
            task_type="summary",
            rules=Rules(),
            looked_at=len(refs),
            sizes={Side.TRAIN: len(refs)},
            by_source={},
            dropped=Dropped(),
            learned_from=NOW,
            learned_until=NOW,
            sha256="0",
        )
        return Composition(
            dataset_id="summary-0", manifest=manifest, sides={Side.TRAIN: refs, Side.VALIDATION: (), Side.TEST: ()}
        )

    def handler(self, database: Database) -> Handle:
        erasing = Erasing(MongoErasureStore(database), TrainerTraces(database), MongoMarks(database), HASHES)
        notes = MongoForgotten(database, "trainer")
        return Forgetting(notes, erasing.steps, erasing.name_of, erasing.name_in).on_erasures

    async def check(self, database: Database) -> None:
        bob = HASHES.of("user", self.tenant, "bob")
        for collection in (database.examples, database.example_texts):
            left = await collection.find({"tenant": self.tenant}).to_list()
            assert {document["user_hash"] for document in left} == {bob}
        assert set(await self.told(database)) == {event.erasure_id for event in self.events}
        (mark,) = (await MongoDatasetStore(database).get(self.tenant, "summary-0")).erasures
        assert (mark.erasure_id, mark.examples) == (self.erasure_id, 2)


@pytest.mark.parametrize(("service", "scene_of"), [("feedback", InFeedback), ("trainer", InTrainer)])
async def test_all_of_it_goes_and_is_told_of_once(
    service: str, scene_of: Callable[[str], Scene], stack: Ground, database: Database
) -> None:
    await crash_at_each_await(service, scene_of, stack, database)
