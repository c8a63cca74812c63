"""The router with real parts around it: over HTTP, through Kafka, on the store; the official client speaks to it."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec
import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from ratchet_common import mongo
from ratchet_common.events import QualityMeasured
from ratchet_router.kept_keys import EVERY_S
from ratchet_router.main import build
from ratchet_router.snapshot import Snapshot
from ratchet_router.store import MongoRouterStore
from ratchet_student import Example, fit_to_file
from tests.integration.conftest import Running, Tenant, running_app
from tests.integration.router_site import MAIL, VERSION, Site, assigned, said, serves, site, until
from tests.unit.student.tables import lessons

pytestmark = pytest.mark.asyncio(loop_scope="module")  # one router for all: joining a group takes seconds


__all__ = ["site"]  # a fixture

PREDICTED = ("task_type", "document_type", "document_text", "labels")


async def test_an_answer_is_in_kafka_when_it_is_given_and_a_hit_names_its_origin(site: Site) -> None:
    mail = site.mail()
    status, answer = await site.app.post("/api/generate", mail | {"session_id": "s1", "tags": ["t"]})
    assert (status, answer["label"], answer["version_id"], answer["simulated"]) == (200, "request", "base", True)
    event = await site.heard.of(answer["result_id"])
    assert (event.outcome, event.output, event.unit, event.tags) == ("ok", "request", "s1", ("t",))
    assert event.document_type == "email"
    _, again = await site.app.post("/api/generate", mail | {"session_id": "s2"})
    assert (again["cached"], again["cached_from"], again["cost_usd"]) == (True, answer["result_id"], 0)
    assert str((await site.heard.of(again["result_id"])).cached_from) == answer["result_id"]
    _, decision = await site.app.post("/api/route", mail)
    assert decision["routing"]["candidates"] == answer["routing"]["candidates"]


async def test_an_answer_that_was_made_elsewhere_enters_the_loop_once(site: Site) -> None:
    mail = {name: value for name, value in site.mail().items() if name in PREDICTED}
    made = mail | {"model": "ours", "output": "risk", "reference": "request", "external_id": "mail 1", "cost_usd": 0.25}
    status, recorded = await site.app.post("/api/models/predictions", made)
    assert (status, recorded["recorded"], recorded["cost_from"]) == (202, True, "given")
    event = await site.heard.of(recorded["result_id"])
    assert (event.model, event.output, event.reference, event.cost_usd) == ("ours", "risk", "request", Decimal("0.25"))
    _, again = await site.app.post("/api/models/predictions", made)
    assert again["result_id"] == recorded["result_id"]


async def test_what_is_told_twice_under_one_key_is_recorded_once(site: Site) -> None:
    made = {name: value for name, value in site.mail().items() if name in PREDICTED}
    made |= {"model": "ours", "output": "risk", "cost_usd": 0.25}
    key = {"Idempotency-Key": uuid4().hex}
    told = [await site.app.post("/api/models/predictions", made, headers=key) for _ in range(2)]
    assert told[0] == told[1]
    assert told[0][0] == 202
    status, problem = await site.app.post("/api/models/predictions", made | {"output": "status"}, headers=key)
    assert (status, problem["type"].rpartition(":")[2]) == (422, "idempotency-mismatch")
    assert (await site.app.post("/api/models/predictions", made, headers={"Idempotency-Key": ""}))[0] == 422


@pytest.mark.parametrize(
    ("changes", "status", "named"),
    [
        ({"answered_at": "2020-01-01T00:00:00Z"}, 422, "answered_at"),
        ({"confidence": "NaN"}, 422, "confidence"),
        ({"cost_usd": -1}, 422, "cost_usd"),
        ({"usage": {"input_tokens": 1, "output_tokens": 1, "cached_tokens": 2}}, 422, "cached_tokens"),
        ({"output": ""}, 422, "output"),
        ({"model": "two words"}, 422, "model"),
        ({"messages": [{"role": "user", "content": "Hi"}]}, 422, "document_text"),
        ({"task_type": "poetry"}, 404, "classification"),
    ],
)
async def test_what_cannot_have_been_made_elsewhere_is_refused_by_name(
    site: Site, changes: dict[str, Any], status: int, named: str
) -> None:
    mail = {name: value for name, value in site.mail().items() if name in PREDICTED}
    made = mail | {"model": "ours", "output": "risk"} | changes
    said, problem = await site.app.post("/api/models/predictions", made)
    assert (said, named in str(problem)) == (status, True), problem


async def test_openais_client_works_with_a_changed_base_url(site: Site) -> None:
    base_url = f"{site.app.url}/v1"
    async with openai.AsyncOpenAI(base_url=base_url, api_key=site.tenant.token, max_retries=0) as client:
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
        assert (await site.heard.of(raw.headers["x-ratchet-result-id"])).session == "s"
        labelled = await client.chat.completions.create(
            model="task:classification",
            messages=[{"role": "user", "content": "There is a risk."}],
            extra_body={"ratchet": {"labels": ["request", "risk"]}},
        )
        assert labelled.choices[0].message.content == "risk"
        assert "auto:premium" in [model.id async for model in client.models.list()]
    async with openai.AsyncOpenAI(base_url=base_url, api_key="rk_wrong", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError):
            await stranger.models.list()


async def test_openais_client_understands_what_is_refused(site: Site) -> None:
    base_url = f"{site.app.url}/v1"
    said: list[ChatCompletionMessageParam] = [{"role": "user", "content": "x"}]
    async with openai.AsyncOpenAI(base_url=base_url, api_key=site.tenant.token, max_retries=0) as client:
        with pytest.raises(openai.NotFoundError) as unknown:
            await client.chat.completions.create(model="nobody", messages=said)
        assert (unknown.value.code, unknown.value.param) == ("model_not_found", "model")
        with pytest.raises(openai.BadRequestError) as none:
            await client.chat.completions.create(model="auto", messages=said, n=0)
        assert none.value.param == "n"
        with pytest.raises(openai.InternalServerError) as down:
            await client.chat.completions.create(model="away", messages=said)
        assert (down.value.status_code, down.value.code) == (503, "providers-down")


async def test_replicas_share_the_cache_and_a_cleared_one_is_empty_for_all(site: Site) -> None:
    """What one keeps the others know of a second later; who is asked before that answers, and keeps it, itself."""
    async with running_app(build(site.settings), site.tenant) as other:

        async def found_by_other() -> tuple[Any, Any] | None:
            mail = site.mail()
            _, answer = await site.app.post("/api/generate", mail)
            await asyncio.sleep(EVERY_S)
            _, again = await other.post("/api/generate", mail | {"cache": "use"})
            return (mail, answer) if again["cached_from"] == answer["result_id"] else None

        mail, answer = await until(found_by_other)
        _, stats = await other.get("/api/cache/stats")
        assert min(stats["total_entries"], stats["total_hits"]) >= 1
        assert stats["hit_rate"] > 0
        async with site.app.http.delete(site.app.url + "/api/cache") as response:
            assert (await response.json())["deleted"] >= 1

        async def forgotten_by_other() -> bool:
            _, again = await other.post("/api/generate", mail)
            return bool(again["cached_from"] != answer["result_id"])

        await until(forgotten_by_other)


async def test_traffic_reaches_the_route_and_an_artifact_that_is_gone_falls_back(site: Site, tmp_path: Path) -> None:
    gone = (tmp_path / "gone.student").as_uri()
    await said(site.settings, assigned(site.tenant, 2, {VERSION: 100}, gone, canary=VERSION))
    await until(partial(serves, site, VERSION))
    status, answer = await site.app.post("/api/generate", site.mail())
    assert (status, answer["version_id"], answer["label"]) == (200, "base", "request")
    assert [attempt["error"] for attempt in answer["attempts"]] == ["unavailable", ""]
    routing = answer["routing"]
    assert (routing["assigned_by"], routing["assigned_version"], routing["fell_back"]) == ("share", VERSION, True)
    assert (await site.heard.of(answer["result_id"])).attempts[0].model == VERSION
    await said(site.settings, assigned(site.tenant, 1, {VERSION: 100}, gone))  # an older one changes nothing
    await said(site.settings, assigned(site.tenant, 3, {"base": 100}, gone, control="base", revoked=(VERSION,)))
    await until(partial(serves, site, "base"))


async def test_a_student_answers_its_share_from_its_checked_file(site: Site, tmp_path: Path) -> None:
    """The student learns what no rule knows, so that its answers cannot be the base's."""
    path = tmp_path / "taught.student"
    lessons = [
        Example(document=f"Please send part {n} {word} by Monday.", target=label)
        for n in range(30)
        for word, label in (("soon", "risk"), ("gently", "request"))
    ]
    sha256 = fit_to_file("classification", lessons, path, seed=1)
    shares = {VERSION: 100}
    await said(site.settings, assigned(site.tenant, 5, shares, path.as_uri(), sha256=sha256))
    await until(partial(serves, site, VERSION))
    mail = site.mail(document_text="Please send part 7 soon by Monday.")
    status, answer = await site.app.post("/api/generate", mail)
    assert (status, answer["version_id"], answer["label"], answer["approach"]) == (200, VERSION, "risk", "finetuned")
    assert (answer["simulated"], answer["template"], answer["routing"]["assigned_by"]) == (False, None, "share")
    assert 0 < answer["confidence"] <= 1
    event = await site.heard.of(answer["result_id"])
    assert (event.version_id, event.decision.revision, event.output) == (VERSION, 5, "risk")
    await said(site.settings, assigned(site.tenant, 6, shares, path.as_uri(), sha256="0" * 64))
    await until(partial(serves, site, VERSION))

    async def refused() -> bool:
        _, other = await site.app.post("/api/generate", mail | {"cache": "off"})
        return bool(other["version_id"] == "base")

    await until(refused)
    await said(site.settings, assigned(site.tenant, 7, {"base": 100}, "", revoked=(VERSION,)))
    await until(partial(serves, site, "base"))


