"""What nobody foresaw, as callers of each shape hear it: a clear error of theirs, without a word of what was in it."""

import json
from collections.abc import AsyncGenerator, MutableMapping
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request, Response
from starlette.requests import ClientDisconnect

from ratchet_common import breaking_off
from ratchet_router.api.anthropic_errors import in_anthropic_shape
from ratchet_router.api.event_stream import EventStream
from ratchet_router.api.hanging_up import Callers
from ratchet_router.api.openai_errors import in_openai_shape
from ratchet_router.shapes.chat import ChatFrames

PRIVATE = "Ann's diagnosis"
SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "POST",
    "path": "/v1/of-ann",
    "route": SimpleNamespace(path="/v1/{of}"),
    "headers": [],
    "query_string": b"",
}


async def stumbles(_: Request) -> Response:
    raise KeyError(PRIVATE)


async def hangs_up(_: Request) -> Response:
    raise ClientDisconnect


@pytest.mark.parametrize("shape", [in_openai_shape, in_anthropic_shape])
async def test_a_fault_is_an_error_of_the_callers_shape(shape: Any, caplog: pytest.LogCaptureFixture) -> None:
    response = await shape(stumbles)(Request(SCOPE))
    said = json.loads(bytes(response.body))
    assert response.status_code == 500
    kind = "server_error" if shape is in_openai_shape else "api_error"
    assert (said["error"]["type"], said["error"]["message"]) == (
        kind,
        "This is a fault of the service; it has been logged.",
    )
    assert "POST /v1/{of} failed: KeyError at " in caplog.text
    assert "of-ann" not in caplog.text
    assert PRIVATE not in f"{said}{caplog.text}"


@pytest.mark.parametrize("shape", [in_openai_shape, in_anthropic_shape])
async def test_a_client_that_left_is_no_fault(shape: Any) -> None:
    with pytest.raises(ClientDisconnect):
        await shape(hangs_up)(Request(SCOPE))


async def test_a_fault_in_a_stream_is_an_error_event_and_no_end() -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    async def events() -> AsyncGenerator[bytes, None]:
        yield b"data: {}\n\n"
        raise KeyError(PRIVATE)

    noted = breaking_off.begin()
    stream = EventStream(events(), ChatFrames("x", "m", 1, usage_asked=False), {}, Callers())
    await stream(SCOPE, receive, send)
    said = b"".join(message.get("body", b"") for message in sent)
    assert json.loads(said.split(b"data: ")[2])["error"]["code"] == "internal"
    assert b"[DONE]" not in said
    assert PRIVATE.encode() not in said
    assert sent[-1]["more_body"] is False
    assert noted == [500]
