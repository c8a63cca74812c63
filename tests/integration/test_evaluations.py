"""Suites and the evaluations on them, over HTTP: real store, models behind a server of OpenAI's shape."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from typer.testing import CliRunner, Result

from ratchet_cli.main import app as cli
from ratchet_trainer.main import build
from ratchet_trainer.settings import TrainerSettings
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.integration.upstream import Does, Upstream, failing, saying, upstream
from tests.patience import PATIENCE_S
from tests.ready_workers import ready_workers

MODEL = """
[[models]]
name = "{name}"
provider = "ours"
tier = "fast"
context_window = 100_000
prices = {{ input = 1, output = 10 }}
quality = {{ default = 0.5 }}
latency_ms = 100
"""
EVALUATIONS = "/api/models/evaluations"
ODD = "[/odd] \x1b[31m:smile:"  # a tag that would drive a terminal


def a_suite(cases: int = 12, **more: Any) -> dict[str, Any]:
    """Questions on the numbers of a town; the answers are numbers."""
    return {
        "name": "town",
        "task_type": "qa",
        "cases": [
            {
                "id": f"q{number}",
                "input": f"How many people live in house {number}?",
                "context": f"In house {number} live {number + 10} people.",
                "reference": str(number + 10),
                "checks": [{"scorer": "numeric"}],
                "tags": ["even" if number % 2 == 0 else "odd", *([ODD] if number == 1 else [])],
                "paraphrases": [f"What is the number of inhabitants of house {number}?"],
            }
            for number in range(cases)
        ],
        **more,
    }


async def knows(_: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
    """Finds the answer in what it is asked."""
    said = asked["messages"][-1]["content"]
    return await saying(said.split(" live ")[1].split(" ")[0])(_, asked)


def prefers(text: str) -> Does:
    """A judge that prefers the answer with this text, in whatever order."""

    async def does(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        shown = asked["messages"][-1]["content"]
        winner = "A" if text in shown.split("<answer_a>")[1].split("</answer_a>")[0] else "B"
        return await saying(json.dumps({"winner": winner}))(request, asked)

    return does


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@asynccontextmanager
async def trainer(
    settings_for: SettingsFor, tenant: Tenant, folder: Path, **extra: Any
) -> AsyncIterator[tuple[Running, Upstream]]:
    async with upstream() as up:
        head = f'[providers.ours]\nkind = "openai_shaped"\nbase_url = "{up.url}"\n'
        models = "".join(MODEL.format(name=name) for name in ("good", "bad", "judge"))
        (folder / "catalogue.toml").write_text(head + models)
        settings = settings_for(TrainerSettings, catalogue=folder / "catalogue.toml", look_every_s=0.05, **extra)
        assert isinstance(settings, TrainerSettings)
        up.will("good", knows)
        up.will("bad", saying("No idea"))
        async with running_app(build(settings, ready_workers), tenant) as app:
            yield app, up


async def brought(app: Running, suite: dict[str, Any]) -> str:
    status, kept = await app.post("/api/models/suites", suite)
    assert status == 201, kept
    return str(kept["suite_id"])


async def done(app: Running, order: dict[str, Any]) -> dict[str, Any]:
    status, run = await app.post(EVALUATIONS, order)
    assert status == 201, run
    while run["state"] in ("queued", "running"):
        await asyncio.sleep(0.05)
        status, run = await app.get(f"{EVALUATIONS}/{run['evaluation_id']}")
        assert status == 200, run
    return dict(run)


async def test_two_models_on_a_suite_and_two_evaluations_beside_each_other(
    settings_for: SettingsFor, tenant: Tenant, folder: Path
) -> None:
    async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant, folder) as (app, _):
        suite_id = await brought(app, a_suite())
        run = await done(app, {"model": "good", "baseline_model": "bad", "suite": suite_id})
        assert (run["state"], run["benchmark_score"], run["progress"]) == ("succeeded", 1, 1)
        summary = run["summary"]
        assert (summary["counted"], summary["candidate"]["passed"], summary["baseline"]["passed"]) == (12, 1, 0)
        assert summary["improvement"]["absolute"]["low"] > 0
        assert {one["name"]: one["n"] for one in summary["slices"]} == {"even": 6, "odd": 6, ODD: 1}
        assert run["spent_usd"] == pytest.approx(24 * 0.002)
        assert {case["case_id"] for case in run["case_by_case"]} == {f"q{number}" for number in range(12)}
        assert run["judge"] is None
        listed = (await app.get(EVALUATIONS))[1]["items"]
        assert [one["evaluation_id"] for one in listed] == [run["evaluation_id"]]
        assert "house" not in json.dumps(run)
        await has_a_report(app, run["evaluation_id"])
        await are_compared(app)
        await by_commands(app, tenant, folder)
        await is_asked_once(app, suite_id)


async def is_asked_once(app: Running, suite_id: str) -> None:
    order, key = {"model": "bad", "suite": suite_id}, {"Idempotency-Key": uuid4().hex}
    found = await asyncio.gather(*(app.post(EVALUATIONS, order, headers=key) for _ in range(3)))
    assert [status for status, _ in found] == [201, 201, 201]
    assert len({run["evaluation_id"] for _, run in found}) == 1
    status, problem = await app.post(EVALUATIONS, order | {"draws": 2}, headers=key)
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:idempotency-mismatch")


async def has_a_report(app: Running, evaluation_id: str) -> None:
    for kind, media_type, words in (
        ("html", "text/html", "good is better than bad"),
        ("md", "text/markdown", "| q1 |"),
        ("json", "application/json", '"candidate":"good"'),
        ("json", "application/json", '"benchmark_score":1.0'),
    ):
        async with app.http.get(f"{app.url}{EVALUATIONS}/{evaluation_id}/report?format={kind}") as response:
            page = await response.text()
        assert (response.status, response.content_type) == (200, media_type)
        assert words in page
        assert "house" not in page


async def are_compared(app: Running) -> None:
    before = await done(app, {"model": "bad", "suite": await brought(app, a_suite())})
    after = await done(app, {"model": "good", "suite": await brought(app, a_suite(20))})
    path = f"{EVALUATIONS}/compare?a={before['evaluation_id']}&b="
    status, found = await app.get(path + after["evaluation_id"])
    assert (status, found["common"], found["b"]["only_here"]) == (200, 12, 8)
    assert found["improvement"]["absolute"]["mean"] == 1
    assert len(found["newly_passed"]) == 12
    other = await done(app, {"model": "bad", "suite": await brought(app, a_suite(1, task_type="chat"))})
    status, problem = await app.get(path + other["evaluation_id"])
    assert (status, problem["type"]) == (409, "urn:ratchet:problem:nothing-in-common")


async def by_commands(app: Running, tenant: Tenant, folder: Path) -> None:
    (folder / "suite.json").write_text(json.dumps(a_suite()))

    async def ratchet(*arguments: str) -> Result:
        runner, where = CliRunner(), ["--url", app.url]
        environment = {"RATCHET_TOKEN": tenant.token}
        return await asyncio.to_thread(runner.invoke, cli, ["eval", *arguments, *where], env=environment)

    how = ("--baseline-model", "bad", "--wait", "--json")
    found = await ratchet("run", str(folder / "suite.json"), "--model", "good", *how)
    assert found.exit_code == 0, found.stderr
    run = json.loads(found.stdout)
    assert run["benchmark_score"] == 1
    poor = await ratchet("run", run["suite_id"], "--model", "bad", "--wait", "--at-least", "0.5")
    assert (poor.exit_code, "0.000" in poor.stdout) == (1, True)
    for arguments in (
        ("show", run["evaluation_id"]),
        ("list",),
        ("compare", run["evaluation_id"], run["evaluation_id"]),
    ):
        shown = await ratchet(*arguments)
        assert shown.exit_code == 0, shown.stderr
        assert "good" in shown.stdout
        assert "\x1b" not in shown.stdout
    assert "[/odd]" in (await ratchet("show", run["evaluation_id"])).stdout
    page = folder / "report.html"
    assert (await ratchet("report", run["evaluation_id"], "-o", str(page))).exit_code == 0
    assert page.read_text().startswith("<!doctype html>")


async def test_a_judge_is_asked_in_both_orders_and_held_against_people(
    settings_for: SettingsFor, tenant: Tenant, folder: Path
) -> None:
    suite = a_suite(4)
    suite["cases"][0]["ratings"] = [{"output": "There are 1", "score": 1}, {"output": "No idea", "score": 0}]
    async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant, folder, judge_model="judge") as (app, up):
        order = {"model": "good", "baseline_model": "bad", "suite": await brought(app, suite)}
        up.will("judge", prefers("1"))
        judged = (await done(app, order))["judged"]
        assert (judged["wins"], judged["losses"], judged["ties"], judged["unclear"]) == (4, 0, 0, 0)
        assert (judged["people"]["accuracy"], judged["people"]["pairs"]) == (1, 1)
        assert up.calls["judge"] == 2 * (4 + 1)
        up.will("judge", saying('{"winner": "A"}'))
        judged = (await done(app, order))["judged"]
        assert (judged["ties"], judged["people"]["accuracy"]) == (4, 0)
        up.will("judge", saying("A is better, I think."))
        assert (await done(app, order))["judged"]["unclear"] == 4
        assert (await done(app, order | {"judge": False}))["judged"] is None


async def test_troubles_with_models_and_money(settings_for: SettingsFor, tenant: Tenant, folder: Path) -> None:
    async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant, folder, evaluation_at_once=1) as (app, up):
        suite_id = await brought(app, a_suite())
        await passing_troubles_are_tried_again(app, up)
        await no_more_is_spent_than_was_given(app, up, suite_id)
        await several_draws_show_how_consistent_a_model_is(app, up)
        await one_that_is_cancelled_stops(app, up, suite_id)


async def passing_troubles_are_tried_again(app: Running, up: Upstream) -> None:
    order = {"model": "good", "suite": await brought(app, a_suite(1))}
    up.will("good", failing(429), failing(500), knows)
    run = await done(app, order)
    assert (run["state"], run["benchmark_score"], up.calls["good"]) == ("succeeded", 1, 3)
    up.will("good", failing(401))
    run = await done(app, order)
    assert run["state"] == "failed"
    assert "unauthorized" in run["reason"]
    order = {"model": "good", "suite": await brought(app, a_suite(4))}
    up.will("good", failing(400), knows)
    run = await done(app, order)
    assert (run["state"], run["benchmark_score"]) == ("succeeded", 0.75)
    assert run["case_by_case"][0]["candidate"]["error"] == "bad_request"
    up.will("good", failing(400))
    run = await done(app, order)
    assert (run["state"], run["benchmark_score"]) == ("failed", None)
    assert "refused all of the first 4 cases (bad_request)" in run["reason"]


async def no_more_is_spent_than_was_given(app: Running, up: Upstream, suite_id: str) -> None:
    up.will("good", knows)
    run = await done(app, {"model": "good", "suite": suite_id, "max_cost_usd": 0.015})
    assert run["state"] == "failed"
    assert "raise max_cost_usd" in run["reason"]
    assert up.calls["good"] == run["done"] == 3
    assert run["spent_usd"] == pytest.approx(0.006)


async def several_draws_show_how_consistent_a_model_is(app: Running, up: Upstream) -> None:
    up.will("good", *[saying(str(number)) for number in range(100)])
    order = {"model": "good", "suite": await brought(app, a_suite(3)), "draws": 2, "paraphrases": True}
    run = await done(app, order)
    assert up.calls["good"] == 9
    assert run["summary"]["candidate"]["consistency"] == 0


async def one_that_is_cancelled_stops(app: Running, up: Upstream, suite_id: str) -> None:
    begun = asyncio.Event()

    async def slow(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        begun.set()
        await asyncio.sleep(0.5)
        return await knows(request, asked)

    up.will("good", slow)
    _, run = await app.post(EVALUATIONS, {"model": "good", "suite": suite_id})
    await begun.wait()
    status, run = await app.post(f"{EVALUATIONS}/{run['evaluation_id']}/cancel")
    assert (status, run["state"]) == (200, "cancelled")
    assert (await app.post(f"{EVALUATIONS}/{run['evaluation_id']}/cancel"))[0] == 409
    other = await done(app, {"model": "bad", "suite": suite_id})
    assert other["state"] == "succeeded"
    assert up.calls["good"] < 12


BAD_REQUESTS: list[tuple[str, str, Any, int]] = [
    ("post", "/api/models/suites", {"name": "x"}, 422),
    ("post", "/api/models/suites", a_suite(0), 422),
    ("post", "/api/models/suites", a_suite(1, task_type="nonsense"), 422),
    ("get", "/api/models/suites/town-0123456789ab", None, 404),
    ("get", "/api/models/suites/nonsense", None, 422),
    ("post", EVALUATIONS, {"model": "good"}, 422),
    ("post", EVALUATIONS, {"model": "good", "version_id": "x", "suite": "town-0123456789ab"}, 422),
    ("post", EVALUATIONS, {"model": "good", "suite": "town-0123456789ab"}, 404),
    ("post", EVALUATIONS, {"model": "good", "dataset_id": "qa-0123456789ab"}, 404),
    ("get", f"{EVALUATIONS}/{uuid4()}", None, 404),
    ("get", f"{EVALUATIONS}/compare?a={uuid4()}&b={uuid4()}", None, 404),
    ("get", f"{EVALUATIONS}/compare?a=1&b=2", None, 422),
    ("post", f"{EVALUATIONS}/{uuid4()}/cancel", None, 404),
]


async def test_what_is_brought_is_scrubbed_and_what_is_wrong_is_told(
    settings_for: SettingsFor, tenant: Tenant, folder: Path
) -> None:
    async with asyncio.timeout(PATIENCE_S), trainer(settings_for, tenant, folder) as (app, _):
        await a_suite_is_scrubbed_and_known_by_its_content(app)
        for method, path, body, status in BAD_REQUESTS:
            found, problem = await (app.get(path) if method == "get" else app.post(path, body))
            assert found == status, (path, body, problem)
            assert problem["detail"]
        suite_id = await brought(app, a_suite(1))
        for order, words in (
            ({"model": "unheard-of", "suite": suite_id}, "known are bad, good, judge"),
            ({"model": "good", "suite": suite_id, "judge": True}, "TRAINER_JUDGE_MODEL"),
            ({"version_id": "qa-01234567", "suite": suite_id}, "There is no version"),
        ):
            found, problem = await app.post(EVALUATIONS, order)
            assert found in (404, 422), problem
            assert words in problem["detail"]


async def a_suite_is_scrubbed_and_known_by_its_content(app: Running) -> None:
    suite = a_suite(2)
    suite["cases"][0] |= {"context": "Mail ann.lee@example.com.", "reference": "ann.lee@example.com", "checks": []}
    status, kept = await app.post("/api/models/suites", suite)
    assert (status, kept["pii_found"], kept["cases"]) == (201, {"EMAIL": 1}, 2)
    assert (await app.post("/api/models/suites", suite))[1] == kept
    assert (await app.get("/api/models/suites"))[1]["items"] == [kept]
    _, content = await app.get(f"/api/models/suites/{kept['suite_id']}/content")
    assert content["cases"][0]["reference"] == "[EMAIL_1]"
    assert (await app.post("/api/models/suites", content))[1]["suite_id"] == kept["suite_id"]
