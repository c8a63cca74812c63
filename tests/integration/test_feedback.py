"""The whole feedback service, over HTTP and Kafka."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from ratchet_common.bus import Bus
from ratchet_common.events import Event, PredictionMade, Serving
from ratchet_common.topics import TOPIC_OF
from ratchet_feedback.main import build
from ratchet_feedback.settings import FeedbackSettings
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.patience import PATIENCE_S
from tests.unit.feedback.said import prediction, traffic


async def publish(bus: Bus, *events: Event) -> None:
    for event in events:
        topic = TOPIC_OF[type(event)]
        await bus.publish(topic.name, topic.key(event).encode(), msgspec.json.encode(event))


async def given(app: Running, result_id: UUID, holds: Callable[[dict[str, Any]], bool]) -> None:
    """Returns once that holds of the only feedback on a result."""
    while True:
        status, body = await app.get(f"/api/models/feedback/{result_id}")
        if status == 200 and body["items"] and holds(body["items"][0]):
            return
        await asyncio.sleep(0.1)


def recorded(feedback: dict[str, Any]) -> bool:
    return bool(feedback["state"] == "recorded")


async def needed(app: Running, corrections: int) -> dict[str, Any]:
    while True:
        _, body = await app.get("/api/models/feedback/retraining-needed", params={"task_type": "summary"})
        (need,) = body["items"]
        if need["tally"]["corrections"] == corrections and need["last_trigger"]:
            found: dict[str, Any] = need
            return found
        await asyncio.sleep(0.1)


async def test_the_service_over_http_and_kafka(settings_for: SettingsFor, tenant: Tenant) -> None:
    settings = settings_for(FeedbackSettings, retrain_corrections=3)
    assert isinstance(settings, FeedbackSettings)
    made = [prediction(tenant.name, document_type="email") for _ in range(4)]
    first, *others = made
    async with asyncio.timeout(PATIENCE_S), running_app(build(settings), tenant) as app, Bus(settings) as bus:
        said = {"result_id": str(first.result_id), "rating": "negative", "corrections": {"summary": "On Friday."}}
        status, receipt = await app.post("/api/models/feedback", said)
        assert (status, receipt["status"], receipt["revision"]) == (202, "pending", 1)
        assert (await app.get(f"/api/models/feedback/{first.result_id}"))[1]["items"][0]["state"] == "pending"
        assert (await app.get(f"/api/models/feedback/{uuid4()}"))[0] == 404
        await publish(bus, *made)
        await given(app, first.result_id, recorded)
        for answer in others:
            body = said | {"result_id": str(answer.result_id), "specific_issues": ["wrong_facts"], "user_id": "bob"}
            await app.post("/api/models/feedback", body)
            await given(app, answer.result_id, recorded)
        need = await needed(app, corrections=4)
        assert need["last_trigger"]["number"] == 1
        assert not need["due"]
        assert need["cools_down_until"] > need["last_trigger"]["at"]
        await _look_at_reports(app, first)
        await _look_at_learning(app, bus, first)


async def _look_at_reports(app: Running, first: PredictionMade) -> None:
    _, summary = await app.get("/api/models/feedback/summary", params={"document_type": "email"})
    assert (summary["total"], summary["corrections"], summary["by_issue"]) == (4, 4, {"wrong_facts": 3})
    assert (summary["mean_stars"], summary["by_signal"], summary["agreement"]) == (
        None,
        {},
        {"answers": 0, "alpha": None, "complete": True},
    )
    assert summary["rate"] == {"days": 7, "answers": 4, "feedback_per_answer": 1.0}
    _, improvements = await app.get("/api/models/feedback/improvements")
    assert [(i["issue"], i["count"], i["share"]) for i in improvements["items"]] == [("wrong_facts", 3, 0.75)]
    seen, cursor = [], None
    while True:
        params = {"limit": "3", "task_type": "summary"} | ({"cursor": cursor} if cursor else {})
        _, page = await app.get("/api/models/feedback/corrections", params=params)
        seen += [item["result_id"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 4
    assert seen[-1] == str(first.result_id)


async def _look_at_learning(app: Running, bus: Bus, first: PredictionMade) -> None:
    learned = {"summary-0a1b2c3d": Serving(platform="local", learned_until=datetime.now(UTC) + timedelta(seconds=1))}
    await publish(bus, traffic(first.tenant, revision=7, versions=learned))
    await given(app, first.result_id, lambda feedback: feedback["learned_by"] == "summary-0a1b2c3d")


async def test_what_is_said_in_other_ways_than_by_a_rating(settings_for: SettingsFor, tenant: Tenant) -> None:
    settings = settings_for(FeedbackSettings)
    assert isinstance(settings, FeedbackSettings)
    table = "| Q | Revenue |\n|---|---|\n| Q1 | 12 |"
    made = prediction(tenant.name, task_type="report", output=table)
    words: dict[str, dict[str, Any]] = {
        "ann": {"stars": 4},
        "bob": {"stars": 2, "specific_issues": ["wrong_facts"]},
        "cid": {"signal": "copied"},
        "dan": {"cells": [{"row": "Q1", "column": "Revenue", "value": 14}]},
        "eve": {"reference": "| Q | Revenue |\n|---|---|\n| Q1 | 15 |"},
    }
    async with asyncio.timeout(PATIENCE_S), running_app(build(settings), tenant) as app, Bus(settings) as bus:
        for user, word in words.items():
            status, _ = await app.post(
                "/api/models/feedback", {"result_id": str(made.result_id), "user_id": user} | word
            )
            assert status == 202
        await publish(bus, made)
        while True:
            _, body = await app.get(f"/api/models/feedback/{made.result_id}")
            said = {one["user_id"]: one for one in body["items"]}
            if all(recorded(one) for one in said.values()):
                break
            await asyncio.sleep(0.1)
        assert [(said[who]["score"], said[who]["score_source"]) for who in ("ann", "bob", "cid")] == [
            (0.75, "rating"),
            (0.25, "rating"),
            (1.0, "rating"),
        ]
        assert [said[who]["score_source"] for who in ("dan", "eve")] == ["correction", "reference"]
        assert [edit["text"] for edit in said["dan"]["edits"] if edit["kind"] == "new"] == ["14 "]
        assert said["eve"]["reference"].endswith("15 |")
        _, summary = await app.get("/api/models/feedback/summary")
        assert (summary["total"], summary["mean_stars"], summary["by_signal"]) == (4, 3.0, {"copied": 1})
        assert summary["by_rating"] == {"positive": 1, "neutral": 0, "negative": 1}
        assert summary["agreement"]["answers"] == 1
        _, page = await app.get("/api/models/feedback/corrections")
        assert {one["user_id"] for one in page["items"]} == {"dan", "eve"}
