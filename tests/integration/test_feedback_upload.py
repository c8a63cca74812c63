"""Much feedback in one request, on a real store."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import msgspec
import pytest

from ratchet_common.bus import Bus
from ratchet_feedback.main import build
from ratchet_feedback.settings import FeedbackSettings
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.integration.test_feedback import publish
from tests.patience import PATIENCE_S
from tests.unit.feedback.said import prediction

PATH = "/api/models/feedback/import"
LINES, BROKEN = 1_000, 30


async def upload(app: Running, lines: list[bytes], *, dry_run: bool = False) -> dict[str, Any]:
    patience = aiohttp.ClientTimeout(110)
    how = {"dry_run": str(dry_run)}
    async with app.http.post(app.url + PATH, data=b"\n".join(lines), params=how, timeout=patience) as response:
        found: dict[str, Any] = await response.json()
        assert response.status == 200, found
    return found


@pytest.fixture
def settings(settings_for: SettingsFor) -> FeedbackSettings:
    found = settings_for(FeedbackSettings)
    assert isinstance(found, FeedbackSettings)
    return found


async def test_of_many_corrections_the_broken_ones_are_named(settings: FeedbackSettings, tenant: Tenant) -> None:
    broken = [
        b"{",
        b"[]",
        b'{"result_id": "1", "rating": "negative"}',
        b'{"result_id": "%s"}' % str(uuid4()).encode(),
        b'{"result_id": "%s", "corrections": {"value": NaN}}' % str(uuid4()).encode(),
        b"\xff\xfe",
    ]
    wrong = list(range(1, LINES, LINES // BROKEN))[:BROKEN]
    lines = [
        msgspec.json.encode({"result_id": uuid4(), "user_id": "ann", "corrections": {"label": f"label {number}"}})
        for number in range(LINES)
    ]
    for number in wrong:
        lines[number - 1] = broken[number % len(broken)]
    async with asyncio.timeout(PATIENCE_S), running_app(build(settings), tenant) as app:
        looked_at = await upload(app, lines, dry_run=True)
        found = await upload(app, lines)
    assert looked_at == found | {"pending": 0}
    assert (found["lines"], found["kept"], found["pending"], found["refused"]) == (LINES, 970, 970, BROKEN)
    assert [fault["line"] for fault in found["faults"]] == wrong
    assert all(fault["reason"] for fault in found["faults"])


async def _known(app: Running, result_id: UUID) -> None:
    while True:
        if (await app.get(f"/api/models/feedback/{result_id}"))[0] == 200:
            return
        await asyncio.sleep(0.1)


async def test_what_has_its_answer_is_joined_at_once_and_a_later_line_replaces_an_earlier(
    settings: FeedbackSettings, tenant: Tenant
) -> None:
    made = prediction(tenant.name)
    said = {"result_id": made.result_id, "user_id": "ann"}
    async with asyncio.timeout(PATIENCE_S), running_app(build(settings), tenant) as app, Bus(settings) as bus:
        await publish(bus, made)
        await _known(app, made.result_id)
        words: list[dict[str, Any]] = [{"rating": "negative"}, {"stars": 4, "comments": "Better."}]
        found = await upload(app, [msgspec.json.encode(said | word) for word in words])
        assert (found["kept"], found["pending"]) == (2, 0)
        _, body = await app.get(f"/api/models/feedback/{made.result_id}")
        assert [(one["stars"], one["state"]) for one in body["items"]] == [(4, "recorded")]


async def test_sent_again_nothing_changes_not_even_a_revision(settings: FeedbackSettings, tenant: Tenant) -> None:
    made = prediction(tenant.name, session="s1")
    said = [{"result_id": made.result_id, "user_id": "ann", "edited_to": "Better."}, {"session_id": "s1", "stars": 4}]
    lines = [msgspec.json.encode(word) for word in said]
    async with asyncio.timeout(60), running_app(build(settings), tenant) as app, Bus(settings) as bus:
        assert (await upload(app, lines))["pending"] == 2
        await publish(bus, made)
        seen = await _recorded(app, made.result_id, 2)
        assert (await upload(app, lines))["pending"] == 0
        assert await _said(app, made.result_id) == seen
        assert {one["revision"] for one in seen} == {1}
        assert {one["of_session"] for one in seen} == {None, "s1"}


async def _said(app: Running, result_id: UUID) -> list[dict[str, Any]]:
    _, body = await app.get(f"/api/models/feedback/{result_id}")
    items: list[dict[str, Any]] = body["items"]
    return items


async def _recorded(app: Running, result_id: UUID, count: int) -> list[dict[str, Any]]:
    while True:
        status, body = await app.get(f"/api/models/feedback/{result_id}")
        if status == 200 and [one["state"] for one in body["items"]] == ["recorded"] * count:
            return await _said(app, result_id)
        await asyncio.sleep(0.1)
