"""Templates over HTTP, on the real store: versions, what is live, replicas, tenants."""

import asyncio
import time
from functools import partial
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec
import pytest

from ratchet_common import mongo
from ratchet_common.auth import Scope, new_token, read_tokens, write_tokens
from ratchet_common.events import Arm, PredictionMade
from ratchet_router.main import build
from ratchet_router.publishing import digest_of
from ratchet_router.template_store import MongoTemplateStore
from tests.integration.conftest import Running, running_app
from tests.integration.router_site import Site, said, site, until
from tests.unit.router.asks import experiment
from tests.unit.router.templates import template

pytestmark = pytest.mark.asyncio(loop_scope="module")

__all__ = ["site"]  # a fixture

DRAFT: dict[str, Any] = {
    "task_type": "summary",
    "system": "Write for $audience.",
    "user": "$document",
    "variables": {"document": {"required": True}, "audience": {"required": True, "description": "the reader"}},
    "output_schema": None,
}


def draft(**how: Any) -> dict[str, Any]:
    return DRAFT | {"id": f"own_{uuid4().hex[:8]}"} | how


def minutes(site: Site, **how: Any) -> dict[str, Any]:
    return {"task_type": "summary", "document_text": site.mail()["document_text"]} | how


async def test_a_version_is_written_read_used_and_named_in_the_event(site: Site) -> None:
    body = draft(output_schema={"type": "object", "properties": {"summary": {"type": "string"}}})
    status, made = await site.app.post("/api/templates", body)
    assert (status, made["live"], [version["name"] for version in made["versions"]]) == (201, 1, [f"{body['id']}_v1"])
    status, read = await site.app.get(f"/api/templates/{body['id']}")
    assert (status, read) == (200, made)
    version = read["versions"][0]
    assert {name: version[name] for name in ("system", "user", "output_schema")} == {
        name: body[name] for name in ("system", "user", "output_schema")
    }
    assert (version["origin"], version["live"], version["variables"]["audience"]["required"]) == ("tenant", True, True)
    asked = minutes(site, template=body["id"], variables={"audience": "the board"})
    status, answer = await site.app.post("/api/generate", asked)
    assert (status, answer["template"]) == (200, f"{body['id']}_v1")
    assert (await site.heard.of(answer["result_id"])).template == f"{body['id']}_v1"


async def test_a_declared_length_is_shown_and_answers_are_held_against_it(site: Site) -> None:
    least = {"words": {"least": "$least", "most": None}, "sentences": None, "paragraphs": None, "characters": None}
    variables = {"document": {}, "least": {"default": "60", "description": "the fewest words"}}
    body = draft(system="Write $least words.", variables=variables, length={"words": {"least": "$least"}})
    status, made = await site.app.post("/api/templates", body)
    assert (status, made["versions"][0]["length"]) == (201, least)
    _, answer = await site.app.post("/api/generate", minutes(site, template=body["id"]))
    (check,) = [check for check in answer["quality"]["checks"] if check["name"] == "length"]
    assert (check["passed"], answer["quality"]["passed"]) == (False, False)
    _, content = await site.app.post("/api/generate", minutes(site, template=body["id"], variables={"least": "4"}))
    assert content["quality"]["passed"]
    assert (await site.app.post("/api/templates", body))[0] == 200
    faults: list[Any] = [
        {"words": {}},
        {"words": {"most": "$none"}},
        {"words": {"most": "many"}},
        {"lines": {"most": 1}},
    ]
    for wrong in faults:
        status, problem = await site.app.post("/api/templates", body | {"length": wrong})
        assert (status, "length" in problem["detail"]) == (422, True)


async def test_the_same_words_twice_are_one_version_and_other_words_the_next(site: Site) -> None:
    body = draft()
    assert (await site.app.post("/api/templates", body))[0] == 201
    assert (await site.app.post("/api/templates", body))[0] == 200
    status, made = await site.app.post("/api/templates", body | {"system": "For $audience, briefly."})
    assert (status, made["live"], [version["version"] for version in made["versions"]]) == (201, 2, [2, 1])


