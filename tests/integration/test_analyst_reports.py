"""Reports over HTTP: asked for, made by a router and a worker of its other half, read in each form, and gone."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.mongo import connect, database
from ratchet_reports.encoding import report_of
from ratchet_router.documents.worker_main import build_worker
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.integration.router_site import CATALOGUE, Heard, listening, until
from tests.integration.upstream import Upstream, saying, upstream
from tests.unit.router.documents.memory_index import MemoryIndex
from tests.unit.router.knowledge import Library

pytestmark = pytest.mark.asyncio(loop_scope="module")
DAYS = [f"2026-{month:02}-{day:02}" for month in (1, 2, 3) for day in range(1, 29)]
PRICES = {
    "A": {day: 100.0 + n + (n % 3) for n, day in enumerate(DAYS)},
    "B": {day: 50.0 - 0.1 * n + (n % 5) for n, day in enumerate(DAYS)},
    "INDEX": {day: 1000.0 + 2 * n + (n % 7) for n, day in enumerate(DAYS)},
}
PORTFOLIO = {"prices": PRICES, "weights": {"A": 0.6, "B": 0.4}, "benchmark": "INDEX", "source": "prices of the test"}
QUESTION = "What were the return and the Sharpe ratio of the portfolio against the INDEX?"


@dataclass(frozen=True, slots=True)
class Desk:
    app: Running
    worker: Running
    heard: Heard
    says: Upstream
    mongodb_url: str

    async def asked(self, body: dict[str, Any], **headers: str) -> tuple[int, Any]:
        async with self.app.http.post(f"{self.app.url}/api/reports", json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def ended(self, id_: str) -> dict[str, Any]:
        async def over() -> dict[str, Any] | None:
            _, found = await self.app.get(f"/api/reports/{id_}")
            return found if found["state"] in ("ready", "failed") else None

        found: dict[str, Any] = await until(over)
        return found

    async def made(self, **body: Any) -> dict[str, Any]:
        status, taken = await self.asked({"question": QUESTION} | body)
        assert (status, taken["made"]) == (202, None), taken
        return await self.ended(taken["id"])

    async def page(self, id_: str, form: str) -> tuple[int, str, bytes]:
        async with self.app.http.get(f"{self.app.url}/api/reports/{id_}?form={form}") as answer:
            return answer.status, answer.content_type, await answer.read()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(stack: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    folder = tmp_path_factory.mktemp("reports")
    name = f"tenant-{uuid4().hex[:8]}"
    token, row = new_token(name, frozenset(Scope))
    write_tokens(folder / "tokens.json", [row])
    tenant = Tenant(name, token, folder / "tokens.json")
    async with upstream() as says:
        (folder / "catalogue.toml").write_text(CATALOGUE + WRITER.format(url=says.url))
        settings = RouterSettings(
            kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
            kafka_idempotence=stack.idempotence,
            kafka_partitions=3,
            bus_forgets=stack.forgets,
            mongodb_url=stack.mongodb_url,
            tokens_file=tenant.tokens_file,
            catalogue=folder / "catalogue.toml",
            documents_url=(folder / "files").as_uri(),
            explore=0,
        )
        async with (
            running_app(build(settings, Library(tenant=name)), tenant) as app,
            running_app(build_worker(settings, lambda _: MemoryIndex()), tenant) as worker,
            listening(stack, tenant) as heard,
        ):
            yield Desk(app, worker, heard, says, settings.mongodb_url)


WRITER = """
[providers.up]
kind = "openai_shaped"
base_url = "{url}"

