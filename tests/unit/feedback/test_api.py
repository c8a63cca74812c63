from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from fastapi import FastAPI

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.http import create_app
from ratchet_feedback.answers import answer_of
from ratchet_feedback.api import analysis, feedback, links, retraining, upload
from ratchet_feedback.settings import FeedbackSettings
from tests.unit.feedback.in_memory import InMemoryStore
from tests.unit.feedback.said import prediction
from tests.unit.feedback.sessions_in_memory import SessionsInMemory

PATH = "/api/models/feedback"


@asynccontextmanager
async def _nothing_to_start(app: FastAPI) -> AsyncIterator[None]:
    yield


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()


@pytest.fixture
async def client(tmp_path: Path, store: InMemoryStore) -> AsyncIterator[httpx.AsyncClient]:
    token, row = new_token("acme", frozenset(Scope))
    write_tokens(tmp_path / "tokens.json", [row])
    settings = FeedbackSettings(
        kafka_bootstrap_servers="127.0.0.1:1",
        mongodb_url="mongodb://127.0.0.1:1",
        tokens_file=tmp_path / "tokens.json",
    )
    routers = [part.routes for part in (upload, links, analysis, retraining, feedback)]
    app = create_app("feedback", settings, routers=routers, lifespan=_nothing_to_start)
    app.state.store, app.state.settings, app.state.reports = store, settings, None
    app.state.analysis, app.state.tallies, app.state.hearing = None, None, None
    app.state.sessions = SessionsInMemory(store)
    app.state.link_keys = links.LinkKeys([b"k" * 32])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://ratchet",
        headers={"Authorization": f"Bearer {token}"},
    ) as http:
        yield http


async def test_a_cell_that_the_answer_does_not_have_is_told_to_who_corrected_it(
    client: httpx.AsyncClient, store: InMemoryStore
) -> None:
    made = prediction(output="| Q | Revenue |\n|---|---|\n| Q1 | 12 |")
    await store.keep_answers([answer_of(made)])
    cells = [{"row": "Q1", "column": "Revenue", "value": 1}, {"row": "Q9", "column": "Revenue", "value": 1}]
    for sent, warned in ((cells, 1), (cells[:1], 0)):
        said = await client.post(PATH, json={"result_id": str(made.result_id), "cells": sent})
        warnings = said.json()["warnings"]
        assert (said.status_code, len(warnings)) == (202, warned)
        assert all("row 'Q9' and column 'Revenue'" in one for one in warnings)


def body(**fields: Any) -> dict[str, Any]:
    return {"result_id": str(uuid4()), "rating": "negative"} | fields


async def test_feedback_is_accepted_with_its_revision(client: httpx.AsyncClient) -> None:
    said = body(user_id="ann")
    receipts = [(await client.post(PATH, json=said)).json() for _ in range(2)]
    assert [(r["status"], r["revision"]) for r in receipts] == [("pending", 1), ("pending", 2)]
    assert receipts[0]["feedback_id"] == receipts[1]["feedback_id"]


async def test_it_belongs_to_the_tenant_of_the_token(client: httpx.AsyncClient, store: InMemoryStore) -> None:
    made = prediction("else")
    store.known["else", made.result_id] = answer_of(made)
    assert (await client.post(PATH, json=body(result_id=str(made.result_id)))).json()["status"] == "pending"


async def test_an_issue_named_twice_counts_once(client: httpx.AsyncClient, store: InMemoryStore) -> None:
    await client.post(PATH, json=body(specific_issues=["too_long", "too_long"]))
    (kept,) = store.kept.values()
    assert kept.saved.said.issues == ("too_long",)


async def test_an_unknown_issue_is_refused_by_name(client: httpx.AsyncClient) -> None:
    refused = await client.post(PATH, json=body(specific_issues=["too_long", "too_blue"]))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "specific_issues.1"
    assert "there is no issue too_blue" in refused.json()["detail"]


@pytest.mark.parametrize("path", ["/summary", "/improvements", "/retraining-needed", "/corrections"])
async def test_an_unknown_task_is_refused_with_the_known_ones(client: httpx.AsyncClient, path: str) -> None:
    refused = await client.get(PATH + path, params={"task_type": "poetry"})
    assert refused.status_code == 404
    assert "action_items" in refused.json()["known"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/summary?days=0", "days"),
        ("/summary?document_type=poem", "document_type"),
        ("/corrections?limit=201", "limit"),
        ("/corrections?cursor=x", "cursor"),
        ("/not-a-uuid", "result_id"),
    ],
)
async def test_an_invalid_parameter_is_named(client: httpx.AsyncClient, path: str, field: str) -> None:
    refused = await client.get(PATH + path)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_of_ten_thousand_corrections_three_hundred_broken_ones_are_named(client: httpx.AsyncClient) -> None:
    wrong = {
        number * 33: line for number, line in zip(range(1, 301), [b"{", b"[]", b"\xff", b'{"a": 1}'] * 75, strict=True)
    }
    lines = [
        wrong.get(number) or msgspec.json.encode(body(corrections={"label": f"label {number}"}))
        for number in range(1, 10_001)
    ]
    found = (await client.post(f"{PATH}/import", content=b"\r\n".join(lines))).json()
    assert (found["lines"], found["kept"], found["refused"]) == (10_000, 9_700, 300)
    assert [fault["line"] for fault in found["faults"]] == sorted(wrong)


async def test_a_whole_session_is_spoken_of_in_place_of_an_answer(
    client: httpx.AsyncClient, store: InMemoryStore
) -> None:
    made = prediction(session="s1")
    store.known["acme", made.result_id] = answer_of(made)
    said = {"session_id": "s1", "user_id": "ann", "stars": 2}
    receipts = [(await client.post(PATH, json=said | {"stars": stars})).json() for stars in (2, 2, 1)]
    assert [(r["status"], r["revision"]) for r in receipts] == [("recorded", 1), ("recorded", 1), ("recorded", 2)]
    line = msgspec.json.encode(said | {"session_id": "s2"})
    found = (await client.post(f"{PATH}/import", content=line)).json()
    assert (found["kept"], found["pending"], found["refused"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"rating": "positive"}, "either the result_id of an answer or the session_id"),
        ({"rating": "positive", "session_id": "s1", "result_id": str(uuid4())}, "either the result_id of an answer"),
        ({"rating": "positive", "session_id": ""}, "session_id"),
        ({"session_id": "s1", "edited_to": "Better."}, "of a whole session nobody can say edited_to"),
        ({"session_id": "s1", "signal": "copied"}, "of a whole session nobody can say signal"),
    ],
)
async def test_what_is_about_nothing_or_of_a_session_says_too_much_is_refused(
    client: httpx.AsyncClient, said: dict[str, Any], why: str
) -> None:
    refused = await client.post(PATH, json=said)
    assert refused.status_code == 422
    assert why in str(refused.json())