async def test_a_reader_answers_from_a_table_and_leaves_to_others_what_it_does_not_know(
    site: Site, tmp_path: Path
) -> None:
    path = tmp_path / "reader.student"
    sha256 = fit_to_file("qa", lessons(8), path)
    event = assigned(site.tenant, 1, {"qa-0a1b2c3d": 100}, path.as_uri(), sha256=sha256)
    await said(site.settings, msgspec.structs.replace(event, task_type="qa"))
    document = f"Report {uuid4().hex}.\n\n(in thousands) | 2024 | 2023\nWages | 1,500 | 1,200\nEnergy | 300 | (400)"

    async def answered(question: str) -> Any:
        asked = {"task_type": "qa", "document_text": document, "question": question, "cache": "off"}
        return (await site.app.post("/api/generate", asked))[1]

    async def read() -> bool:
        found = await answered("What was Energy in 2023?")
        return bool(found["version_id"] == "qa-0a1b2c3d")

    await until(read)
    answer = await answered("What was the percentage change in Wages from 2023 to 2024?")
    assert (answer["output"], answer["approach"], answer["assumptions"]) == ("25%", "finetuned", [])
    assert [document[its["start"] : its["end"]] for its in answer["evidence"]] == ["1,500", "1,200"]
    assert 0 < answer["confidence"] <= 1
    other = await answered("Qui a gagné la coupe hier soir ?")
    assert (other["version_id"], other["routing"]["abstained"], other["evidence"]) == ("base", True, [])
    await said(site.settings, msgspec.structs.replace(assigned(site.tenant, 2, {"base": 100}, ""), task_type="qa"))


