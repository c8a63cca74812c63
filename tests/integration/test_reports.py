"""Prompts and reports on real parts: days and hours in the store, asked for over HTTP and by the commands."""

import asyncio
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ratchet_cli import prompts
from ratchet_cli.reporting import report
from ratchet_cli.router_calls import Router
from ratchet_common.errors import CannotStartError
from ratchet_monitor.buckets import Build, Period
from ratchet_monitor.hours import BucketKey, day_of
from ratchet_monitor.intake import utc_now
from ratchet_monitor.main import build
from ratchet_monitor.reports.spans import span_at
from ratchet_monitor.settings import MonitorSettings
from ratchet_monitor.store import MonitorStore
from ratchet_monitor.studies.study import Arm, Ended, changed, stopped
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.unit.monitor.alerts.make import condition
from tests.unit.monitor.prompts.make import DAY, SINCE, Made, summed_periods
from tests.unit.monitor.studies.make import study

DAYS = 20


def weeks(began: datetime) -> list[Period]:
    """Twenty days until yesterday, the first of which `Made` calls day 0: the new template is better, and the old one
    was dropped ten days ago."""
    made = (
        Made("old_v1", 20, 10, 0.5, usd=0.001, days=range(10)),
        Made("new_v1", 20, 10, 0.9, days=range(20)),
        Made("new_v2", 20, 10, 0.5, days=range(20)),
    )
    return [period._replace(start=period.start - SINCE + began) for period in summed_periods(*made)]


async def keep(store: MonitorStore, tenant: str, periods: Iterable[Period]) -> None:
    """As days, and as the hours that they were added up from: all of a day fell into its ninth hour."""
    by_day: dict[datetime, Build] = {}
    for period in periods:
        by_day.setdefault(period.start, Build()).include(period.contents)
    for start, one in by_day.items():
        key = BucketKey(tenant, "summary", start)
        await store.buckets.of_days.write(key, one.contents(), after=0)
        await store.buckets.write(key._replace(hour=start + timedelta(hours=9)), one.contents(), after=0)


async def test_reports_and_prompts(settings_for: SettingsFor, tenant: Tenant, tmp_path: Path) -> None:
    settings = settings_for(MonitorSettings)
    assert isinstance(settings, MonitorSettings)
    app = build(settings)
    async with running_app(app, tenant) as monitor:
        store: MonitorStore = app.state.store
        today = day_of(utc_now())  # and not when it was imported, which may be yesterday
        await keep(store, tenant.name, weeks(today - DAYS * DAY))
        await of_prompts(monitor, store, tenant, today - DAYS * DAY)
        await of_reports(monitor, store, tenant, today)
        await by_commands(Router(monitor.url, tenant.token), tmp_path)


async def of_prompts(monitor: Running, store: MonitorStore, tenant: Tenant, began: datetime) -> None:
    arms = (Arm(name="a", share=50, template="old"), Arm(name="b", share=50, template="new_v1"))
    asked = study(tenant=tenant.name, arms=arms, started_at=began)
    assert await store.studies.add(asked, changed(asked))
    status, told = await monitor.get("/api/models/prompts/performance?days=30")
    assert status == 200
    uses = {one["whole"]["template"]: one["whole"]["total_uses"] for one in told["templates"]}
    assert uses == {"new": 800, "old": 200}
    assert (await monitor.get("/api/models/prompts/performance?days=5"))[1]["templates"][0]["whole"][
        "total_uses"
    ] == 200
    _, told = await monitor.get("/api/models/prompts/performance?template_id=new@2&task_type=summary")
    assert [one["whole"]["total_uses"] for one in told["templates"]] == [400]
    _, told = await monitor.get("/api/models/prompts/compare?template_ids=old,new_v1")
    (one,) = told["comparisons"]
    quality = one["differences"][0]
    assert (quality["metric"], quality["verdict"]) == ("quality", "better")
    assert quality["low"] < quality["difference"] < quality["high"]
    assert [trial["experiment_id"] for trial in told["experiments"]] == ["exp-1"]
    _, told = await monitor.get("/api/models/prompts/best")
    assert [(one["task_type"], one["document_type"], one["best"]) for one in told["items"]] == [
        ("summary", "email", "new_v1")
    ]
    _, told = await monitor.get("/api/models/prompts/suggestions?unused_days=5")
    assert {one["template"]: one["reason"] for one in told["items"]} == {"new_v2": "worse", "old_v1": "unused"}
    for path in ("?template_ids=a", "?template_ids=a,b,c,d,e,f,g", "?template_ids=new,new_v1", ""):
        assert (await monitor.get(f"/api/models/prompts/compare{path}"))[0] == 422
    assert (await monitor.get("/api/models/prompts/best?task_type=cooking"))[0] == 404
    after = stopped(asked, Ended(at=utc_now(), who="ann", why="enough"))
    assert await store.studies.record(asked, after, [])


