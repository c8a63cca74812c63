"""Costs on real parts: from events over Kafka to what is asked over HTTP and on the command line."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from typer.testing import CliRunner

from ratchet_cli.main import app as cli
from ratchet_common.bus import Bus
from ratchet_common.events import Attempt, CostIncurred, ErasureAsked, PredictionMade, Savings, Usage
from ratchet_common.persons import digest
from ratchet_monitor.main import build
from ratchet_monitor.settings import MonitorSettings
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.integration.test_monitor import publish, until
from tests.patience import PATIENCE_S
from tests.unit.monitor.make import prediction, result_id

NAMES = ("ann", "bob", "cid")


def answers(tenant: str, now: datetime) -> list[PredictionMade]:
    """A dollar each, by three users and two models; a batch, and a call whose answer was not given, among them."""
    at = now - timedelta(hours=30)
    usage, paid = (
        Usage(input_tokens=1_000, output_tokens=100),
        Attempt(
            model="large", latency_ms=2, error="failed_checks", usage=Usage(input_tokens=10), cost_usd=Decimal("0.25")
        ),
    )
    made = [
        prediction(
            n,
            tenant=tenant,
            at=at,
            result_id=result_id(n, at),
            model=("small", "large")[n % 2],
            user=NAMES[n % 3],
            document=f"contract {n % 2}",
            template="summary_v1",
            usage=usage,
            cost_usd=Decimal(1),
            by="routed",
            premium_cost_usd=Decimal(3),
        )
        for n in range(12)
    ]
    savings = Savings(batch_usd=Decimal("0.5"), reference_model="large", reference_usd=Decimal(4))
    made[0] = msgspec.structs.replace(made[0], savings=savings, attempts=(paid,))
    return made


def spending(tenant: str, now: datetime) -> list[CostIncurred]:
    """Told more than once, and not in order; the last word, by its minute, is less than the one before."""
    told = (
        ("training", "j1", 20_000, 1),
        ("training", "j1", 12_000, 3),
        ("evaluation", "r1", 0.5, 1),
        ("training", "j1", 30_000, 2),
    )
    return [
        CostIncurred(
            tenant=tenant,
            occurred_at=now - timedelta(minutes=10 - minute),
            kind=kind,  # type: ignore[arg-type]
            about=about,
            task_type="summary",
            cost_usd=Decimal(str(usd)),
        )
        for kind, about, usd, minute in told
    ]


async def run(app: Running, tenant: Tenant, *said: str, status: int = 0) -> str:
    """The command in a thread of its own: it asks the app that runs in this loop."""
    where = ["--url", app.url, "--token", tenant.token]
    found = await asyncio.to_thread(CliRunner().invoke, cli, ["costs", *said, *where])
    assert found.exit_code == status, found.output
    return found.stdout


async def test_where_the_money_went(settings_for: SettingsFor, tenant: Tenant, tmp_path: Path) -> None:
    settings = settings_for(MonitorSettings, rebuild_every_s=0.05, alert_every_s=0.2)
    assert isinstance(settings, MonitorSettings)
    now = datetime.now(UTC)
    async with asyncio.timeout(PATIENCE_S), running_app(build(settings), tenant) as app, Bus(settings) as bus:
        await publish(bus, *answers(tenant.name, now), *spending(tenant.name, now))
        by_model = await until(app, "/api/models/costs/by/model", lambda found: found["total"]["answers"] == 12)
        assert {one["key"]: one["billed"] for one in by_model["items"]} == {"large": 6.25, "small": 6.0}
        await _by_user_and_document(app, tenant)
        await _what_was_saved(app)
        await _refusals(app)
        await _told_of_the_budget(app, tenant, tmp_path)
        await _beside_the_invoice(app, tenant, tmp_path, now - timedelta(hours=30))
        await _forgotten(app, tenant, bus)


async def _by_user_and_document(app: Running, tenant: Tenant) -> None:
    by_user = json.loads(await run(app, tenant, "by", "user", "--name", "ann", "--limit", "2", "--json"))
    assert [one["key"] for one in by_user["asked"]] == [digest(tenant.name, "ann")]
    assert (by_user["asked"][0]["billed"], by_user["others"]["billed"], by_user["total"]["billed"]) == (
        4.25,
        4.0,
        12.25,
    )
    table = await run(app, tenant, "by", "document", "--name", "contract 0")
    assert "contract 0" in table
    assert "6.25" in table
    assert "tokens in" in await run(app, tenant, "by", "task", "--task-type", "summary")


async def _what_was_saved(app: Running) -> None:
    found = (await app.get("/api/models/costs/summary"))[1]
    assert (found["savings_from_batching"], found["cost_of_attempts"]) == (0.5, 0.25)
    assert found["savings_by_reference"] == {"(the dearest candidate)": 22.0, "large": 3.0}
    assert found["savings_from_routing"] == 25.0
    await until(
        app, "/api/models/costs/summary", lambda its: (its["training_cost"], its["evaluation_cost"]) == (12_000.0, 0.5)
    )


async def _told_of_the_budget(app: Running, tenant: Tenant, folder: Path) -> None:
    """Of which more than all is spent already: in this month, or in the one that ended a day ago."""
    file = folder / "budget.json"
    file.write_text(json.dumps({"budget_id": "small", "amount_usd": 7.0, "model": "small", "shares": [0.5, 1]}))
    await run(app, tenant, "budgets", "put", str(file))
    silent = {"budget_id": "silent", "amount_usd": 7.0, "shares": [], "forecast": False}
    status, refused = await app.post("/api/models/costs/budgets", silent)
    assert (status, refused["field"]) == (422, "shares")
    shown = json.loads(await run(app, tenant, "budgets", "list", "--json"))
    spent = shown[0]["month"]["spent"]
    assert spent in (0.0, 6.25)
    assert shown[0]["used"] == round(spent / 7, 6)
    if spent:
        opened = await until(app, "/api/models/performance/alerts", lambda found: bool(found["items"]))
        assert [one["subject"] for one in opened["items"]] == [f"budget small, 50% of {shown[0]['month']['month']}"]
        assert opened["items"][0]["kind"] == "budget"
    await run(app, tenant, "budgets", "delete", "small")
    await until(app, "/api/models/performance/alerts", lambda found: not found["items"])
    assert (await app.get("/api/models/costs/budgets/small"))[0] == 404


async def _refusals(app: Running) -> None:
    for path, status in (("by/weather", 422), ("by/model?task_type=poem", 404), ("by/user?limit=251", 422)):
        assert (await app.get(f"/api/models/costs/{path}"))[0] == status


async def _beside_the_invoice(app: Running, tenant: Tenant, folder: Path, at: datetime) -> None:
    file = folder / "invoice.csv"
    lines = [
        "date,model,input_tokens,output_tokens,cost",
        f"{at:%Y-%m-%d},small,6000,600,6.00",
        f"{at:%Y-%m-%d},gpt-l,6010,600,12.50",
        f"{at:%Y-%m-%d},gpt-l,0,0,-1",
    ]
    file.write_text("\n".join(lines))
    said = json.loads(await run(app, tenant, "reconcile", str(file), "--alias", "gpt-l=large", "--json", status=1))
    assert (said["lines"], said["faults"][0]["line"], said["agreeing"]) == (3, 4, 1)
    (item,) = said["items"]
    assert (item["model"], item["called"], item["lines"], item["causes"][0]["kind"]) == (
        "large",
        "gpt-l",
        [3],
        "price_differs",
    )
    assert Decimal(item["difference_usd"]) == Decimal(said["difference_usd"]) == Decimal("6.25")
    shown = await run(app, tenant, "reconcile", str(file), "--alias", "gpt-l=large", status=1)
    assert "price differs" in shown
    assert "line 4: the amount is negative" in shown
    for body, kind in ((b"", "empty-invoice"), (b"a,b\n1,2\n", "missing-column"), (b"\xff\xfe", "wrong-encoding")):
        async with app.http.post(f"{app.url}/api/models/costs/reconciliations", data=body) as refused:
            problem = await refused.json(content_type=None)
            assert (refused.status, problem["type"]) == (422, f"urn:ratchet:problem:{kind}")
    status, problem = await app.post("/api/models/costs/reconciliations?alias=x")
    assert (status, problem["type"]) == (422, "urn:ratchet:problem:wrong-alias")


async def test_an_invoice_beside_hours_that_are_not_added_up_yet_is_told_so(
    settings_for: SettingsFor, tenant: Tenant
) -> None:
    settings = settings_for(MonitorSettings, rebuild_every_s=60)
    assert isinstance(settings, MonitorSettings)
    now = datetime.now(UTC)
    body = f"date,model,amount\n{now - timedelta(hours=30):%Y-%m-%d},small,6\n".encode()
    async with asyncio.timeout(PATIENCE_S), running_app(build(settings), tenant) as app, Bus(settings) as bus:
        assert (await _reconciled(app, body))["behind"] is None
        await publish(bus, *answers(tenant.name, now))
        await until(app, "/api/models/costs/summary", lambda its: its["behind"] is not None)
        found = await _reconciled(app, body)
    assert (found["behind"]["changed_hours"], found["ours_usd"]) == (1, "0")


async def _reconciled(app: Running, body: bytes) -> dict[str, Any]:
    async with app.http.post(f"{app.url}/api/models/costs/reconciliations", data=body) as answer:
        found: dict[str, Any] = await answer.json()
        assert answer.status == 200, found
    return found


async def _forgotten(app: Running, tenant: Tenant, bus: Bus) -> None:
    """His costs stay, of nobody: in the hours and the days, and after the hours are built anew."""
    await publish(bus, ErasureAsked(tenant=tenant.name, erasure_id=uuid4(), user=digest(tenant.name, "ann")))

    def unknown(found: dict[str, Any]) -> bool:
        return len(found["items"]) == 3 and found["asked"][0]["answers"] == 0

    found = await until(app, "/api/models/costs/by/user?name=ann", unknown)
    assert found["total"]["billed"] == 12.25
    assert sorted(one["billed"] for one in found["items"]) == [4.0, 4.0, 4.25]
