"""What the trainer collects, crashed at each await."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest

from ratchet_common.events import FeedbackJoined, PredictionMade
from ratchet_common.messaging import Handle
from ratchet_common.mongo import Database
from ratchet_common.topics import FEEDBACK, PREDICTIONS
from ratchet_trainer.collecting.collection import Collector
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.preparing import Prepared
from ratchet_trainer.collecting.sampling import Sampling
from ratchet_trainer.datasets.duplicates import text_hash
from ratchet_trainer.documents.following import Following
from ratchet_trainer.privacy.hashing import Hashes
from ratchet_trainer.store.dataset_documents import MongoDatasetDocuments
from ratchet_trainer.store.document_traces import MongoDocumentTraces
from ratchet_trainer.store.examples import MongoExampleStore
from ratchet_trainer.store.fates import MongoFateStore
from ratchet_trainer.store.served import MongoServedStore
from tests.integration.conftest import Ground
from tests.integration.crashes.lives import Scene, crash_at_each_await
from tests.unit.trainer.make_data import made, said

ALL = Sampling(share=1.0)


async def scrub(batch: Sequence[tuple[str, ...]]) -> list[Prepared]:
    """In the place of the worker processes, and as they do it makes its caller wait."""
    await asyncio.sleep(0)
    return [Prepared(texts, {}, text_hash(texts[0]), b"") for texts in batch]


def collector(database: Database) -> Collector:
    served = MongoServedStore(database, kept=timedelta(days=36_500))
    follows = following(database)
    return Collector(MongoExampleStore(database), served, scrub, Hashes(b"salt" * 8), ALL, follows)


def following(database: Database) -> Following:
    return Following(MongoFateStore(database), MongoDocumentTraces(database), MongoDatasetDocuments(database))


class Collecting:
    def __init__(self, tenant: str) -> None:
        self.tenant = tenant

    def result(self, name: str) -> UUID:
        return uuid5(NAMESPACE_OID, f"{self.tenant}/{name}")

    def made(self, name: str, **fields: object) -> PredictionMade:
        return made(tenant=self.tenant, result_id=self.result(name), **fields)

    async def before(self, database: Database) -> None:
        """An answer was drawn before anybody spoke of it."""
        await collector(database).on_predictions([self.made("drawn")])

    async def states(self, database: Database) -> list[tuple[UUID, int, str, str]]:
        """Of examples and refusals: the result, the revision, what it is, and whence or why."""
        heads = await database.examples.find({"tenant": self.tenant}).to_list()
        return sorted(
            (h["result_id"].as_uuid(), h["revision"], h["state"], h.get("target_source") or h["reason"]) for h in heads
        )

    async def examples(self, database: Database) -> list[Example]:
        found, _ = await MongoExampleStore(database).list(self.tenant, task_type=None, limit=100, cursor=None)
        return list(found)


class Predictions(Collecting):
    """Two are worth learning: one whose answer was known, one that was drawn."""

    topic = PREDICTIONS

    @property
    def events(self) -> list[PredictionMade]:
        known = self.made("known", reference="The report is late.")
        return [
            known,
            self.made("failed", outcome="failed", output=None),
            known,
            self.made("hit", cached_from=self.result("known")),
            self.made("unsure", confidence=0.2),
            self.made("drawn"),
        ]

    def handler(self, database: Database) -> Handle:
        return collector(database).on_predictions

    async def check(self, database: Database) -> None:
        served = await database.served.find({"tenant": self.tenant}).to_list()
        assert len(served) == len({document["_id"] for document in served}) == 3
        assert await self.states(database) == sorted(
            [
                (self.result("known"), 0, "example", "reference"),
                (self.result("drawn"), 0, "example", "sampled"),
                (self.result("unsure"), 0, "refused", "low_quality"),
            ]
        )
        assert {example.target for example in await self.examples(database)} == {"The report is late."}
        assert await database.example_texts.count_documents({"tenant": self.tenant}) == 2


class Feedback(Collecting):
    """The last word counts, wherever it stands, and takes the place of what was drawn."""

    topic = FEEDBACK

    @property
    def events(self) -> list[FeedbackJoined]:
        return [
            self.word(1, "first"),
            self.word(3, "third"),
            self.word(3, "third"),
            self.word(2, "second"),
            self.said("rated", corrections={}, score_source="rating"),
        ]

    def word(self, revision: int, summary: str) -> FeedbackJoined:
        return self.said("drawn", revision=revision, corrections={"summary": summary})

    def said(self, name: str, **fields: object) -> FeedbackJoined:
        return said(tenant=self.tenant, result_id=self.result(name), **fields)

    def handler(self, database: Database) -> Handle:
        return collector(database).on_feedback

    async def check(self, database: Database) -> None:
        assert await self.states(database) == sorted(
            [
                (self.result("drawn"), 1, "refused", "sample_replaced"),
                (self.result("drawn"), 3, "example", "correction"),
                (self.result("rated"), 1, "refused", "no_target"),
                (self.result("rated"), 1, "refused", "sample_replaced"),
            ]
        )
        assert [example.target for example in await self.examples(database)] == ["third"]
        texts = await database.example_texts.count_documents({"tenant": self.tenant})
        assert texts == 3  # of what was drawn, and of the last word in each batch


@pytest.mark.parametrize("scene_of", [Predictions, Feedback])
async def test_each_event_has_its_effect_once(
    scene_of: Callable[[str], Scene], stack: Ground, database: Database
) -> None:
    await MongoExampleStore(database).create_indexes()
    await crash_at_each_await("trainer", scene_of, stack, database)
