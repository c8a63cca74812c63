"""The router with real parts around it: over HTTP, through Kafka, on the store; the official client speaks to it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import openai
import pytest
from aiokafka import AIOKafkaConsumer
from fastapi import FastAPI

from ratchet_common import mongo
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.bus import Bus
from ratchet_common.events import Event, PredictionMade, QualityMeasured, Serving, TrafficAssigned
from ratchet_common.topics import PREDICTIONS, TOPIC_OF
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from ratchet_router.snapshot import Snapshot
from ratchet_router.store import MongoRouterStore
from tests.integration.conftest import Ground, Running, SettingsFor, Tenant, running_app

VERSION = "classification-0a1b2c3d"
MAIL = {
    "task_type": "classification",
    "document_type": "email",
    "document_text": "Please send the draft by Monday.",
    "labels": ["request", "risk"],
}
AWAY = """
[[models]]
name = "away"
provider = "openai_shaped"
base_url = "http://127.0.0.1:9/v1"
tier = "fast"
context_window = 10_000
latency_ms = 10
prices = { input = 1, output = 1 }
quality = { default = 0.5 }
"""
Make = Callable[..., FastAPI]


@pytest.fixture
def router(settings_for: SettingsFor) -> Make:
    def make(**extra: Any) -> FastAPI:
        settings = settings_for(RouterSettings, **{"simulated_latency": 0.0} | extra)
        assert isinstance(settings, RouterSettings)
        return build(settings)

    return make


class Heard:
    """The tenant's predictions as they come out of Kafka."""

    def __init__(self, consumer: AIOKafkaConsumer, tenant: str) -> None:
        self._consumer, self._tenant = consumer, tenant
        self._seen: dict[UUID, PredictionMade] = {}

    async def of(self, result_id: str) -> PredictionMade:
        return await self.first(lambda event: event.result_id == UUID(result_id))

    async def first(self, wanted: Callable[[PredictionMade], bool]) -> PredictionMade:
        async with asyncio.timeout(20):
            while not (found := [event for event in self._seen.values() if wanted(event)]):
                record = await self._consumer.getone()
                event = msgspec.json.decode(record.value, type=PredictionMade)
                if event.tenant == self._tenant:
                    self._seen[event.event_id] = event
        return found[0]


