"""A version that a platform tuned takes its share of the traffic: asked there by name, told what training told it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import openai
import pytest
import pytest_asyncio

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.events import Serving, TrafficAssigned
from ratchet_common.tuned_prompt import told
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.integration.router_site import Heard, listening, said, until
from tests.integration.upstream import Upstream, failing, saying, upstream

pytestmark = pytest.mark.asyncio(loop_scope="module")
TUNED, ELSEWHERE = "classification-0a1b2c3d", "summary-0a1b2c3d"
NAME = "ft:small-2026:acme::Ab1"
LABELS = ["request", "risk"]
CATALOGUE = """
[providers.up]
kind = "openai_shaped"
base_url = "{url}"
limits = {{ first_token_ms = 5_000, answer_ms = 10_000 }}

[[models]]
name = "large"
provider = "up"
tier = "balanced"
context_window = 100_000
latency_ms = 500
prices = {{ input = 10, output = 10 }}
quality = {{ default = 0.8 }}

[platforms.openai]
provider = "up"
tier = "fast"
latency_ms = 300
prices = {{ input = 2, output = 3 }}
"""


@dataclass(frozen=True, slots=True)
class Site:
    app: Running
    tenant: Tenant
    heard: Heard
    up: Upstream
    client: openai.AsyncOpenAI

    def asked_of(self, model: str) -> list[dict[str, Any]]:
        return [asked for asked in self.up.asked if asked["model"] == model]


def traffic(tenant: str, task_type: str, version: str, platform: str) -> TrafficAssigned:
    return TrafficAssigned(
        tenant=tenant,
        task_type=task_type,
        revision=1,
        shares={version: 50, "base": 50},
        versions={version: Serving(platform=platform, model=NAME), "base": Serving(platform="base")},
        canary=version,
        control="base",
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(stack: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """The traffic of both tasks is known before the first test."""
    folder = tmp_path_factory.mktemp("tuned")
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
        )
        async with (
            running_app(build(settings), tenant) as app,
            listening(stack, tenant) as heard,
            openai.AsyncOpenAI(base_url=f"{app.url}/v1", api_key=token, max_retries=0) as client,
        ):
            await said(settings, traffic(name, "classification", TUNED, "openai"))
            await said(settings, traffic(name, "summary", ELSEWHERE, "bedrock"))
            for task in ("classification", "summary"):
                await until(partial(_known, app, task))
            up.will(NAME, saying("risk"))
            up.will("large", saying("request"))
            yield Site(app, tenant, heard, up, client)


async def _known(app: Running, task: str) -> bool:
    _, decision = await app.post("/api/route", {"task_type": task, "document_text": "x"})
    return "revision 1" in str(decision["routing"]["reasons"])


def mail(**how: Any) -> dict[str, Any]:
    """No two are the same."""
    text = f"Draft {uuid4().hex} may be late."
    return {"task_type": "classification", "document_text": text, "labels": LABELS, "document_type": "email"} | how


async def its_session(site: Site) -> str:
    """Of a unit in the version's share."""
    for number in range(100):
        _, decision = await site.app.post("/api/route", mail(session_id=f"s{number}"))
        if decision["version_id"] == TUNED:
            return f"s{number}"
    raise AssertionError("no unit is in the version's share")


async def test_half_of_the_units_are_answered_by_it_at_its_platform(site: Site) -> None:
    asked = [mail(session_id=f"u{number}", cache="off") for number in range(24)]
    answers = [answer for _, answer in await asyncio.gather(*(site.app.post("/api/generate", one) for one in asked))]
    by_it = [(one, answer) for one, answer in zip(asked, answers, strict=True) if answer["version_id"] == TUNED]
    assert 3 < len(by_it) < 21
    assert {answer["version_id"] for answer in answers} == {TUNED, "base"}
    for one, answer in by_it:
        assert (answer["label"], answer["model"], answer["approach"]) == ("risk", NAME, "finetuned")
        wanted = told("classification", one["document_text"], "", LABELS).messages
        assert [call["messages"] for call in site.asked_of(NAME) if call["messages"] == wanted] == [wanted]
        assert answer["cost_usd"] == pytest.approx((1_000 * 2 + 100 * 3) / 1e6)
        assert answer["template"] is None


async def test_what_it_said_is_recorded_as_its_own(site: Site) -> None:
    _, answer = await site.app.post("/api/generate", mail(session_id=await its_session(site)))
    event = await site.heard.of(answer["result_id"])
    assert (event.version_id, event.model, event.approach, event.template) == (TUNED, NAME, "finetuned", None)
    assert event.decision.assigned_by == "share"
    assert event.attempts[0].provider == "up"


async def test_neither_template_nor_examples_are_sent(site: Site) -> None:
    shown = [{"input": "Pay by Monday.", "output": "request"}]
    one = mail(session_id=await its_session(site), template="classification", few_shot_examples=shown)
    await site.app.post("/api/generate", one)
    assert site.asked_of(NAME)[-1]["messages"] == told("classification", one["document_text"], "", LABELS).messages


@pytest.mark.parametrize("stream", [False, True])
async def test_a_chat_for_its_task_is_told_the_same(site: Site, stream: bool) -> None:
    text, session = f"Draft {uuid4().hex} may be late.", await its_session(site)
    raw = await site.client.chat.completions.with_raw_response.create(
        model="task:classification",
        messages=[{"role": "user", "content": text}],
        max_tokens=7,
        stream=stream,
        extra_body={"ratchet": {"labels": LABELS, "session_id": session}},
    )
    if stream:
        chunks: Any = raw.parse()
        assert "".join([c.choices[0].delta.content or "" async for c in chunks if c.choices]) == "risk"
    assert raw.headers["x-ratchet-version"] == TUNED
    call = site.asked_of(NAME)[-1]
    assert call["messages"] == told("classification", text, "", LABELS).messages
    assert (call["max_tokens"], bool(call.get("stream"))) == (7, stream)


async def test_when_its_platform_is_down_the_catalogues_model_answers(site: Site) -> None:
    session = await its_session(site)
    site.up.will(NAME, failing(503))
    try:
        status, answer = await site.app.post("/api/generate", mail(session_id=session))
    finally:
        site.up.will(NAME, saying("risk"))
    assert (status, answer["version_id"], answer["label"]) == (200, "base", "request")
    assert answer["template"] == "classification_v1"
    assert site.asked_of("large")[-1]["messages"][0]["role"] == "system"
    event = await site.heard.of(answer["result_id"])
    assert (event.decision.fell_back, event.decision.assigned_version) == (True, TUNED)


async def test_of_a_platform_that_the_catalogue_lacks_a_person_hears_and_callers_do_not(site: Site) -> None:
    text = "The board met on Monday and approved the budget for the next year. " * 3
    site.up.will("large", saying("The board approved the budget."))
    one = {"task_type": "summary", "document_text": text, "cache": "off"}
    answers = [(await site.app.post("/api/generate", one | {"session_id": f"s{number}"})) for number in range(12)]
    site.up.will("large", saying("request"))
    assert {(status, answer["version_id"]) for status, answer in answers} == {(200, "base")}
    assert any("cannot be asked at the moment" in str(answer["routing"]["reasons"]) for _, answer in answers)
    async with site.app.http.get(f"{site.app.url}/metrics") as response:
        lines = (await response.text()).splitlines()
    (value,) = (line.split()[1] for line in lines if line.startswith("ratchet_unserved_versions "))
    assert float(value) >= 1
    assert (await site.app.get("/readyz"))[0] == 200
