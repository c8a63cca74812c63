"""What feedback means, over HTTP and on a real store, with the commands that show it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from ratchet_cli.main import app as ratchet
from ratchet_common.bus import Bus
from ratchet_common.events import PredictionMade
from ratchet_feedback.main import build
from ratchet_feedback.settings import FeedbackSettings
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.integration.test_feedback import publish
from tests.unit.feedback.said import prediction

PATH = "/api/models/feedback"


def said(made: PredictionMade, user: str, **word: Any) -> dict[str, Any]:
    return {"result_id": str(made.result_id), "user_id": user} | word


async def summary(app: Running, **asked: str) -> dict[str, Any]:
    status, body = await app.get(f"{PATH}/summary", params=asked)
    assert status == 200, body
    found: dict[str, Any] = body
    return found


async def heard(app: Running, total: int) -> None:
    while (await summary(app))["total"] != total:  # noqa: ASYNC110  nothing tells when a consumer has read
        await asyncio.sleep(0.1)


@pytest.fixture
def settings(settings_for: SettingsFor) -> FeedbackSettings:
    found = settings_for(FeedbackSettings)
    assert isinstance(found, FeedbackSettings)
    return found


def command(app: Running, tenant: Tenant, *asked: str) -> tuple[int, str]:
    found = CliRunner().invoke(ratchet, ["feedback", *asked, "--url", app.url], env={"RATCHET_TOKEN": tenant.token})
    return found.exit_code, found.output


async def test_summaries_issues_improvements_and_comments(settings: FeedbackSettings, tenant: Tenant) -> None:
    short = [prediction(tenant.name, model="small", template="short_v1", document_type="email") for _ in range(3)]
    long = [prediction(tenant.name, model="large", template="long_v1", task_type="report") for _ in range(2)]
    words = [
        said(short[0], "ann", rating="negative", specific_issues=["wrong_facts"], comments="The dates are wrong."),
        said(short[0], "bob", rating="positive"),
        said(short[1], "ann", rating="negative", specific_issues=["wrong_facts", "too_long"], comments="Wrong dates!"),
        said(short[2], "ann", rating="positive", comments="Very good."),
        said(long[0], "ann", rating="negative", specific_issues=["too_long"], comments="Far too long."),
        said(long[1], "ann", rating="neutral", comments="It is too long for me."),
    ]
    async with asyncio.timeout(120), running_app(build(settings), tenant) as app, Bus(settings) as bus:
        await publish(bus, *short, *long)
        for word in words:
            await app.post(PATH, word)
        await heard(app, len(words))
        await _look_at_summary(app, tenant)
        await _look_at_issues(app, [str(made.result_id) for made in short])
        await _look_at_comments(app)
        assert (await app.get(f"{PATH}/summary", params={"by": "colour"}))[0] == 422
        for asked in (["summary", "--by", "model"], ["issues"], ["improvements"], ["comments"], ["retraining"]):
            status, shown = await asyncio.to_thread(command, app, tenant, *asked)
            assert status == 0, shown
            status, as_json = await asyncio.to_thread(command, app, tenant, *asked, "--json")
            assert (status, bool(json.loads(as_json))) == (0, True)


async def _look_at_summary(app: Running, tenant: Tenant) -> None:
    by_model = await summary(app, by="model")
    assert (by_model["tenant"], by_model["complete"], by_model["negative_share"]) == (tenant.name, True, 0.5)
    assert [(g["name"], g["total"], g["mean_score"]) for g in by_model["groups"]] == [
        ("small", 4, 0.5),
        ("large", 2, 0.25),
    ]
    assert all(
        g["mean_score_interval"]["low"] < g["mean_score"] < g["mean_score_interval"]["high"] for g in by_model["groups"]
    )
    for by, names in (
        ("task_type", {"summary", "report"}),
        ("document_type", {"email", None}),
        ("version_id", {"base"}),
        ("template", {"short_v1", "long_v1"}),
    ):
        assert {group["name"] for group in (await summary(app, by=by))["groups"]} == names
    for by in ("day", "week", "month"):
        groups = (await summary(app, by=by))["groups"]
        assert sum(group["total"] for group in groups) == 6
    of_large = await summary(app, model="large", by="task_type")
    assert (of_large["total"], of_large["by_issue"], of_large["rate"]["answers"]) == (2, {"too_long": 1}, 2)
    assert [group["name"] for group in of_large["groups"]] == ["report"]
    assert (await summary(app, template="short_v1"))["agreement"]["answers"] == 1


async def _look_at_issues(app: Running, short: list[str]) -> None:
    _, found = await app.get(f"{PATH}/issues", params={"days": "7"})
    assert [(one["issue"], one["count"], one["direction"]) for one in found["items"]] == [
        ("too_long", 2, "unclear"),
        ("wrong_facts", 2, "unclear"),
    ]
    assert "nothing to compare with" in found["items"][0]["sentence"]
    _, found = await app.get(f"{PATH}/improvements")
    assert [(one["task_type"], one["issue"], one["answers"], one["weight"]) for one in found["items"]] == [
        ("summary", "wrong_facts", 2, 1.5),  # of one of them another user was content
        ("report", "too_long", 1, 1.0),
        ("summary", "too_long", 1, 1.0),
    ]
    first = found["items"][0]
    assert set(first["evidence"]) == set(short[:2])
    assert first["gain"]["mean"] == pytest.approx(2 / 3 * (1 - 0.25))
    assert first["gain"]["interval"]["low"] < first["gain"]["mean"]


async def _look_at_comments(app: Running) -> None:
    _, found = await app.get(f"{PATH}/comments")
    assert (found["comments"], found["apart"]) == (5, 1)
    assert {frozenset(one["words"]) & {"dates", "wrong", "too", "long"} for one in found["items"]} == {
        frozenset({"dates", "wrong"}),
        frozenset({"too", "long"}),
    }
    assert {one["typical"] for one in found["items"]} <= {
        "The dates are wrong.",
        "Wrong dates!",
        "Far too long.",
        "It is too long for me.",
    }


async def test_a_person_decides_over_http_and_by_command(settings: FeedbackSettings, tenant: Tenant) -> None:
    async with asyncio.timeout(120), running_app(build(settings), tenant) as app:
        one = f"{PATH}/retraining/summary"
        until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
        status, need = await app.post(f"{one}/hold", {"why": "a new template comes", "until": until.isoformat()})
        assert (status, need["held"]["why"], need["due"]) == (200, "a new template comes", False)
        assert (await app.post(f"{one}/trigger", {}))[0] == 409
        for wrong in ("2001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "2099-01-01"):
            assert (await app.post(f"{one}/hold", {"until": wrong}))[0] == 422
        assert (await app.post(f"{PATH}/retraining/poetry/hold", {}))[0] == 404
        status, shown = await asyncio.to_thread(command, app, tenant, "retraining", "--task-type", "summary")
        assert (status, f"held until {until:%Y-%m-%d %H:%M} by" in shown) == (0, True)
        for asked in ("release", "trigger"):
            status, shown = await asyncio.to_thread(command, app, tenant, asked, "summary", "--why", "it is here")
            assert status == 0, shown
        assert (await asyncio.to_thread(command, app, tenant, "dismiss", "summary"))[0] == 1
        _, found = await app.get(f"{PATH}/retraining-needed", params={"task_type": "summary"})
        (need,) = found["items"]
        assert need["last_trigger"]["number"] == 1
        assert need["last_trigger"]["reasons"][0].endswith(": it is here")
        assert [one["what"] for one in need["decisions"]] == ["triggered", "released", "held"]
