"""Datasets on real parts: the store's promises, and the service over HTTP."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ratchet_trainer.datasets.augmenting import Augment
from ratchet_trainer.datasets.dataset import Dataset, TooFewExamplesError
from ratchet_trainer.datasets.exporting import lines_of
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.formats.known import FORMATS
from tests.integration.conftest import Ground, Running, SettingsFor, Tenant
from tests.integration.trainer_site import LABELS, Part, a_part, labelled, publish, trainer, until
from tests.patience import PATIENCE_S
from tests.unit.trainer.make_data import NOW, made, messages

CHAT = FORMATS["chat"]
SINCE = "2026-01-05T00:00:00Z"
BAD_REQUESTS: list[tuple[str, str, Any, int]] = [
    ("get", "/api/models/datasets/qa-0123456789ab", None, 404),
    ("get", "/api/models/datasets/nonsense", None, 422),
    ("get", "/api/models/datasets/qa-0123456789ab/card", None, 404),
    ("get", "/api/models/datasets/qa-0123456789ab/export", None, 404),
    ("get", "/api/models/datasets/qa-0123456789ab/export?format=word", None, 422),
    ("get", "/api/models/datasets/qa-0123456789ab/export?side=both", None, 422),
    ("post", "/api/models/datasets", {"task_type": "nonsense"}, 404),
    ("post", "/api/models/datasets", {"task_type": "qa", "seed": 2**70}, 422),
    ("post", "/api/models/datasets", {"task_type": "qa", "split": "50/50"}, 422),
    ("post", "/api/models/datasets", {"task_type": "qa", "since": "2026-01-05T00:00:00"}, 422),
    ("post", "/api/models/datasets", {"task_type": "qa", "since": SINCE, "until": SINCE}, 422),
    ("post", "/api/models/datasets", {"task_type": "qa", "min_quality": 2}, 422),
    ("post", "/api/models/datasets", {"task_type": "qa", "balance": {"kind": "share", "most": 1}}, 422),
    ("post", "/api/models/datasets", {"task_type": "qa", "balance": {"kind": "none", "most": 1}}, 422),
    ("post", "/api/models/datasets", {"task_type": "qa", "augment": {"recipes": []}}, 422),
    ("post", "/api/models/datasets", {"task_type": "qa", "augment": {"recipes": ["translation"]}}, 422),
    ("post", "/api/models/datasets", {"task_type": "qa", "augment": {"factor": 9}}, 422),
    ("post", "/api/models/datasets", {"task_type": "qa", "augment": {"rare_labels": True}}, 422),
]


@pytest.fixture
async def part(stack: Ground) -> AsyncIterator[Part]:
    async with a_part(stack.mongodb_url) as part:
        yield part


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
    assert await part.examples.archived("acme", "classification", 5) == 5
    assert await part.examples.archived("other", "classification", 5) == 0
    await part.examples.archive(NOW + timedelta(days=2))
    with pytest.raises(TooFewExamplesError, match=r"There are 0 .* 40 others were archived 730 days after"):
        await part.training.build("acme", "classification")


async def test_what_is_erased_is_in_no_dataset_any_more_and_what_is_left_is_counted(part: Part) -> None:
    await part.collector.on_feedback([labelled(n) for n in range(40)])
    dataset_id = await part.training.build("acme", "classification")
    before = await part.training.analyse("acme", dataset_id)
    assert (before.total_examples, before.present) == (40, {"train": 32, "validation": 4, "test": 4})
    session = (await part.training.load("acme", dataset_id)).train[0].session_hash
    await part.database.example_texts.delete_many({"session_hash": session})
    after = await part.training.load("acme", dataset_id)
    assert len(labels_of(after)) == 38
    assert after.manifest.sizes[Side.TRAIN] == 32
    assert await part.training.present("acme", dataset_id) == {"train": 30, "validation": 4, "test": 4}
    assert (await part.training.analyse("acme", dataset_id)).present[Side.TRAIN] == 30
    lines = [line async for line in lines_of(await part.training.members("acme", dataset_id, Side.TRAIN), CHAT)]
    assert len(lines) == 30


async def test_what_is_made_of_examples_trains_only_and_comes_out_the_same_each_time(part: Part) -> None:
    mails = [labelled(n, input=messages(f"Mail ann@example.com or bob@example.com. {text(n)}")) for n in range(40)]
    await part.collector.on_feedback(mails)
    how = replace(part.training.rules, augment=Augment(("casing", "placeholders"), 2))
    dataset_id = await part.training.build("acme", "classification", how)
    first, again = await part.training.load("acme", dataset_id), await part.training.load("acme", dataset_id)
    assert first == again
    assert (len(first.train), len(first.validation), len(first.test)) == (64, 4, 4)
    made = [example for example in first.train if example.augmented_from]
    assert {example.augmentation for example in made} <= {"casing", "placeholders"}
    assert {example.augmented_from for example in made} == {e.example_id for e in first.train if not e.augmented_from}
    analysis = await part.training.analyse("acme", dataset_id)
    assert (analysis.total_examples, sum(analysis.made.values())) == (40, 32)
    plain = await part.training.analyse("acme", await part.training.build("acme", "classification"))
    assert analysis.tokens_estimated[Side.TRAIN] > 1.8 * plain.tokens_estimated[Side.TRAIN]
    assert analysis.tokens_estimated[Side.TEST] > 0


async def test_only_what_was_learned_in_time_is_looked_at(part: Part) -> None:
    await part.collector.on_feedback([labelled(n) for n in range(60)])
    since, until = NOW + timedelta(minutes=10), NOW + timedelta(minutes=40)
    rules = replace(part.training.rules, since=since, until=until)
    dataset = await part.training.load("acme", await part.training.build("acme", "classification", rules))
    times = [example.learned_at for example in (*dataset.train, *dataset.validation, *dataset.test)]
    assert (len(times), min(times), max(times)) == (30, since, until - timedelta(minutes=1))


def labels_of(dataset: Dataset) -> list[Any]:
    return [example.target for example in (*dataset.train, *dataset.validation, *dataset.test)]


async def test_from_events_to_a_dataset_over_http(settings_for: SettingsFor, tenant: Tenant) -> None:
    how: dict[str, Any] = {"min_examples": 20, "sample_share": 1.0, "archive_days": 36_500}
    async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant, **how) as (app, bus):
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


async def test_a_dataset_is_built_as_it_is_asked_for(settings_for: SettingsFor, tenant: Tenant) -> None:
    async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant) as (app, _):
        assert (await bring(app, [mail(n) for n in range(49)]))["taken"] == 49
        status, refused = await app.post("/api/models/datasets", {"task_type": "classification"})
        assert (status, refused["type"], refused["found"]) == (409, "urn:ratchet:problem:too-few-examples", 49)
        await bring(app, [mail(n) for n in range(49, 90)])
        wanted = {
            "task_type": "classification",
            "split": "90/10",
            "seed": 7,
            "by_user": True,
            "min_quality": 0.5,
            "since": SINCE,
            "balance": {"kind": "cap", "most": 1.0},
            "augment": {"recipes": ["casing", "greeting"], "factor": 3},
        }
        status, dataset = await app.post("/api/models/datasets", wanted)
        assert (status, dataset["dropped"]["too_many_of_a_type"]) == (201, 15)
        assert dataset["examples"] == {"train": 67, "validation": 0, "test": 8}
        assert dataset["strata"]["document_type"]["email"] == {"train": 40, "test": 5}
        rules = dataset["rules"]
        assert (rules["split_by_user"], rules["seed"], rules["augment"]["factor"]) == (True, 7, 3)
        _, now = await app.get(f"/api/models/datasets/{dataset['dataset_id']}")
        assert now == dataset | {"present": dataset["examples"]}
        rows = await rows_of(app, dataset, "train")
        assert sum(row["augmented_from"] is None for row in rows) == 67
        assert {row["augmentation"] for row in rows} == {None, "casing", "greeting"}
        assert all(row["augmented_from"] is None for row in await rows_of(app, dataset, "test"))
        for method, path, body, expected in BAD_REQUESTS:
            status, problem = await (app.get(path) if method == "get" else app.post(path, body))
            assert (path, body, status, problem["status"]) == (path, body, expected, expected)


async def test_a_dataset_that_nothing_could_be_judged_by_is_refused_with_the_reason(
    settings_for: SettingsFor, tenant: Tenant
) -> None:
    async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant) as (app, _):
        await bring(app, [mail(n) | {"session_id": "one and the same"} for n in range(60)])
        status, refused = await app.post("/api/models/datasets", {"task_type": "classification"})
        assert (status, refused["type"], refused["side"]) == (409, "urn:ratchet:problem:empty-side", "validation")
        assert "belong together" in refused["detail"]


def mail(number: int) -> dict[str, Any]:
    return {
        "task_type": "classification",
        "document_text": f"Dear all,\n\n{text(number)}.\n\nBest regards,\nthe team",
        "target": LABELS[number % 2],
        "labels": LABELS,
        "document_type": "email" if number % 3 else "contract",
    }


def text(number: int) -> str:
    words = random.Random(number)
    return " ".join(f"Word{words.randrange(5_000)}" for _ in range(30))


async def bring(app: Running, examples: list[dict[str, Any]]) -> dict[str, Any]:
    lines = "".join(json.dumps(example) + "\n" for example in examples)
    async with app.http.post(f"{app.url}/api/models/examples/import", data=lines) as response:
        assert response.status == 200
        return dict(await response.json())


async def rows_of(app: Running, dataset: dict[str, Any], side: str) -> list[dict[str, Any]]:
    url = f"{app.url}/api/models/datasets/{dataset['dataset_id']}/export?format=examples&side={side}"
    async with app.http.get(url) as response:
        return [json.loads(line) for line in (await response.read()).splitlines()]
