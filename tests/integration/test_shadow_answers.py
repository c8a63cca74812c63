"""What versions said in the shadow, over the real store; and who puts them there, over HTTP."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest_asyncio

from ratchet_common.events import FeedbackJoined, ShadowAnswered, Usage
from ratchet_common.forgotten import Person
from ratchet_trainer.collecting.preparing import Prepared, prepare
from ratchet_trainer.judging.fresh_cases import FreshCases, unseen
from ratchet_trainer.judging.shadow_cases import ShadowCases
from ratchet_trainer.rollouts.shadow_answers import ShadowCollector
from ratchet_trainer.rollouts.versions import Version
from ratchet_trainer.store.shadow_answers import MongoShadowAnswerStore
from ratchet_trainer.store.traces import MongoTraces
from tests.integration.conftest import Ground, SettingsFor, Tenant
from tests.integration.test_registered_versions import CATALOGUE
from tests.integration.test_trainer_rollout import traffic_of
from tests.integration.trainer_site import Part, a_part, labelled, trainer
from tests.unit.trainer import decision_fakes
from tests.unit.trainer.make_data import NOW

V = "classification-abababab"


@pytest_asyncio.fixture
async def part(stack: Ground) -> AsyncIterator[Part]:
    async with a_part(stack.mongodb_url) as found:
        yield found


async def _prepare(batch: Sequence[tuple[str, ...]]) -> list[Prepared]:
    return prepare(batch)


def whisper(word: FeedbackJoined, **how: Any) -> ShadowAnswered:
    """What the version in the shadow said to the same request."""
    given: dict[str, Any] = {
        "tenant": word.tenant,
        "result_id": word.result_id,
        "task_type": word.task_type,
        "version_id": V,
        "model": V,
        "outcome": "ok",
        "usage": Usage(),
        "cost_usd": Decimal("0.001"),
        "latency_ms": 4.0,
        "user": word.user,
        "labels": word.labels,
        "input": word.input,
        "output": "yes",
        "occurred_at": word.occurred_at,
    }
    return ShadowAnswered(**given | how)


async def kept(part: Part, days: int = 36_500) -> MongoShadowAnswerStore:
    store = MongoShadowAnswerStore(part.database, kept=timedelta(days=days))
    await store.create_indexes()
    return store


def version() -> Version:
    return replace(decision_fakes.version(V), created_at=NOW + timedelta(minutes=30))


async def test_an_answer_is_kept_once_and_found_by_its_result_and_version(part: Part) -> None:
    store, words = await kept(part), [labelled(n) for n in range(3)]
    collector = ShadowCollector(store, _prepare, part.collector.hashes)
    await collector.on_answered([whisper(word) for word in words])
    await collector.on_answered(
        [whisper(words[0], output="no"), whisper(words[0], version_id="classification-cdcdcdcd")]
    )
    found = await store.of_results("acme", V, [word.result_id for word in words])
    assert {result: answer.output for result, answer in found.items()} == {word.result_id: "yes" for word in words}
    assert await store.count("acme", V) == 3
    assert await store.of_results("other", V, [words[0].result_id]) == {}


async def test_what_a_user_asked_is_forgotten_by_his_hash(part: Part) -> None:
    store, hashes = await kept(part), part.collector.hashes
    said = [whisper(labelled(1, user="ann")), whisper(labelled(2, user="bob")), whisper(labelled(3, user="ann"))]
    await ShadowCollector(store, _prepare, hashes).on_answered(said)
    ann = Person("acme", hashes.of("user", "acme", "ann"), NOW + timedelta(days=1))
    assert sum([count async for count in MongoTraces(part.database).shadow_answers(ann)]) == 2
    assert await store.count("acme", V) == 1


async def test_copied_requests_that_came_after_the_version_stand_for_held_out_ones(part: Part) -> None:
    """It learned from the first 30 minutes; 40 more came, half of them copied, and one from a session that it knows."""
    words = [labelled(number) for number in range(70)]
    await part.collector.on_feedback(words[:30])
    dataset = await part.training.load("acme", await part.training.build("acme", "classification"))
    known = labelled(70, session=words[0].session)
    await part.collector.on_feedback([*words[30:], known])
    store = await kept(part)
    await ShadowCollector(store, _prepare, part.collector.hashes).on_answered(
        [whisper(word) for word in (*words[30:50], known)]
    )
    cases = ShadowCases(store, part.examples)
    heard = await cases.heard(version(), dataset, 100)
    answers = await cases.answers(version(), [example.example_id for example in heard])
    assert len(heard) == 20
    assert {answer.output for answer in answers.values()} == {"yes"}
    assert set(answers) == {example.example_id for example in heard}
    heads = await part.examples.newest("acme", "classification", 100)
    every = (*dataset.train, *dataset.validation, *dataset.test)
    learned = {example.document_hash for example in every}
    assert not learned & {head.document_hash for head in unseen(heads, every)}
    assert len(await cases.heard(version(), dataset, 5)) == 5
    fresh = FreshCases(part.examples)
    later = replace(version(), learned_until=max(example.learned_at for example in every))
    since = await fresh.since(later, dataset, 100)
    assert {one.example_id for one in heard} < {one.example_id for one in since}
    assert len(since) == 40
    assert len(await fresh.since(later, dataset, 5)) == 5


async def test_the_dataset_that_judges_what_was_trained_elsewhere_takes_no_copied_request_away(part: Part) -> None:
    """Nobody said what it was trained on: its exam is built of what is there when it is judged, copied requests too."""
    words = [labelled(number) for number in range(60)]
    await part.collector.on_feedback(words)
    store = await kept(part)
    await ShadowCollector(store, _prepare, part.collector.hashes).on_answered([whisper(word) for word in words[30:]])
    exam = await part.training.load("acme", await part.training.build("acme", "classification"))
    brought = replace(version(), dataset_id="")
    heard = await ShadowCases(store, part.examples).heard(brought, exam, 100)
    cases = {example.example_id for example in (*exam.test, *heard)}
    said = await ShadowCases(store, part.examples).answers(brought, list(cases))
    assert len(said) == 30
    assert len(cases) == len(exam.test) + len(heard)
    assert await ShadowCases(store, part.examples).heard(version(), exam, 100) == []


async def test_who_puts_a_version_into_the_shadow_and_why_stands_in_the_history_and_the_router_hears_it(
    settings_for: SettingsFor, tenant: Tenant, stack: Ground, tmp_path: Path
) -> None:
    (tmp_path / "catalogue.toml").write_text(CATALOGUE.format(url="http://127.0.0.1:9"))
    async with trainer(settings_for, tenant, catalogue=tmp_path / "catalogue.toml") as (app, _):
        brought = {"task_type": "classification", "platform": "openai", "model": f"ft:{uuid4().hex}", "why": "by hand"}
        _, made = await app.post("/api/models/versions", brought)
        path = f"/api/models/versions/{made['version_id']}/shadow"
        status, rollout = await app.post(path, {"percentage": 25, "why": "to see it at work"})
        assert (status, rollout["shadow"]) == (200, {"version_id": made["version_id"], "percent": 25})
        assert (rollout["shares"], rollout["history"][-1]["why"]) == ({"base": 100}, "to see it at work")
        assert rollout["history"][-1]["shadow"]["percent"] == 25
        assert (await app.post(path, {"percentage": 25}))[0] == 409
        assert (await app.post(path, {"percentage": 101}))[0] == 422
        assert (await app.post("/api/models/versions/classification-00000000/shadow", {"percentage": 5}))[0] == 404
        _, shown = await app.get("/api/models/rollouts/classification")
        assert shown["shadow"]["version_id"] == made["version_id"]
        assert (await app.post(path, {"percentage": 0}))[1]["shadow"] is None
        first, second = await traffic_of(stack, tenant.name, 2)
    assert first.shadow is not None
    assert (first.shadow.percent, first.shadow.serving.model) == (25, brought["model"])
    assert set(first.versions) == {"base"}
    assert second.shadow is None
