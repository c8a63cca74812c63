"""What the trainer collects and makes datasets of, on real parts: the store's promises, and the service over HTTP."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from ratchet_common import mongo
from ratchet_common.bus import Bus
from ratchet_common.events import Event, FeedbackJoined
from ratchet_common.mongo import Database
from ratchet_common.topics import TOPIC_OF
from ratchet_trainer.analysis import read_through
from ratchet_trainer.collection import Collector
from ratchet_trainer.composing import compose
from ratchet_trainer.dataset import Dataset, Rules, TooFewExamplesError, UnknownDatasetError
from ratchet_trainer.datasets import TrainingData
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.hashing import Hashes
from ratchet_trainer.main import build
from ratchet_trainer.preparing import Prepared, prepare
from ratchet_trainer.sampling import Sampling
from ratchet_trainer.settings import TrainerSettings
from ratchet_trainer.store.datasets import MongoDatasetStore
from ratchet_trainer.store.examples import MongoExampleStore
from ratchet_trainer.store.salts import kept_salt
from ratchet_trainer.store.served import MongoServedStore
from tests.integration.conftest import Ground, Running, SettingsFor, Tenant, running_app
from tests.unit.trainer.make_data import NOW, made, messages, said

LABELS = ("yes", "no")


BAD_REQUESTS: list[tuple[str, str, Any, int]] = [
    ("get", f"/api/models/examples/{uuid4()}", None, 404),
    ("get", "/api/models/examples/nonsense", None, 422),
    ("get", "/api/models/examples?task_type=nonsense", None, 404),
    ("get", "/api/models/examples?cursor=%FF%00", None, 422),
    ("get", "/api/models/datasets/qa-0123456789ab", None, 404),
    ("get", "/api/models/datasets/nonsense", None, 422),
    ("get", "/api/models/datasets/qa-0123456789ab/card", None, 404),
    ("get", "/api/models/datasets/qa-0123456789ab/export", None, 404),
    ("get", "/api/models/datasets/qa-0123456789ab/export?format=word", None, 422),
    ("get", "/api/models/datasets/qa-0123456789ab/export?side=both", None, 422),
    ("post", "/api/models/datasets", {"task_type": "nonsense"}, 404),
    ("post", "/api/models/datasets", {"task_type": "qa", "seed": 2**70}, 422),
    ("post", "/api/models/examples", {"task_type": "qa", "document_text": "x", "target": 3}, 422),
    ("post", "/api/models/examples", {"task_type": "qa", "document_text": "\ud800", "target": "x"}, 422),
    (
        "post",
        "/api/models/examples",
        {"task_type": "classification", "document_text": "x", "target": "z" * 900},
        422,
    ),
]


class Part:
    """The data half over a store of its own."""

    def __init__(self, database: Database, rules: Rules) -> None:
        self.database = database
        self.examples, self.datasets = MongoExampleStore(database), MongoDatasetStore(database)
        self.served = MongoServedStore(database, kept=timedelta(days=36_500))
        self.collector = Collector(self.examples, self.served, _prepare, Hashes(b"salt" * 8), Sampling(share=0.0))
        self.training = TrainingData(
            self.examples, self.served, self.datasets, _compose, _read_through, rules, timedelta(days=36_500)
        )

    async def create_indexes(self) -> None:
        for store in (self.examples, self.datasets, self.served):
            await store.create_indexes()


async def _prepare(batch: Sequence[tuple[str, ...]]) -> list[Prepared]:
    return prepare(batch)


async def _compose(*given: Any) -> Any:
    return compose(*given)


async def _read_through(examples: Sequence[Any]) -> Any:
    return read_through(examples)


@pytest.fixture
async def part(stack: Ground) -> AsyncIterator[Part]:
    client = mongo.connect(stack.mongodb_url)
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


async def stored(part: Part) -> list[tuple[str, int, str]]:
    heads = await part.database.examples.find({}).to_list()
    return sorted((str(head["result_id"].as_uuid()), head["revision"], head["state"]) for head in heads)


async def test_any_order_and_any_repetition_stores_the_same(part: Part) -> None:
    words = [
        labelled(n, revision=r, corrections={"label": "yes"} if r < 3 else {}) for n in range(12) for r in (1, 2, 3)
    ]
    deliveries = words + words[::2]
    random.Random(5).shuffle(deliveries)
    batches = [deliveries[start : start + 9] for start in range(0, len(deliveries), 9)]
    await asyncio.gather(*(part.collector.on_feedback(batch) for batch in batches))
    assert await stored(part) == [(str(UUID(int=n)), 3, "refused") for n in range(12)]


async def test_a_dataset_stays_what_it_was_when_people_change_their_minds(part: Part) -> None:
    await part.collector.on_feedback([labelled(n) for n in range(40)])
    before = await part.training.build("acme", "classification")
    assert await part.training.build("acme", "classification") == before
    await part.collector.on_feedback([labelled(n, revision=2, corrections={"label": "no"}) for n in range(40)])
    after = await part.training.build("acme", "classification")
    first, second = await part.training.load("acme", before), await part.training.load("acme", after)
    assert sorted(labels_of(first)) == ["no"] * 20 + ["yes"] * 20
    assert labels_of(second) == ["no"] * 40
    assert (len(first.train), len(first.validation), len(first.test)) == (32, 4, 4)
    sessions = [{example.session_hash for example in side} for side in (first.train, first.validation, first.test)]
    assert len(set.union(*sessions)) == sum(map(len, sessions))


async def test_an_old_example_is_in_no_new_dataset_and_stays_in_those_that_have_it(part: Part) -> None:
    await part.collector.on_feedback([labelled(n) for n in range(40)])
    before = await part.training.build("acme", "classification")
    assert await part.examples.archive(NOW + timedelta(minutes=20)) == 20
    assert await part.examples.archive(NOW + timedelta(minutes=20)) == 0
    after = await part.training.load("acme", await part.training.build("acme", "classification"))
    assert len(labels_of(after)) == 20
    assert len(labels_of(await part.training.load("acme", before))) == 40
    counts = await part.examples.counts("acme")
    assert (counts.archived, sum(count.count for count in counts.examples)) == (20, 20)
    old = min(after.train, key=lambda one: one.learned_at)
    assert old.learned_at >= NOW + timedelta(minutes=20)
    await part.collector.on_feedback([labelled(0, revision=2, occurred_at=NOW + timedelta(days=1))])
    assert (await part.examples.counts("acme")).archived == 19


def labels_of(dataset: Dataset) -> list[Any]:
    return [example.target for example in (*dataset.train, *dataset.validation, *dataset.test)]


async def test_another_tenant_learns_nothing(part: Part) -> None:
    await part.collector.on_feedback([labelled(n) for n in range(20)])
    dataset_id = await part.training.build("acme", "classification")
    with pytest.raises(TooFewExamplesError) as refused:
        await part.training.build("other", "classification")
    assert (refused.value.found, refused.value.needed) == (0, 10)
    with pytest.raises(UnknownDatasetError):
        await part.training.load("other", dataset_id)
    assert await part.examples.counts("other") == await part.examples.counts("nobody")


async def test_examples_weigh_by_how_rarely_their_stratum_got_feedback(part: Part) -> None:
    answers = [made(result_id=UUID(int=n), confidence=0.99 if n < 40 else 0.2) for n in range(80)]
    await part.collector.on_predictions(answers * 2)
    words = [said(result_id=one.result_id, confidence=one.confidence) for one in [*answers[:10], *answers[40:80]]]
    await part.collector.on_feedback([*words, said(result_id=answers[0].result_id, user_id="u2", confidence=0.99)])
    examples, _ = await part.examples.list("acme", task_type="summary", limit=200, cursor=None)
    weights = await part.training.weights("acme", "summary", examples)
    assert {(e.confidence, weight) for e, weight in zip(examples, weights, strict=True)} == {(0.99, 4.0), (0.2, 1.0)}


async def test_the_salt_is_made_once(part: Part) -> None:
    salts = await asyncio.gather(*(kept_salt(part.database) for _ in range(8)))
    assert len(set(salts)) == 1


async def publish(bus: Bus, *events: Event) -> None:
    for event in events:
        topic = TOPIC_OF[type(event)]
        await bus.publish(topic.name, topic.key(event).encode(), msgspec.json.encode(event))


@asynccontextmanager
async def trainer(settings_for: SettingsFor, tenant: Tenant, **extra: Any) -> AsyncIterator[tuple[Running, Bus]]:
    settings = settings_for(TrainerSettings, **extra)
    assert isinstance(settings, TrainerSettings)
    async with running_app(build(settings), tenant) as app, Bus(settings) as bus:
        yield app, bus


async def test_from_events_to_a_dataset_over_http(settings_for: SettingsFor, tenant: Tenant) -> None:
    how: dict[str, Any] = {"min_examples": 20, "sample_share": 1.0, "archive_days": 36_500}
    async with asyncio.timeout(90), trainer(settings_for, tenant, **how) as (app, bus):
        words = [
            labelled(n, tenant=tenant.name, input=messages(f"Mail ann{n}@example.com about plan {n}"))
            for n in range(30)
        ]
        refused = labelled(99, tenant=tenant.name, corrections={}, score_source="rating")
        await publish(bus, made(tenant=tenant.name, labels=LABELS), *words, refused)
        stats = await until(app, 32)
        assert stats["by_source"] == {"correction": 30, "sampled": 1}
        assert stats["refused"]["no_target"] == 1
        assert stats["pii_found"] == {"EMAIL": 30, "PERSON": 1}
        assert stats["by_month"] == {"2026-01": 31}
        assert (sum(stats["quality_histogram"]), stats["quality_histogram"][9]) == (31, 31)
        status, dataset = await app.post("/api/models/datasets", {"task_type": "classification"})
        assert (status, dataset["by_label"]) == (201, {"no": 15, "yes": 15})
        assert (await app.post("/api/models/datasets", {"task_type": "classification"}))[1] == dataset
        status, analysis = await app.get(f"/api/models/datasets/{dataset['dataset_id']}/analyze")
        assert (status, analysis["total_examples"], analysis["pii_found"]) == (200, 30, {"EMAIL": 30})
        assert (await app.get("/api/models/datasets"))[1]["items"] == [dataset]
        listed = (await app.get("/api/models/examples?limit=200"))[1]["items"]
        assert "example.com" not in json.dumps(listed)
        await exports_are_whole(app, dataset)
        async with app.http.get(f"{app.url}/api/models/datasets/{dataset['dataset_id']}/card") as response:
            page = await response.text()
        assert (response.status, response.content_type) == (200, "text/markdown")
        assert f"# {dataset['dataset_id']}" in page
        assert "| EMAIL | 30 |" in page


async def exports_are_whole(app: Running, dataset: dict[str, Any]) -> None:
    for name, format_ in FORMATS.items():
        for side, size in dataset["examples"].items():
            url = f"{app.url}/api/models/datasets/{dataset['dataset_id']}/export?format={name}&side={side}"
            async with app.http.get(url) as response:
                lines = (await response.read()).splitlines()
            assert (response.status, response.content_type) == (200, "application/jsonl")
            assert f"{side}.{name}.jsonl" in response.headers["Content-Disposition"]
            assert [format_.fault(line) for line in lines] == [None] * len(lines)
            assert len(lines) == size or name == "openai_preference"
            assert b"example.com" not in b"".join(lines)


async def until(app: Running, words: int) -> dict[str, Any]:
    """Waits until so many examples and refusals are there (samples that were replaced not counted)."""
    while True:
        _, stats = await app.get("/api/models/examples/stats")
        refused = sum(count for reason, count in stats["refused"].items() if reason != "sample_replaced")
        if stats["total_examples"] + refused >= words:
            return dict(stats)
        await asyncio.sleep(0.2)


async def test_examples_from_outside_are_scrubbed_and_bad_ones_refused_with_a_reason(
    settings_for: SettingsFor, tenant: Tenant
) -> None:
    brought = {
        "task_type": "qa",
        "document_text": "Mail ann@example.com.",
        "question": "Whom?",
        "target": "ann@example.com!",
    }
    async with asyncio.timeout(90), trainer(settings_for, tenant) as (app, _):
        status, problem = await app.post("/api/models/examples", brought)
        assert (status, problem["reason"]) == (422, "empty_after_scrubbing")
        given = brought | {"target": "Mail ann@example.com", "tags": ["of bob@example.com"], "user_id": "ann"}
        status, example = await app.post("/api/models/examples", given)
        assert (status, example["document"], example["target"]) == (201, "Mail [EMAIL_1].", "Mail [EMAIL_1]")
        assert example["tags"] == ["of [EMAIL_2]"]
        assert (await app.post("/api/models/examples", given))[1]["example_id"] == example["example_id"]
        _, page = await app.get("/api/models/examples?task_type=qa")
        assert [one["example_id"] for one in page["items"]] == [example["example_id"]]
        assert (await app.get(f"/api/models/examples/{example['example_id']}"))[0] == 200
        status, problem = await app.post("/api/models/datasets", {"task_type": "qa"})
        assert (status, problem["type"], problem["found"]) == (409, "urn:ratchet:problem:too-few-examples", 1)
        for method, path, body, expected in BAD_REQUESTS:
            status, problem = await (app.get(path) if method == "get" else app.post(path, body))
            assert (path, status, problem["status"]) == (path, expected, expected)


async def test_a_file_of_examples_is_taken_once_and_a_dry_run_stores_nothing(
    settings_for: SettingsFor, tenant: Tenant
) -> None:
    good = json.dumps({"task_type": "qa", "document_text": "Mail ann@example.com.", "target": "Mail her."})
    lines = f"{good}\n{{\n{good}\n"
    async with asyncio.timeout(90), trainer(settings_for, tenant) as (app, _):

        async def send(query: str) -> tuple[int, Any]:
            url = f"{app.url}/api/models/examples/import{query}"
            async with app.http.post(url, data=lines, headers={"Content-Type": "application/jsonl"}) as response:
                return response.status, await response.json()

        status, dry = await send("?dry_run=true")
        assert (status, dry["taken"], dry["already_there"], dry["refused"]) == (200, 1, 1, 1)
        assert dry["faults"] == [{"line": 2, "reason": "it is no JSON."}]
        assert (await app.get("/api/models/examples"))[1]["items"] == []
        assert await send("") == (200, dry | {"dry_run": False})
        (example,) = (await app.get("/api/models/examples"))[1]["items"]
        assert (example["document"], example["target_source"]) == ("Mail [EMAIL_1].", "imported")
        assert (await send(""))[1]["already_there"] == 2
        assert (await send("?task_type=nonsense"))[0] == 404