async def test_a_version_that_is_not_live_waits_and_any_can_be_activated(site: Site) -> None:
    body = draft()
    await site.app.post("/api/templates", body)
    status, made = await site.app.post("/api/templates", body | {"user": "$document\n\nNow.", "live": False})
    assert (status, made["live"]) == (201, 1)
    how = {"template": body["id"], "variables": {"audience": "me"}}
    assert (await site.app.post("/api/route", minutes(site, **how)))[1]["template"] == f"{body['id']}_v1"
    named = how | {"template": f"{body['id']}@2"}
    assert (await site.app.post("/api/route", minutes(site, **named)))[1]["template"] == f"{body['id']}_v2"
    for version in (2, 1):
        status, changed = await site.app.post(f"/api/templates/{body['id']}/activate", {"version": version})
        assert (status, changed["live"]) == (200, version)
        decided = await site.app.post("/api/route", minutes(site, **how))
        assert decided[1]["template"] == f"{body['id']}_v{version}"
    status, problem = await site.app.post(f"/api/templates/{body['id']}/activate", {"version": 3})
    assert (status, problem["type"], problem["known"]) == (404, "urn:ratchet:problem:unknown-template", [1, 2])


async def test_a_default_of_ones_own_is_picked_by_every_replica_within_two_seconds(site: Site) -> None:
    body = draft(task_type="entities", system="List.", variables={"document": {}}, default=True)
    asked = minutes(site, task_type="entities")
    async with running_app(build(site.settings), site.tenant) as other:
        assert (await other.post("/api/route", asked))[1]["template"] == "entity_extraction_v1"
        assert (await site.app.post("/api/templates", body))[0] == 201
        written = time.monotonic()

        async def picked() -> bool:
            return bool((await other.post("/api/route", asked))[1]["template"] == f"{body['id']}_v1")

        await until(picked)
        assert time.monotonic() - written < 2
        assert (await other.get(f"/api/templates/{body['id']}"))[1]["live"] == 1
    async with running_app(build(site.settings), site.tenant) as restarted:
        assert (await restarted.post("/api/route", asked))[1]["template"] == f"{body['id']}_v1"


async def test_a_shipped_one_is_overridden_for_one_tenant_alone(site: Site) -> None:
    body = draft(id="qa_with_context", task_type="qa", system="Answer.", variables={"document": {}}, default=True)
    status, made = await site.app.post("/api/templates", body)
    assert (status, made["live"], [version["origin"] for version in made["versions"]]) == (
        201,
        2,
        ["tenant", "shipped"],
    )
    asked = minutes(site, task_type="qa")
    assert (await site.app.post("/api/route", asked))[1]["template"] == "qa_with_context_v2"
    token, row = new_token(f"tenant-{uuid4().hex[:8]}", frozenset(Scope))
    rows = [*read_tokens(site.settings.tokens_file).by_digest.values(), row]
    write_tokens(site.settings.tokens_file, rows)
    async with (
        running_app(build(site.settings), site.tenant) as app,
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http,
    ):
        stranger = Running(app.url, http)
        assert (await stranger.post("/api/route", asked))[1]["template"] == "qa_with_context_v1"
        _, seen = await stranger.get("/api/templates/qa_with_context")
        assert [version["version"] for version in seen["versions"]] == [1]
        own = draft()
        await site.app.post("/api/templates", own)
        assert (await stranger.get(f"/api/templates/{own['id']}"))[0] == 404
        assert (await stranger.post(f"/api/templates/{own['id']}/activate", {"version": 1}))[0] == 404
        assert own["id"] not in str(await stranger.get("/api/templates", params={"limit": "200"}))


async def test_the_list_pages_by_cursor(site: Site) -> None:
    ids, cursor = [], None
    while True:
        params = {"limit": "5"} | ({"cursor": cursor} if cursor else {})
        status, page = await site.app.get("/api/templates", params=params)
        assert (status, len(page["items"]) <= 5) == (200, True)
        ids += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert ids == sorted(set(ids))
    assert {"classification", "cot_complex_analysis"} <= set(ids)
    _, reports = await site.app.get("/api/templates", params={"task_type": "report"})
    of_reports = {"multi_doc_synthesis", "financial_report", "cot_complex_analysis", "analyst_report"}
    assert of_reports == {i["id"] for i in reports["items"]}


