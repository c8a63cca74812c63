"""From what people say of answers to where the next request goes: trainer and router with real parts around them."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from ratchet_cli.main import app as cli
from ratchet_common import mongo
from ratchet_common.events import EstimateTrained
from ratchet_common.mongo import Database
from ratchet_feedback.main import build as build_feedback
from ratchet_feedback.settings import FeedbackSettings
from ratchet_trainer.estimate.estimates import Standing
from ratchet_trainer.estimate.outcomes import Look, Outcome
from ratchet_trainer.main import build as build_trainer
from ratchet_trainer.settings import TrainerSettings
from ratchet_trainer.store.estimates import MongoEstimateStore, MongoOutcomeNews
from ratchet_trainer.store.outcomes import MongoOutcomeStore
from tests.integration.conftest import Ground, Running, running_app
from tests.integration.router_site import Site, site, until
from tests.patience import PATIENCE_S
from tests.ready_workers import ready_workers
from tests.unit.estimate.outcomes import texts

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = {"estimate_target": "share", "estimate_share": 0.5, "simulated_latency": 0}
HARD, EASY = "Please prove the lemma of ann and bob and lea.", "Please congratulate ann and bob and lea."
A_TIER, AT_ONCE = 120, 8

__all__ = ["site"]  # a fixture


async def route(site: Site, text: str) -> tuple[str, str]:
    """The tier that a request goes to, and the reasons."""
    _, decision = await site.app.post("/api/route", site.mail(document_text=text, requirements={"cost_priority": 1}))
    return decision["tier"], " ".join(decision["routing"]["reasons"])


def around(stack: Ground, site: Site, **how: Any) -> dict[str, Any]:
    """The settings of a service beside the router."""
    return {
        "kafka_bootstrap_servers": stack.kafka_bootstrap_servers,
        "kafka_idempotence": stack.idempotence,
        "kafka_session_timeout_ms": stack.session_timeout_ms,
        "kafka_partitions": 3,
        "bus_forgets": stack.forgets,
        "mongodb_url": stack.mongodb_url,
        "tokens_file": site.tenant.tokens_file,
        **how,
    }


async def asked_and_told(site: Site, feedback: Running, text: str, tier: str, *, content: bool) -> None:
    mail = site.mail(document_text=text, model=f"auto:{tier}", cache="off")
    status, answer = await site.app.post("/api/generate", mail)
    assert (status, answer["tier"]) == (200, tier)
    said = {"result_id": answer["result_id"], "rating": "positive" if content else "negative"}
    status, _ = await feedback.post("/api/models/feedback", said)
    assert status == 202


async def many_are_asked_and_told(site: Site, feedback: Running) -> None:
    """Half of the requests go to each tier. People are content, but with what the fast one makes of what is hard."""
    one_of = asyncio.Semaphore(AT_ONCE)

    async def one(text: str, tier: str, *, content: bool) -> None:
        async with one_of:
            await asked_and_told(site, feedback, text, tier, content=content)

    async with asyncio.TaskGroup() as together:
        for number, (text, hard) in enumerate(texts(2 * A_TIER)):
            tier = ("fast", "balanced")[number % 2]
            together.create_task(one(text, tier, content=not (hard and tier == "fast")))


def explained(site: Site, text: str, file: Path) -> str:
    """What `ratchet route --explain` says."""
    file.write_text(json.dumps(site.mail(document_text=text)))
    router = ["--url", site.app.url, "--token", site.tenant.token]
    result = CliRunner().invoke(cli, ["route", "--explain", str(file), *router])
    assert result.exit_code == 0, result.stderr
    return " ".join(result.stdout.split())


async def test_what_people_say_of_cheap_answers_decides_who_gets_them(
    site: Site, stack: Ground, tmp_path: Path
) -> None:
    to_train = around(stack, site, artifacts_url=tmp_path.as_uri(), look_every_s=0.1, estimate_every_s=0.1)
    trainer = build_trainer(TrainerSettings(**to_train, estimate_min=100), ready_workers)
    feedback = build_feedback(FeedbackSettings(**around(stack, site)))

    async def estimated() -> bool:
        return "is estimated at" in (await route(site, HARD))[1]

    assert [(await route(site, text))[0] for text in (HARD, EASY)] == ["fast", "fast"]
    async with (
        asyncio.timeout(PATIENCE_S),
        running_app(feedback, site.tenant) as app,
        running_app(trainer, site.tenant),
    ):
        await many_are_asked_and_told(site, app)
        await until(estimated)
    assert [(await route(site, text))[0] for text in (HARD, EASY)] == ["balanced", "fast"]
    assert "a gain would count" in (await route(site, EASY))[1]
    cheaply = {"requirements": {"cost_priority": 1}, "cache": "off"}
    _, answer = await site.app.post("/api/generate", site.mail(document_text=HARD, **cheaply))
    assert answer["tier"] == "balanced"
    assert "a gain counts" in await asyncio.to_thread(explained, site, HARD, tmp_path / "request.json")
    assert any("a gain counts" in reason for reason in (await site.heard.of(answer["result_id"])).decision.reasons)


@pytest_asyncio.fixture(loop_scope="module")
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    yield mongo.database(client, f"trainer-{uuid4().hex[:8]}")
    await client.close()


def outcome(number: int, **how: Any) -> Outcome:
    given: dict[str, Any] = {
        "outcome_id": uuid5(NAMESPACE_OID, str(number)),
        "revision": 1,
        "tenant": "acme",
        "task_type": "qa",
        "tier": "fast",
        "score": 0.5,
        "stratum": "s",
        "user_hash": "u",
        "speaker_hash": "w",
        "session_hash": None,
        "answered_at": datetime.now(UTC).replace(microsecond=0),
        "look": Look(b"\1\0\0\0", b"\2\0\0\0", b"\0\0\0\0", "hash"),
    }
    return Outcome(**given | how)


async def test_an_outcome_is_kept_once_with_its_last_word(database: Database) -> None:
    store = MongoOutcomeStore(database, kept=timedelta(days=90))
    await store.create_indexes()
    await store.write([outcome(1, revision=2, score=1.0), outcome(1, score=0.0), outcome(2, tier="premium")])
    await store.write([outcome(1, score=0.1), outcome(3, tenant="other")])
    known = await store.newest("acme", "qa", 10)
    assert known is not None
    assert {one.outcome_id: one for one in known.outcomes} == {
        one.outcome_id: one for one in (outcome(1, revision=2, score=1.0, answered_at=known.outcomes[0].answered_at),)
    } | {one.outcome_id: one for one in known.outcomes if one.tier == "premium"}
    assert await store.by_tier("acme", "qa") == {"fast": 1, "premium": 1}
    assert await store.since("acme", "qa", None) == 2
    assert await store.since("acme", "qa", known.newest) == 0
    assert await store.newest("acme", "summary", 10) is None


async def test_what_is_older_than_the_newest_so_many_is_forgotten(database: Database) -> None:
    store = MongoOutcomeStore(database, kept=timedelta(days=90))
    for number in range(4):
        await store.write([outcome(number), outcome(number + 10, tenant="other")])
        await asyncio.sleep(0.01)  # the store's clock has milliseconds
    newest = await store.newest("acme", "qa", 2)
    assert newest is not None
    await store.forget_before("acme", "qa", newest.oldest)
    assert await store.newest("acme", "qa", 10) == newest
    assert await store.since("other", "qa", None) == 4


async def test_one_trainer_looks_at_a_task_and_what_came_meanwhile_is_looked_at_again(database: Database) -> None:
    store, news = MongoEstimateStore(database, lease_s=30, rest=timedelta()), MongoOutcomeNews(database)
    await store.create_indexes()
    assert await store.take() is None
    await news.heard([("acme", "qa")])
    held, other = await store.take(), await store.take()
    assert held is not None
    assert held.value == Standing("acme", "qa")
    assert other is None
    await news.heard([("acme", "qa")])
    await store.looked(held)
    await store.release(held)
    again = await store.take()
    assert again is not None
    await store.looked(again)
    await store.release(again)
    assert await store.take() is None


async def test_a_task_that_was_looked_at_rests(database: Database) -> None:
    store, news = MongoEstimateStore(database, lease_s=30, rest=timedelta(hours=1)), MongoOutcomeNews(database)
    await news.heard([("acme", "qa")])
    held = await store.take()
    assert held is not None
    await store.looked(held)
    await store.release(held)
    await news.heard([("acme", "qa")])
    assert await store.take() is None


async def test_state_and_event_are_one_write_of_the_holder(database: Database) -> None:
    quick = MongoEstimateStore(database, lease_s=0.2, rest=timedelta())
    await MongoOutcomeNews(database).heard([("acme", "qa")])
    slow = await quick.take()
    assert slow is not None
    await asyncio.sleep(0.3)
    held = await quick.take()
    assert held is not None
    at = datetime.now(UTC).replace(microsecond=0)
    after = Standing("acme", "qa", 1, "ab", 2, 400, at, "because")
    event = EstimateTrained(tenant="acme", task_type="qa", revision=1, artifact="file:///a")
    assert await quick.save(held, after, event)
    assert not await quick.save(slow, Standing("acme", "qa", 9), event)
    assert await quick.get("acme", "qa") == after
    assert await quick.in_use() == {"ab"}
    document = await database.estimates.find_one({"_id": "acme:qa"})
    assert document is not None
    assert document["unsent"] == len(document["outbox"]) == 1
