"""Clients whose request's body never comes to its end."""

import asyncio
import logging
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ratchet_common.edge import Edge

SCOPE: dict[str, Any] = {"type": "http", "method": "POST", "path": "/", "headers": []}


async def reads(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        body = await Request(scope, receive).body()
        answer = PlainTextResponse(body)
    except HTTPException as error:
        answer = PlainTextResponse(error.detail, error.status_code)
    await answer(scope, receive, send)


async def statuses(*messages: dict[str, Any], pause_s: float = 0.0) -> list[int]:
    """What is answered to a client that sends these, a pause before each, and then nothing more."""
    coming, sent = iter(messages), []

    async def receive() -> Any:
        await asyncio.sleep(pause_s)
        if (message := next(coming, None)) is None:
            await asyncio.Event().wait()
        return message

    async def send(message: Any) -> None:
        sent.append(message)

    await Edge(reads, "test", 1_000, body_patience_s=0.05)(dict(SCOPE), receive, send)
    return [message["status"] for message in sent if message["type"] == "http.response.start"]


def bit(*, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": b"x", "more_body": more}


async def test_a_body_that_comes_is_answered() -> None:
    assert await statuses(bit(more=True), bit(more=False)) == [200]


async def test_a_body_that_never_ends_is_408() -> None:
    assert await statuses(bit(more=True)) == [408]


async def test_one_that_comes_byte_by_byte_has_no_more_time_than_others() -> None:
    assert await statuses(*[bit(more=True)] * 100, pause_s=0.01) == [408]


async def test_who_hangs_up_within_his_body_is_no_fault_of_the_service(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert await statuses(bit(more=True), {"type": "http.disconnect"}) == []
    assert not caplog.records