MINUTES: dict[str, Any] = {"task_type": "summary", "document_text": "Text."}
BAD: list[tuple[str, dict[str, Any], int, str]] = [
    ("/api/templates", DRAFT, 422, "id"),
    ("/api/templates", DRAFT | {"id": "Own"}, 422, "id"),
    ("/api/templates", DRAFT | {"id": "own", "task_type": "chess"}, 404, "summary"),
    ("/api/templates", DRAFT | {"id": "own", "system": "For $nobody."}, 422, "$nobody"),
    ("/api/templates", DRAFT | {"id": "own", "user": "x" * 20_001}, 422, "user"),
    ("/api/templates", DRAFT | {"id": "own", "output_schema": {"type": "objct"}}, 422, "output_schema"),
    ("/api/templates", DRAFT | {"id": "own", "output_schema": {"type": "x" * 20_000}}, 422, "output_schema"),
    ("/api/templates", DRAFT | {"id": "own", "variables": {"Document": {}}}, 422, "variables"),
    ("/api/templates", DRAFT | {"id": "classification"}, 422, "classification"),
    ("/api/templates/nobody/activate", {"version": 1}, 404, "unknown-template"),
    ("/api/templates/classification/activate", {"version": 0}, 422, "version"),
    ("/api/generate", MINUTES, 200, "output"),
    ("/api/generate", MINUTES | {"template": "nobody"}, 404, "executive_summary_short"),
    ("/api/generate", MINUTES | {"template": "classification"}, 422, "template-for-other-task"),
    ("/api/generate", MINUTES | {"variables": {"mood": "bad"}}, 422, "audience"),
    ("/api/generate", MINUTES | {"variables": {"document": "other"}}, 422, "field of its own"),
    ("/api/generate", MINUTES | {"variables": {"audience": ["a"]}}, 422, "variables.audience"),
    ("/api/generate", MINUTES | {"task_type": "chat", "cot": True}, 422, "no-template"),
    ("/api/generate", MINUTES | {"few_shot": "best"}, 422, "ROUTER_BEST_ANSWERS"),
]


async def test_bad_input_is_named(site: Site) -> None:
    for path, body, status, named in BAD:
        found, problem = await site.app.post(path, body)
        assert (found, path, body) == (status, path, body)
        assert named in str(problem)
    assert (await site.app.get("/api/templates", params={"cursor": "%%"}))[0] == 422
    assert (await site.app.get("/api/templates", params={"task_type": "chess"}))[0] == 404


def is_of(answer: object, event: PredictionMade) -> bool:
    return str(event.result_id) in str(answer)


async def test_any_shape_may_name_a_template(site: Site) -> None:
    extras = {"task": "summary", "template": "executive_summary_short", "variables": {"audience": "the board"}}
    chat = {"model": "auto", "messages": [{"role": "user", "content": site.mail()["document_text"]}], "ratchet": extras}
    for path, more in (("/v1/chat/completions", {}), ("/v1/messages", {"max_tokens": 100})):
        status, answer = await site.app.post(path, chat | more)
        assert (status, path) == (200, path)
        event = await site.heard.first(partial(is_of, answer))
        assert event.template == "executive_summary_short_v1"
    status, problem = await site.app.post("/v1/chat/completions", chat | {"ratchet": extras | {"template": "nobody"}})
    assert (status, problem["error"]["code"]) == (400, "unknown-template")
    status, problem = await site.app.post(
        "/v1/chat/completions", chat | {"stream": True, "ratchet": {"task": "summary", "template": "nobody"}}
    )
    assert status == 400


async def test_a_streamed_answer_is_told_without_the_thoughts(site: Site) -> None:
    body = minutes(site, cot=True, stream=True, template="executive_summary_short")
    async with site.app.http.post(site.app.url + "/api/generate", json=body) as response:
        events = (await response.text()).split("\n\n")
    assert [event.partition("\n")[0] for event in events if event] == ["event: delta", "event: result"]