async def test_when_no_provider_answers_it_is_said_and_recorded(site: Site) -> None:
    status, problem = await site.app.post("/api/generate", site.mail(model="away", session_id="unlucky"))
    assert (status, problem["type"]) == (503, "urn:ratchet:problem:providers-down")
    assert problem["tried"] == [{"model": "away", "error": "unreachable"}]  # no retry: it failed before, and rests now
    event = await site.heard.first(lambda event: event.session == "unlucky")
    assert (event.outcome, event.output, event.attempts[0].error) == ("failed", None, "unreachable")


@pytest.mark.parametrize("path", ["/api/generate", "/v1/chat/completions"])
async def test_a_client_that_hangs_up_is_recorded_as_cancelled(site: Site, path: str) -> None:
    session = uuid4().hex
    messages = [{"role": "user", "content": "Please wait."}]
    chat = {"model": "slow", "messages": messages, "ratchet": {"session_id": session}}
    body = chat if path == "/v1/chat/completions" else site.mail(model="slow", session_id=session)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await site.app.post(path, body)
    event = await site.heard.first(lambda event: event.session == session)
    assert (event.outcome, event.model) == ("cancelled", "slow")


CHAT = "/v1/chat/completions"
BAD: list[tuple[str, dict[str, Any], int, str]] = [
    ("/api/generate", MAIL | {"task_type": "chess"}, 404, "summary"),
    ("/api/generate", MAIL | {"model": "nobody"}, 404, "quick"),
    ("/api/generate", MAIL | {"document_type": "novel"}, 422, "document_type"),
    ("/api/generate", MAIL | {"documents": ["two"]}, 422, "documents"),
    ("/api/generate", MAIL | {"max_cost_usd": 1e-9}, 422, "max_cost_usd"),
    ("/api/generate", MAIL | {"document_text": "x" * 5_000_000}, 413, "BODY_LIMIT_BYTES"),
    (CHAT, {"model": "auto"}, 400, "messages"),
    (CHAT, {"model": "task:chess", "messages": [{"role": "user"}]}, 404, "summary"),
]


async def test_bad_input_is_named(site: Site) -> None:
    for path, body, status, named in BAD:
        found, problem = await site.app.post(path, body)
        assert (found, path) == (status, path)
        assert named in msgspec.json.encode(problem).decode()


async def test_a_token_without_the_scope_is_refused(site: Site) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {site.reader}"}) as http:
        app = Running(site.app.url, http)
        assert (await app.post("/api/generate", MAIL))[0] == 403
        assert (await app.post(CHAT, {}))[0] == 403
        status, listed = await app.get("/api/models/catalogue")
        assert (status, {type(model["resting"]) for model in listed["items"]}) == (200, {bool})
        async with http.delete(app.url + "/api/cache") as response:
            assert response.status == 403


async def test_the_stores_writes_mind_no_order(site: Site) -> None:
    tenant = Tenant(f"tenant-{uuid4().hex[:8]}", "", site.tenant.tokens_file)
    client = mongo.connect(site.settings.mongodb_url)
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
    fourth = assigned(tenant, 4, {"base": 100}, "")
    await store.save_traffic([fourth])
    assert [event for event in await snapshot.refresh(store) if event.tenant == tenant.name] == [fourth]
    await client.close()
