"""A version in the shadow, with a provider of its own: callers notice nothing, and what it said becomes events."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import msgspec
import openai
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.events import Serving, Shadow, ShadowAnswered, TrafficAssigned
from ratchet_common.topics import SHADOWS
from ratchet_common.tuned_prompt import told
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.integration.router_site import Heard, listening, said, until
from tests.integration.test_tuned_versions import CATALOGUE, LABELS, mail
from tests.integration.upstream import Upstream, failing, saying, silent, upstream
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="module")
DARK, NAME = "classification-4e5f6a7b", "ft:small-2026:acme::Dark"


class Whispers:
    """What versions in the shadow said, as it comes out of Kafka."""

    def __init__(self, consumer: AIOKafkaConsumer, tenant: str) -> None:
        self._consumer, self._tenant = consumer, tenant
        self.heard: list[ShadowAnswered] = []

    async def of(self, result_id: str) -> ShadowAnswered:
        return await self.first(lambda event: event.result_id == UUID(result_id))

    async def first(self, wanted: Callable[[ShadowAnswered], bool]) -> ShadowAnswered:
        async with asyncio.timeout(PATIENCE_S):
            while not (found := [event for event in self.heard if wanted(event)]):
                event = msgspec.json.decode((await self._consumer.getone()).value, type=ShadowAnswered)
                if event.tenant == self._tenant:
                    self.heard.append(event)
        return found[0]


@contextlib.asynccontextmanager
async def whispers(stack: Ground, tenant: Tenant) -> AsyncIterator[Whispers]:
    consumer = AIOKafkaConsumer(
        SHADOWS.name, bootstrap_servers=stack.kafka_bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        yield Whispers(consumer, tenant.name)
    finally:
        await consumer.stop()


@dataclass(frozen=True, slots=True)
class Site:
    app: Running
    heard: Heard
    whispers: Whispers
    up: Upstream
    client: openai.AsyncOpenAI

    def asked_of(self, model: str) -> list[dict[str, Any]]:
        return [asked for asked in self.up.asked if asked["model"] == model]

    async def metric(self, name: str) -> float:
        async with self.app.http.get(f"{self.app.url}/metrics") as response:
            lines = (await response.text()).splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(stack: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("shadow")
    name = f"tenant-{uuid4().hex[:8]}"
    token, row = new_token(name, frozenset(Scope))
    write_tokens(folder / "tokens.json", [row])
    tenant = Tenant(name, token, folder / "tokens.json")
    async with upstream() as up:
        (folder / "catalogue.toml").write_text(CATALOGUE.format(url=up.url))
        settings = RouterSettings(
            kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
            kafka_idempotence=stack.idempotence,
            kafka_session_timeout_ms=stack.session_timeout_ms,
            kafka_partitions=3,
            bus_forgets=stack.forgets,
            mongodb_url=stack.mongodb_url,
            tokens_file=folder / "tokens.json",
            catalogue=folder / "catalogue.toml",
            explore=0,
            shadow_answer_ms=2_000,
        )
        up.will("large", saying("request"))
        up.will(NAME, saying("risk"))
        async with (
            running_app(build(settings), tenant) as app,
            listening(stack, tenant) as heard,
            whispers(stack, tenant) as dark,
            openai.AsyncOpenAI(base_url=f"{app.url}/v1", api_key=token, max_retries=0) as client,
        ):
            await said(settings, traffic(name))
            await until(lambda: _known(app))
            yield Site(app, heard, dark, up, client)


def traffic(tenant: str) -> TrafficAssigned:
    return TrafficAssigned(
        tenant=tenant,
        task_type="classification",
        revision=1,
        shares={"base": 100},
        versions={"base": Serving(platform="base")},
        shadow=Shadow(version_id=DARK, percent=100, serving=Serving(platform="openai", model=NAME)),
    )


async def _known(app: Running) -> bool:
    _, decision = await app.post("/api/route", {"task_type": "classification", "document_text": "x"})
    return "revision 1" in str(decision["routing"]["reasons"])


async def test_what_it_said_is_an_event_of_its_own_and_the_callers_answer_is_the_base_models(site: Site) -> None:
    one = mail(user_id="ann")
    _, answer = await site.app.post("/api/generate", one)
    whisper = await site.whispers.of(answer["result_id"])
    assert (answer["version_id"], answer["label"], answer["model"]) == ("base", "request", "large")
    assert answer["cost_usd"] == pytest.approx(1_100 * 10 / 1e6)
    assert (whisper.version_id, whisper.model, whisper.output, whisper.outcome) == (DARK, NAME, "risk", "ok")
    assert (whisper.user, whisper.labels) == ("ann", tuple(LABELS))
    assert float(whisper.cost_usd) == pytest.approx(0.0023)
    assert one["document_text"].encode() in bytes(whisper.input)
    assert site.asked_of(NAME)[-1]["messages"] == told("classification", one["document_text"], "", LABELS).messages
    event = await site.heard.of(answer["result_id"])
    assert (event.version_id, [attempt.model for attempt in event.attempts]) == ("base", ["large"])
    assert event.output == "request"


async def test_a_stream_is_copied_whole_once_it_has_ended(site: Site) -> None:
    text, asked = f"Draft {uuid4().hex} may be late.", len(site.asked_of(NAME))
    stream = await site.client.chat.completions.create(
        model="task:classification",
        messages=[{"role": "user", "content": text}],
        stream=True,
        extra_body={"ratchet": {"labels": LABELS}},
    )
    answer = "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])
    assert answer == "request"
    whisper = await site.whispers.first(lambda event: text.encode() in bytes(event.input))
    assert whisper.output == "risk"
    (call,) = site.asked_of(NAME)[asked:]
    assert not call.get("stream")


async def test_while_it_hangs_callers_have_their_answers_and_it_is_given_up(site: Site) -> None:
    site.up.will(NAME, silent())
    try:
        answers = await asyncio.gather(*(site.app.post("/api/generate", mail()) for _ in range(3)))
        assert {(status, answer["label"]) for status, answer in answers} == {(200, "request")}
        assert not any(event.outcome == "failed" for event in site.whispers.heard)
        for _, answer in answers:
            assert (await site.whispers.of(answer["result_id"])).error == "timeout"
    finally:
        site.up.will(NAME, saying("risk"))


async def test_what_is_kept_and_what_nobody_may_learn_from_is_not_copied(site: Site) -> None:
    await _well_again(site)
    one = mail()
    _, first = await site.app.post("/api/generate", one)
    await site.whispers.of(first["result_id"])
    asked = len(site.asked_of(NAME))
    _, again = await site.app.post("/api/generate", one)
    assert again["cached"]
    await site.app.post("/api/generate", mail(collect=False))
    _, last = await site.app.post("/api/generate", mail())
    await site.whispers.of(last["result_id"])
    assert len(site.asked_of(NAME)) == asked + 1


async def test_its_cost_and_its_failures_are_counted_apart(site: Site) -> None:
    await _well_again(site)
    cost, failed = await site.metric("ratchet_shadow_cost_usd_total"), 'ratchet_shadow_answers_total{outcome="failed"'
    before = await site.metric(failed)
    site.up.will(NAME, failing(503))
    try:
        _, answer = await site.app.post("/api/generate", mail())
        assert (await site.whispers.of(answer["result_id"])).outcome == "failed"
    finally:
        site.up.will(NAME, saying("risk"))
    assert await site.metric(failed) == before + 1
    assert cost > 0


async def _well_again(site: Site) -> None:
    """What failed rests for a while, and is then asked once; until it has answered, copies are left out."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            _, answer = await site.app.post("/api/generate", mail())
            try:
                async with asyncio.timeout(3):
                    if (await site.whispers.of(answer["result_id"])).outcome == "ok":
                        return
            except TimeoutError:
                continue
