"""The trainer's data half over a store of its own, and the whole trainer over HTTP."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from ratchet_common import mongo
from ratchet_common.bus import Bus
from ratchet_common.events import Event, FeedbackJoined
from ratchet_common.mongo import Database
from ratchet_common.topics import TOPIC_OF
from ratchet_trainer.collecting.collection import Collector
from ratchet_trainer.collecting.preparing import Prepared, prepare
from ratchet_trainer.collecting.sampling import Sampling
from ratchet_trainer.datasets.analysis import read_through
from ratchet_trainer.datasets.composing import compose
from ratchet_trainer.datasets.dataset import Rules
from ratchet_trainer.datasets.datasets import TrainingData
from ratchet_trainer.documents.following import Following
from ratchet_trainer.main import build
from ratchet_trainer.privacy.hashing import Hashes
from ratchet_trainer.settings import TrainerSettings
from ratchet_trainer.store.dataset_documents import MongoDatasetDocuments
from ratchet_trainer.store.datasets import MongoDatasetStore
from ratchet_trainer.store.document_traces import MongoDocumentTraces
from ratchet_trainer.store.erasures import MongoErasureStore
from ratchet_trainer.store.examples import MongoExampleStore
from ratchet_trainer.store.fates import MongoFateStore
from ratchet_trainer.store.marks import MongoMarks
from ratchet_trainer.store.served import MongoServedStore
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.ready_workers import ready_workers
from tests.unit.trainer.make_data import NOW, messages, said

LABELS = ("yes", "no")


class Part:
    """The data half over a store of its own."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self.database = database
        self.examples, self.datasets = MongoExampleStore(database), MongoDatasetStore(database)
        self.erasures = MongoErasureStore(database)
        self.served = MongoServedStore(database, kept=timedelta(days=36_500))
        self.fates, self.traces = MongoFateStore(database), MongoDocumentTraces(database)
        self.made_of = MongoDatasetDocuments(database)
        self.following = Following(self.fates, self.traces, self.made_of)
        hashes, sampling = Hashes(b"salt" * 8), Sampling(share=0.0)
        self.collector = Collector(self.examples, self.served, _prepare, hashes, sampling, self.following)
        self.training = TrainingData(
            examples=self.examples,
            answers=self.served,
            datasets=self.datasets,
            compose=_compose,
            read_through=_read_through,
            rules=rules,
            counted=timedelta(days=36_500),
            wishes=self.erasures,
            marks=MongoMarks(database),
            documents=self.following,
            archive_days=730,
        )

    async def create_indexes(self) -> None:
        for store in (self.examples, self.datasets, self.served, self.erasures, self.fates, self.traces):
            await store.create_indexes()


async def _prepare(batch: Sequence[tuple[str, ...]]) -> list[Prepared]:
    return prepare(batch)


async def _compose(*given: Any) -> Any:
    return compose(*given)


async def _read_through(examples: Sequence[Any]) -> Any:
    return read_through(examples)


@asynccontextmanager
async def a_part(mongodb_url: str) -> AsyncIterator[Part]:
    client = mongo.connect(mongodb_url)
    name = f"trainer-{uuid4().hex[:8]}"
    part = Part(mongo.database(client, name), Rules(min_examples=10))
    await part.create_indexes()
    yield part
    await client.drop_database(name)
    await client.close()


def labelled(number: int, **fields: Any) -> FeedbackJoined:
    """Two of them make a session; no two ask about the same."""
    words = random.Random(number)
    text = " ".join(f"word{words.randrange(5_000)}" for _ in range(30))
    given: dict[str, Any] = {
        "result_id": UUID(int=number),
        "task_type": "classification",
        "labels": LABELS,
        "input": messages(text),
        "output": "no",
        "corrections": {"label": LABELS[number % 2]},
        "session": f"session {number // 2}",
        "occurred_at": NOW + timedelta(minutes=number),
    }
    return said(**given | fields)


async def publish(bus: Bus, *events: Event) -> None:
    for event in events:
        topic = TOPIC_OF[type(event)]
        await bus.publish(topic.name, topic.key(event).encode(), msgspec.json.encode(event))


@asynccontextmanager
async def trainer(settings_for: SettingsFor, tenant: Tenant, **extra: Any) -> AsyncIterator[tuple[Running, Bus]]:
    settings = settings_for(TrainerSettings, **extra)
    assert isinstance(settings, TrainerSettings)
    async with running_app(build(settings, ready_workers), tenant) as app, Bus(settings) as bus:
        yield app, bus


async def until(app: Running, words: int) -> dict[str, Any]:
    """Waits until so many examples and refusals are there (samples that were replaced not counted)."""
    while True:
        _, stats = await app.get("/api/models/examples/stats")
        refused = sum(count for reason, count in stats["refused"].items() if reason != "sample_replaced")
        if stats["total_examples"] + refused >= words:
            return dict(stats)
        await asyncio.sleep(0.2)