async def test_a_missing_variable_is_named_with_its_template(site: Site) -> None:
    body = draft()
    await site.app.post("/api/templates", body)
    status, problem = await site.app.post("/api/generate", minutes(site, template=body["id"]))
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:missing-variable")
    assert (problem["variable"], problem["template"]) == ("audience", f"{body['id']}_v1")
    assert problem["errors"][0]["field"] == "variables.audience"


async def test_a_reader_may_look_and_not_write(site: Site) -> None:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {site.reader}"}) as http:
        app = Running(site.app.url, http)
        assert (await app.get("/api/templates"))[0] == 200
        assert (await app.get("/api/templates/classification"))[0] == 200
        assert (await app.post("/api/templates", draft()))[0] == 403
        assert (await app.post("/api/templates/classification/activate", {"version": 1}))[0] == 403


async def test_other_variables_are_another_answer(site: Site) -> None:
    asked = minutes(site, template="executive_summary_short", variables={"audience": "me"})
    await site.app.post("/api/generate", asked)
    _, again = await site.app.post("/api/generate", asked | {"variables": {"audience": "you"}})
    assert not again["cached"]


async def test_writers_side_by_side_each_get_a_version(site: Site) -> None:
    client = mongo.connect(site.settings.mongodb_url)
    store = MongoTemplateStore(mongo.database(client, "router"))
    tenant = f"tenant-{uuid4().hex[:8]}"
    drafts = [template("own", system=f"Version of {n}.") for n in range(8)]
    taken = await asyncio.gather(*(store.insert(tenant, draft, digest_of(draft)) for draft in drafts))
    assert sum(taken) == 1
    newest = await store.newest(tenant, "own")
    assert newest is not None
    assert newest.digest == digest_of(drafts[taken.index(True)])
    await asyncio.gather(*(store.make_newest_live(tenant, "own", n) for n in (3, 1, 2)))
    changes = await store.template_changes(None)
    assert [one.version for one in changes.chosen if one.tenant == tenant] == [3]
    await store.make_live(tenant, "own", 1)
    changes = await store.template_changes(None)
    assert [one.version for one in changes.chosen if one.tenant == tenant] == [1]
    await client.close()


async def test_an_experiment_between_versions_runs_until_it_is_stopped(site: Site) -> None:
    body = draft(variables={"document": {}}, system="Summarise.")
    await site.app.post("/api/templates", body)
    arms = (Arm(name="usual", share=50), Arm(name="own", share=50, template=f"{body['id']}@1"))
    running = experiment(uuid4().hex, *arms, tenant=site.tenant.name, task_type="summary", state="running", revision=1)
    await said(site.settings, running)

    async def decided(session: str) -> dict[str, Any]:
        _, found = await site.app.post("/api/route", minutes(site, session_id=session))
        return dict(found)

    async def drawn() -> bool:
        return bool((await decided("s0"))["routing"]["experiment"])

    await until(drawn)
    found = [await decided(f"s{n}") for n in range(30)]
    arm_of = {one["routing"]["experiment"]: one["template"] for one in found}
    assert arm_of == {
        f"{running.experiment_id}:usual": "executive_summary_medium_v1",
        f"{running.experiment_id}:own": f"{body['id']}_v1",
    }
    assert {one["routing"]["assigned_by"] for one in found} == {"experiment"}
    status, answer = await site.app.post("/api/generate", minutes(site, session_id="s1"))
    event = await site.heard.of(answer["result_id"])
    assert (status, event.decision.assigned_by) == (200, "experiment")
    assert event.experiment == found[1]["routing"]["experiment"]
    assert event.template == found[1]["template"]
    stopped = msgspec.structs.replace(running, state="stopped", event_id=uuid4(), revision=2)
    await said(site.settings, stopped)
    await said(site.settings, msgspec.structs.replace(running, event_id=uuid4()))  # an older word changes nothing

    async def gone() -> bool:
        return not await drawn()

    await until(gone)
    await asyncio.sleep(1.5)
    assert (await decided("s0"))["routing"]["assigned_by"] == "routed"
