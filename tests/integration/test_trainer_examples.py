"""What the trainer collects, on real parts: the store's promises, and examples over HTTP."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from ratchet_trainer.datasets.dataset import TooFewExamplesError, UnknownDatasetError
from ratchet_trainer.store.salts import kept_salt
from tests.integration.conftest import Ground, SettingsFor, Tenant
from tests.integration.trainer_site import Part, a_part, labelled, trainer
from tests.patience import PATIENCE_S
from tests.unit.trainer.make_data import made, said

BAD_REQUESTS: list[tuple[str, str, Any, int]] = [
    ("get", f"/api/models/examples/{uuid4()}", None, 404),
    ("get", "/api/models/examples/nonsense", None, 422),
    ("get", "/api/models/examples?task_type=nonsense", None, 404),
    ("get", "/api/models/examples?cursor=%FF%00", None, 422),
    ("post", "/api/models/examples", {"task_type": "qa", "document_text": "x", "target": 3}, 422),
    ("post", "/api/models/examples", {"task_type": "qa", "document_text": "\ud800", "target": "x"}, 422),
    (
        "post",
        "/api/models/examples",
        {"task_type": "classification", "document_text": "x", "target": "z" * 900},
        422,
    ),
]


@pytest.fixture
async def part(stack: Ground) -> AsyncIterator[Part]:
    async with a_part(stack.mongodb_url) as part:
        yield part


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


async def test_examples_from_outside_are_scrubbed_and_bad_ones_refused_with_a_reason(
    settings_for: SettingsFor, tenant: Tenant
) -> None:
    brought = {
        "task_type": "qa",
        "document_text": "Mail ann@example.com.",
        "question": "Whom?",
        "target": "ann@example.com!",
    }
    async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant) as (app, _):
        status, problem = await app.post("/api/models/examples", brought)
        assert (status, problem["reason"]) == (422, "empty_after_scrubbing")
        given = brought | {"target": "Mail ann@example.com", "tags": ["of bob@example.com"], "user_id": "ann"}
        status, example = await app.post("/api/models/examples", given)
        assert (status, example["document"], example["target"]) == (201, "Mail [EMAIL_1].", "Mail [EMAIL_1]")
        assert example["tags"] == ["of [EMAIL_2]"]
        assert (example["quality"], example["quality_parts"]) == (1.0, {})  # of no answer, but of what people wrote
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
    async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant) as (app, _):

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
        _, stats = await app.get("/api/models/examples/stats")
        assert stats["refused"] == {"no_json": 1}
        assert {one["task_type"]: one["examples"] for one in stats["by_task"]} == {"none": 0, "qa": 1}
        assert (await send("?task_type=nonsense"))[0] == 404