[[models]]
name = "writer"
provider = "up"
tier = "premium"
context_window = 100_000
latency_ms = 10
prices = {{ input = 3, output = 3 }}
capabilities = ["json"]
quality = {{ default = 0.9 }}
"""


async def test_figures_are_computed_told_drawn_and_checked(desk: Desk) -> None:
    found = await desk.made(portfolio=PORTFOLIO, preferences={"parts": ["figures", "tables", "plots"], "title": "Mine"})
    assert (found["state"], found["title"], found["question"]) == ("ready", "Mine", QUESTION)
    named = {(one["figure"]["subject"], one["figure"]["name"]): one for one in found["figures"]}
    assert {("portfolio", "sharpe_ratio"), ("portfolio", "total_return"), ("INDEX", "sharpe_ratio")} <= named.keys()
    sharpe = named["portfolio", "sharpe_ratio"]
    assert sharpe["mark"] == "F1" or sharpe["mark"].startswith("F")
    assert {"formula", "inputs", "assumptions", "period", "unit"} <= sharpe["figure"].keys()
    assert sharpe["figure"]["inputs"][0]["source"]["document"] == "prices of the test"
    assert [one["heading"] for one in found["sections"]] == ["Computed figures"]
    assert f"[{sharpe['mark']}]" in json.dumps(found["sections"])
    assert found["plots"]
    assert all("$schema" in one["vega_lite"] for one in found["plots"])
    assert found["made"] == found["made"] | {"passed": True, "approach": "direct", "plots": len(found["plots"])}
    assert found["statistics"]["cost_usd"] is None  # nobody was asked


async def test_a_report_is_read_in_each_of_its_forms(desk: Desk) -> None:
    found = await desk.made(portfolio=PORTFOLIO, preferences={"parts": ["figures", "plots"]})
    for form, media, begins in (
        ("html", "text/html", b"<!doctype html>"),
        ("markdown", "text/markdown", b"# What were"),
        ("pdf", "application/pdf", b"%PDF-"),
        ("json", "application/json", b"{"),
    ):
        status, its, content = await desk.page(found["id"], form)
        assert (status, its, content[: len(begins)].lower()) == (200, media, begins.lower())
    assert report_of((await desk.page(found["id"], "json"))[2]).question == QUESTION
    async with desk.app.http.get(
        f"{desk.app.url}/api/reports/{found['id']}", headers={"Accept": "text/html,application/xhtml+xml"}
    ) as answer:
        assert (answer.content_type, "sandbox" in answer.headers["Content-Security-Policy"]) == ("text/html", True)
    for plot, begins in (("1.svg", b"<svg"), ("1.png", b"\x89PNG")):
        async with desk.app.http.get(f"{desk.app.url}/api/reports/{found['id']}/plots/{plot}") as answer:
            assert (answer.status, (await answer.read())[:4]) == (200, begins)
    for plot in ("99.svg", "1.pdf", "0.png"):
        assert (await desk.app.get(f"/api/reports/{found['id']}/plots/{plot}"))[0] == 404


async def test_a_model_narrates_what_was_found_and_computed_and_is_checked(desk: Desk) -> None:
    desk.says.will(
        "writer",
        saying(
            "The rate is 4.5 percent [1]. The Sharpe ratio is told [F2].\n\n## Risks\n- The lease runs until 2031 [1]."
        ),
    )
    found = await desk.made(
        question="What is the rate of the lease, and the Sharpe ratio?",
        portfolio=PORTFOLIO,
        context={"documents": ["lease"]},
        model="writer",
        user_id="ann",
    )
    assert (found["state"], found["approach"]) == ("ready", "base_rag"), found
    assert [one["heading"] for one in found["sections"]] == ["Answer", "Risks", "Computed figures"]
    first = found["sections"][0]["paragraphs"][0]["statements"][0]
    assert first == {"text": "The rate is 4.5 percent [1].", "marks": ["1"]}
    assert found["citations"] == [
        {
            "mark": "1",
            "document_id": "lease",
            "document": "Lease of the hall",
            "page": 3,
            "pages": [3],
            "quote": found["citations"][0]["quote"],
        }
    ]
    assert "4.5 percent" in found["citations"][0]["quote"]
    checks = {one["name"]: one for one in found["checks"]}
    assert checks["figures"]["passed"]
    assert checks["sources"]["passed"]
    assert found["statistics"]["input_tokens"] == 1_000
    assert found["statistics"]["documents_read"] == 1
    told = json.dumps(desk.says.asked[-1])
    assert "[1] Lease of the hall, page 3" in told
    assert "[F1]" in told
    event = await desk.heard.first(lambda one: one.template == "analyst_report_v1")
    assert (event.task_type, event.documents_read, event.approach) == ("report", ("lease",), "base_rag")


async def test_a_figure_that_nobody_computed_and_no_source_has_fails_the_check(desk: Desk) -> None:
    desk.says.will("writer", saying("The rate is 7.25 percent [1]. It may be renewed once [1]."))
    found = await desk.made(question="What is the rate of the lease?", context={"documents": ["lease"]}, model="writer")
    assert (found["state"], found["made"]["passed"]) == ("ready", False)
    assert any("7.25 percent" in one for one in found["warnings"])


async def test_a_model_may_choose_the_figures_and_rules_do_where_it_cannot(desk: Desk) -> None:
    choice = {"requests": [{"of": "prices", "measures": ["max_drawdown"], "reason": "It asks how deep it fell."}]}
    portfolio = {"portfolio": PORTFOLIO, "preferences": {"parts": ["figures"], "chooser": "model"}, "model": "writer"}
    desk.says.will("writer", saying(json.dumps(choice)))
    found = await desk.made(question=f"How deep did it fall? {uuid4().hex}", **portfolio)
    assert [one["figure"]["name"] for one in found["figures"]] == ["max_drawdown"]
    assert "It asks how deep it fell." in found["assumptions"]
    desk.says.will("writer", saying("I would rather not."))
    found = await desk.made(question=f"What was the volatility? {uuid4().hex}", **portfolio)
    assert [one["figure"]["name"] for one in found["figures"]] == ["volatility"]
    assert any("rules did" in one for one in found["warnings"])


async def test_without_an_answer_the_figures_stand_alone_and_without_those_it_fails(desk: Desk) -> None:
    found = await desk.made(portfolio=PORTFOLIO, model="nobody-knows-it")
    assert (found["state"], bool(found["figures"])) == ("ready", True)
    assert any("not answered in words" in one for one in found["warnings"])
    failed = await desk.made(context={}, model="nobody-knows-it")
    assert (failed["state"], failed["refusal"]["type"]) == ("failed", "unknown-model")
    status, media, said = await desk.page(failed["id"], "pdf")
    assert (status, json.loads(said)["type"], media) == (
        409, "urn:ratchet:problem:report-failed", "application/problem+json",
    )  # fmt: skip


async def test_that_nothing_could_be_computed_is_no_report_without_an_answer(desk: Desk) -> None:
    for body in (
        {"question": "What was the net margin?", "context": {}},
        {"portfolio": {"prices": {"A": {"2026-01-02": 1.0}}}},
    ):
        failed = await desk.made(**body, model="nobody-knows-it")
        assert (failed["state"], failed["refusal"]["type"]) == ("failed", "unknown-model")
        assert "There is no such model" in failed["refusal"]["sentence"]
    assert "a return needs two" in failed["refusal"]["sentence"]


async def test_prices_of_any_regular_step_are_computed_and_a_year_may_be_named(desk: Desk) -> None:
    days = [str(date(2024, 1, 1) + timedelta(days=2 * n)) for n in range(100)]
    prices = {"A": {day: 100.0 + n + n % 3 for n, day in enumerate(days)}}
    asked = {"question": "What was the volatility?", "preferences": {"parts": ["figures"]}}
    told = (await desk.made(portfolio={"prices": prices}, **asked))["figures"][0]["figure"]
    named = (await desk.made(portfolio={"prices": prices}, compute={"per_year": 126}, **asked))["figures"][0]["figure"]
    assert [its["value"] for its in named["inputs"] if its["name"] == "returns a year"] == [126]
    assert any("a year of 365.25 days is taken to have" in said for said in told["assumptions"])


async def test_a_day_twice_counts_once_or_is_refused(desk: Desk) -> None:
    async def sent(second: float) -> tuple[int, Any]:
        series = json.dumps(PRICES["A"]).removesuffix("}") + f', "{DAYS[0]}": {second}' + "}"
        rest = '"question": "What was the return?", "preferences": {"parts": ["figures"]}'
        body = f'{{{rest}, "portfolio": {{"prices": {{"A": {series}}}}}}}'
        async with desk.app.http.post(
            f"{desk.app.url}/api/reports", data=body, headers={"Content-Type": "application/json"}
        ) as answer:
            return answer.status, await answer.json()

    status, problem = await sent(7.5)
    assert (status, problem["errors"][0]["field"]) == (422, f"portfolio.prices.A.{DAYS[0]}")
    assert problem["errors"][0]["message"] == "it is there twice, as 100.0 and 7.5"
    status, taken = await sent(100)
    found = await desk.ended(taken["id"])
    assert f"A has the day {DAYS[0]} twice, with the same price: it counts once." in found["assumptions"]


async def test_what_the_documents_do_not_say_is_said(desk: Desk) -> None:
    found = await desk.made(question="What of it?", context={"documents": ["nowhere"]}, model="writer")
    assert (found["state"], found["citations"]) == ("ready", [])
    assert any("Not found in your documents." in one for one in found["warnings"])


async def test_ratios_of_statements_name_their_pages(desk: Desk) -> None:
    items = {"revenue": {"value": 82_959, "document": "10-Q", "page": 4}, "net_income": 19_442, "current_assets": 100}
    before = {"company": "Example", "first": "2021-03-27", "last": "2021-06-26", "scale": 1_000_000}
    after = before | {"first": "2022-03-27", "last": "2022-06-25"}
    found = await desk.made(
        question="How did the net margin and revenue grow?",
        statements=[before | {"items": {"revenue": 81_434, "net_income": 21_744}}, after | {"items": items}],
        compute={"ratios": ["net_margin", "current_ratio"], "growing": ["revenue"]},
        preferences={"parts": ["figures", "tables"]},
    )
    named = {one["figure"]["name"]: one["figure"] for one in found["figures"]}
    assert named["net_margin"]["value"] == pytest.approx(19_442 / 82_959)
    assert {"document": "10-Q", "page": 4} in [one["source"] for one in named["net_margin"]["inputs"]]
    assert named["revenue_growth"]["value"] == pytest.approx(82_959 / 81_434 - 1)
    assert any("current" in one and "current_liabilities" in one for one in found["warnings"])


async def test_progress_comes_as_events(desk: Desk) -> None:
    _, taken = await desk.asked({"question": QUESTION, "portfolio": PORTFOLIO, "preferences": {"parts": ["figures"]}})
    async with desk.app.http.get(f"{desk.app.url}/api/reports/{taken['id']}/events") as answer:
        said = (await answer.text()).split("\n\n")
    events = [(one.split("\n")[0], json.loads(one.split("data: ")[1])) for one in said if one.startswith("event")]
    assert (events[0][0], events[-1][0]) == ("event: progress", "event: ready")
    assert [one["step"]["done"] for _, one in events] == sorted(one["step"]["done"] for _, one in events)
    assert events[-1][1]["made"]["figures"] > 0


async def test_the_same_key_is_the_same_report(desk: Desk) -> None:
    key, body = uuid4().hex, {"question": QUESTION, "portfolio": PORTFOLIO}
    first, second = await asyncio.gather(*(desk.asked(body, **{"Idempotency-Key": key}) for _ in range(2)))
    assert first[1]["id"] == second[1]["id"]
    status, problem = await desk.asked(body | {"question": "Another?"}, **{"Idempotency-Key": key})
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:idempotency-mismatch")


async def test_a_report_goes_wholly(desk: Desk) -> None:
    found = await desk.made(portfolio=PORTFOLIO, preferences={"parts": ["figures"]})
    async with desk.app.http.delete(f"{desk.app.url}/api/reports/{found['id']}") as answer:
        assert (answer.status, (await answer.json())["state"]) == (202, "deleting")
    assert (await desk.app.get(f"/api/reports/{found['id']}"))[0] == 404
    client = connect(desk.mongodb_url)
    parts, reports = database(client, "router").report_parts, database(client, "router").reports

    async def gone() -> bool:
        left = await reports.find_one({"_id": found["id"]})
        return not await parts.find_one({"report": found["id"]}) and left is not None and left["state"] == "gone"

    assert await until(gone)
    left = await reports.find_one({"_id": found["id"]})
    assert left is not None
    assert QUESTION not in msgspec.json.encode({k: str(v) for k, v in left.items() if k != "outbox"}).decode()
    await client.close()


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"question": " "}, "body"),
        ({"question": QUESTION}, "context"),
        ({"portfolio": {"prices": {"A": {"2026-01-02": -1.0}}}}, "portfolio.prices.A.2026-01-02"),
        ({"portfolio": {"prices": {"A": {"2026-01-02": 1.0}}, "weights": {"B": 1}}}, "portfolio.weights"),
        ({"portfolio": {"prices_csv": "date,A\n2026-01-02,x\n"}}, "portfolio.prices_csv"),
        ({"portfolio": {}}, "portfolio"),
        ({"portfolio": PORTFOLIO, "compute": {"measures": ["luck"]}}, "compute"),
        ({"portfolio": PORTFOLIO, "compute": {"ratios": ["net_margin"]}}, "body"),
        ({"portfolio": PORTFOLIO, "preferences": {"parts": []}}, "preferences.parts"),
        ({"portfolio": PORTFOLIO, "wish": 1}, "wish"),
        ({"statements": [{"company": "E", "first": "2026-01-02", "last": "2025-01-01", "items": {"revenue": 1}}]},
         "statements.0"),
        ({"statements": [{"company": "E", "first": "2026-01-02", "last": "2026-03-01", "items": {"luck": 1}}]},
         "statements.0"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_refused_by_field(desk: Desk, body: dict[str, Any], where: str) -> None:
    status, problem = await desk.asked({"question": QUESTION} | body)
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:invalid"), problem
    assert problem["errors"][0]["field"] == where


async def test_what_cannot_be_computed_is_said_and_takes_nothing_else_away(desk: Desk) -> None:
    one = {"prices": {"A": {"2026-01-02": 1.0}}}
    found = await desk.made(portfolio=one, preferences={"parts": ["figures", "plots"]})
    assert (found["state"], found["figures"]) == ("ready", [])
    assert any("a return needs two" in said for said in found["warnings"])
    flat = {"prices": {"A": dict.fromkeys(DAYS, 10.0)}, "benchmark": ""}
    found = await desk.made(portfolio=flat, preferences={"parts": ["figures", "plots"]})
    assert "total_return" in [its["figure"]["name"] for its in found["figures"]]
    assert any("Sharpe ratio" in said for said in found["warnings"])