async def of_reports(monitor: Running, store: MonitorStore, tenant: Tenant, today: datetime) -> None:
    week = span_at("weekly", None, utc_now())
    mine: dict[str, Any] = {"tenant": tenant.name, "at": week.since + DAY}
    await store.alerts.tell(
        [condition(**mine), condition(**mine | {"source": "drift", "subject": "summary, accuracy"})]
    )
    await store.alerts.tell([condition(holds=False, **mine | {"at": week.until + n * DAY}) for n in (1, 2)])
    status, told = await monitor.get("/api/models/reports/weekly")
    assert status == 200
    assert (told["name"], told["over"], told["now"]["uses"]) == (
        week.name,
        True,
        uses_in(week.since, week.until, today),
    )
    assert told["before"]["uses"] == uses_in(week.before.since, week.since, today)
    assert sum(one["made"] for one in told["series"]) == told["now"]["uses"]
    assert [(one["source"], one["state"]) for one in told["alerts"] + told["drift"]] == [
        ("rule:slow", "open"),  # it closed after the week
        ("drift", "open"),
    ]
    assert [(one["kind"], one["state"]) for one in told["experiments"]] == [("experiment", "running")]
    again = (await monitor.get(f"/api/models/reports/weekly?at={week.since:%Y-%m-%d}"))[1]
    for changing in ("counted_until", "notes"):
        assert told.pop(changing)
        assert again.pop(changing)
    assert again == told

    yesterday = f"{today - DAY:%Y-%m-%d}"
    _, of_day = await monitor.get(f"/api/models/reports/daily?at={yesterday}")
    assert [one["label"] for one in of_day["series"] if one["made"]] == ["09:00"]
    assert of_day["now"]["uses"] == uses_in(today - DAY, today, today)
    _, so_far = await monitor.get(f"/api/models/reports/monthly?at={today:%Y-%m-%d}")
    assert (so_far["over"], so_far["settled"]) == (False, False)
    _, long_ago = await monitor.get("/api/models/reports/quarterly?at=2024-05-05")
    assert (long_ago["name"], long_ago["now"]["uses"], long_ago["settled"]) == ("2024-Q2", 0, True)
    tomorrow = f"{today + 2 * DAY:%Y-%m-%d}"
    for path in (f"daily?at={tomorrow}", "hourly", "daily?format=pdf", "daily?at=soon"):
        assert (await monitor.get(f"/api/models/reports/{path}"))[0] == 422

    async with monitor.http.get(f"{monitor.url}/api/models/reports/weekly?format=html") as answer:
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        page = ElementTree.fromstring((await answer.text()).removeprefix("<!doctype html>\n"))  # noqa: S314  our own
        assert len(list(page.iter("svg"))) == 5


async def by_commands(router: Router, folder: Path) -> None:
    def run() -> None:
        for name in ("week.html", "week.md", "week.json"):
            report(router, "weekly", "", "", folder / name, as_json=False)
        prompts.best(router, {"days": 30}, as_json=False)
        with pytest.raises(CannotStartError, match="answered 422"):
            report(router, "daily", "2999-01-01", "", None, as_json=False)

    await asyncio.to_thread(run)
    told = json.loads((folder / "week.json").read_text())
    assert f"# Week {told['name']}" in (folder / "week.md").read_text()
    assert (folder / "week.html").read_text().startswith("<!doctype html>")


def uses_in(since: datetime, until: datetime, today: datetime) -> int:
    return sum(period.contents.predictions for period in weeks(today - DAYS * DAY) if since <= period.start < until)