@asynccontextmanager
async def listening(stack: Ground, tenant: Tenant) -> AsyncIterator[Heard]:
    consumer = AIOKafkaConsumer(
        PREDICTIONS.name, bootstrap_servers=stack.kafka_bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        yield Heard(consumer, tenant.name)
    finally:
        await consumer.stop()


async def said(settings: RouterSettings, event: Event) -> None:
    async with Bus(settings) as bus:
        topic = TOPIC_OF[type(event)]
        await bus.publish(topic.name, topic.key(event).encode(), msgspec.json.encode(event))


async def until(look: Callable[[], Any], patience_s: float = 20) -> Any:
    """Asks again until the answer is true."""
    end = time.monotonic() + patience_s
    while not (found := await look()):
        assert time.monotonic() < end, "it did not come about"
        await asyncio.sleep(0.1)
    return found


def assigned(tenant: Tenant, revision: int, shares: dict[str, int], artifact: str, **how: Any) -> TrafficAssigned:
    versions = {
        version: Serving(platform="base")
        if version == "base"
        else Serving(platform="local", artifact=artifact, sha256="0")
        for version in shares
    }
    return TrafficAssigned(
        tenant=tenant.name, task_type="classification", revision=revision, shares=shares, versions=versions, **how
    )


async def test_an_answer_is_in_kafka_when_it_is_given_and_a_hit_names_its_origin(
    router: Make, stack: Ground, tenant: Tenant
) -> None:
    async with running_app(router(), tenant) as app, listening(stack, tenant) as heard:
        status, answer = await app.post("/api/generate", MAIL | {"session_id": "s1", "tags": ["t"]})
        assert (status, answer["label"], answer["version_id"], answer["simulated"]) == (200, "request", "base", True)
        event = await heard.of(answer["result_id"])
        assert (event.outcome, event.output, event.unit, event.tags) == ("ok", "request", "s1", ("t",))
        assert event.document_type == "email"
        _, again = await app.post("/api/generate", MAIL | {"session_id": "s2"})
        assert (again["cached"], again["cached_from"], again["cost_usd"]) == (True, answer["result_id"], 0)
        assert str((await heard.of(again["result_id"])).cached_from) == answer["result_id"]
        _, decision = await app.post("/api/route", MAIL)
        assert decision["routing"]["candidates"] == answer["routing"]["candidates"]


async def test_replicas_share_the_cache_and_a_cleared_one_is_empty_for_all(router: Make, tenant: Tenant) -> None:
    async with running_app(router(), tenant) as one, running_app(router(), tenant) as other:
        _, answer = await one.post("/api/generate", MAIL)

        async def found_by_other() -> bool:
            _, again = await other.post("/api/generate", MAIL)
            return bool(again["cached_from"] == answer["result_id"])

        await until(found_by_other)
        _, stats = await other.get("/api/cache/stats")
        assert stats["total_entries"] >= 1
        assert stats["total_hits"] >= 1
        assert 0 < stats["hit_rate"] < 1
        async with one.http.delete(one.url + "/api/cache") as response:
            assert (await response.json())["deleted"] >= 1

        async def forgotten_by_other() -> bool:
            _, again = await other.post("/api/generate", MAIL)
            return bool(again["cached_from"] != answer["result_id"])

        await until(forgotten_by_other, patience_s=5)


async def test_openais_client_works_with_a_changed_base_url(router: Make, tenant: Tenant) -> None:
    async with running_app(router(), tenant) as app:
        async with openai.AsyncOpenAI(base_url=f"{app.url}/v1", api_key=tenant.token, max_retries=0) as client:
            raw = await client.chat.completions.with_raw_response.create(
                model="auto",
                messages=[{"role": "user", "content": "Hello there."}],
                temperature=0.3,
                extra_body={"ratchet": {"session_id": "s"}},
            )
            completion = raw.parse()
            assert completion.choices[0].message.content
            assert completion.usage is not None
            assert completion.usage.total_tokens > 0
            assert (raw.headers["x-ratchet-simulated"], raw.headers["x-ratchet-version"]) == ("true", "base")
            assert UUID(raw.headers["x-ratchet-result-id"])
            labelled = await client.chat.completions.create(
                model="task:classification",
                messages=[{"role": "user", "content": "There is a risk."}],
                extra_body={"ratchet": {"labels": ["request", "risk"]}},
            )
            assert labelled.choices[0].message.content == "risk"
            assert "auto:premium" in [model.id async for model in client.models.list()]
            with pytest.raises(openai.NotFoundError) as unknown:
                await client.chat.completions.create(model="nobody", messages=[{"role": "user", "content": "x"}])
            assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
            with pytest.raises(openai.UnprocessableEntityError) as streamed:
                await client.chat.completions.create(
                    model="auto", messages=[{"role": "user", "content": "x"}], stream=True
                )
            assert streamed.value.param == "stream"
        async with openai.AsyncOpenAI(base_url=f"{app.url}/v1", api_key="rk_wrong", max_retries=0) as stranger:
            with pytest.raises(openai.AuthenticationError):
                await stranger.models.list()


async def test_traffic_reaches_the_route_and_an_artifact_that_is_gone_falls_back(
    router: Make, settings_for: SettingsFor, stack: Ground, tenant: Tenant, tmp_path: Path
) -> None:
    settings = settings_for(RouterSettings)
    assert isinstance(settings, RouterSettings)
    gone = (tmp_path / "gone.student").as_uri()
    async with running_app(router(), tenant) as app, listening(stack, tenant) as heard:
        await said(settings, assigned(tenant, 2, {VERSION: 100}, gone, canary=VERSION))

        async def planned() -> bool:
            return await version_of(app) == VERSION

        await until(planned)
        status, answer = await app.post("/api/generate", MAIL)
        assert (status, answer["version_id"], answer["label"]) == (200, "base", "request")
        assert [attempt["error"] for attempt in answer["attempts"]] == ["unavailable", ""]
        assert answer["routing"]["assigned_by"] == "routed"
        assert [attempt.model for attempt in (await heard.of(answer["result_id"])).attempts][0] == VERSION
        await said(settings, assigned(tenant, 1, {VERSION: 100}, gone))  # an older revision changes nothing
        await said(settings, assigned(tenant, 3, {"base": 100}, gone, control="base", revoked=(VERSION,)))

        async def taken_back() -> bool:
            return await version_of(app) == "base"

        await until(taken_back)


async def version_of(app: Running) -> str:
    _, decision = await app.post("/api/route", MAIL)
    return str(decision["version_id"])


async def test_when_no_provider_answers_it_is_said_and_recorded(
    router: Make, stack: Ground, tenant: Tenant, tmp_path: Path
) -> None:
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(AWAY)
    async with running_app(router(catalogue=catalogue), tenant) as app, listening(stack, tenant) as heard:
        status, problem = await app.post("/api/generate", MAIL)
        assert (status, problem["type"]) == (503, "urn:ratchet:problem:providers-down")
        assert problem["tried"] == [{"model": "away", "error": "unavailable"}]
        status, body = await app.post(
            "/v1/chat/completions", {"model": "auto", "messages": [{"role": "user", "content": "x"}]}
        )
        assert (status, body["error"]["code"]) == (503, "providers-down")
        event = await heard.first(lambda event: event.task_type == "classification")
        assert (event.outcome, event.output, event.attempts[0].error) == ("failed", None, "unavailable")


async def test_a_client_that_hangs_up_is_recorded_as_cancelled(router: Make, stack: Ground, tenant: Tenant) -> None:
    async with running_app(router(simulated_latency=30.0), tenant) as app, listening(stack, tenant) as heard:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await app.post("/api/generate", MAIL)
        event = await heard.first(lambda event: event.outcome == "cancelled")
        assert event.task_type == "classification"


@pytest.mark.parametrize(
    ("path", "body", "status", "named"),
    [
        ("/api/generate", MAIL | {"task_type": "chess"}, 404, "summary"),
        ("/api/generate", MAIL | {"model": "nobody"}, 404, "simulated-fast"),
        ("/api/generate", MAIL | {"document_type": "novel"}, 422, "document_type"),
        ("/api/generate", MAIL | {"documents": ["two"]}, 422, "documents"),
        ("/api/generate", MAIL | {"stream": True}, 422, "stream"),
        ("/api/generate", MAIL | {"max_cost_usd": 1e-9}, 422, "max_cost_usd"),
        ("/api/generate", MAIL | {"document_text": "x" * 5_000_000}, 413, "BODY_LIMIT_BYTES"),
        ("/v1/chat/completions", {"model": "auto"}, 422, "messages"),
        ("/v1/chat/completions", {"model": "task:chess", "messages": [{"role": "user"}]}, 404, "summary"),
    ],
)
async def test_bad_input_is_named(
    router: Make, tenant: Tenant, path: str, body: dict[str, Any], status: int, named: str
) -> None:
    async with running_app(router(), tenant) as app:
        found, problem = await app.post(path, body)
    assert found == status
    assert named in msgspec.json.encode(problem).decode()


async def test_a_token_without_the_scope_is_refused(router: Make, tenant: Tenant) -> None:
    reader, row = new_token(tenant.name, frozenset({Scope.READ}))
    write_tokens(tenant.tokens_file, [row])
    reading = Tenant(tenant.name, reader, tenant.tokens_file)
    async with running_app(router(), reading) as app:
        assert (await app.post("/api/generate", MAIL))[0] == 403
        assert (await app.post("/v1/chat/completions", {}))[0] == 403
        assert (await app.get("/api/models/catalogue"))[0] == 200
        async with app.http.delete(app.url + "/api/cache") as response:
            assert response.status == 403


async def test_the_stores_writes_mind_no_order(stack: Ground, tenant: Tenant) -> None:
    client = mongo.connect(stack.mongodb_url)
    store = MongoRouterStore(mongo.database(client, "router"))
    await store.create_indexes()
    early, late = (datetime.now(UTC) + timedelta(seconds=s) for s in (0, 60))
    measured = [
        QualityMeasured(
            tenant=tenant.name, task_type="qa", model="m", score=score, n=50, interval=(0, 1), occurred_at=at
        )
        for score, at in ((0.9, late), (0.1, early))
    ]
    for revisions in ((2, 1), (3,), (1, 2)):
        await store.save_traffic([assigned(tenant, revision, {"base": 100}, "") for revision in revisions])
    for event in measured:
        await store.save_quality([event])
    snapshot = Snapshot()
    await snapshot.refresh(store)
    known = snapshot.traffic(tenant.name, "classification")
    quality = snapshot.measured(tenant.name, "qa", "m")
    assert known is not None
    assert quality is not None
    assert (known.revision, quality.score) == (3, 0.9)
    await store.save_traffic([assigned(tenant, 4, {"base": 100}, "")])
    assert [event.revision for event in await snapshot.refresh(store) if event.tenant == tenant.name] == [4]
    await client.close()
