"""A stream was asked for, and JSON came: an error is that error, an answer is that answer."""

from typing import Any

import msgspec
import pytest

from ratchet_common.events import Usage
from ratchet_providers.base import Native, ProviderError
from tests.unit.providers.test_streams import all_of, asked, provider, text_of

CALL = {"id": "c", "type": "custom", "custom": {"name": "code", "input": "print(1)"}}


def json_of(body: Any) -> bytes:
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(data), data)


def completion(finish: str = "stop", **message: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant"} | message, "finish_reason": finish}
    used = {"prompt_tokens": 9, "completion_tokens": 2}
    return {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice], "usage": used}


async def test_a_whole_answer_is_given_as_a_stream() -> None:
    async with provider(json_of(completion(content="On Monday."))) as (openai, _):
        pieces = await all_of(openai)
    assert (text_of(pieces), [p.finish for p in pieces if p.finish]) == ("On Monday.", ["stop"])
    assert pieces[-1].usage == Usage(input_tokens=9, output_tokens=2)


async def test_it_may_come_in_several_bits() -> None:
    body = json_of(b"\n" + msgspec.json.encode(completion(content="On Monday.")))
    head = body.index(b"\r\n\r\n") + 4
    async with provider(body[: head + 9], 0.01, body[head + 9 : head + 50], 0.01, body[head + 50 :]) as (openai, _):
        assert text_of(await all_of(openai)) == "On Monday."


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"message": "boom", "type": "server_error"}}, "unavailable"),
        (
            {
                "error": {
                    "message": "prompt is too long",
                    "code": "context_length_exceeded",
                    "type": "invalid_request_error",
                }
            },
            "too_long",
        ),
        ({"error": {"message": "slow down", "code": "rate_limit_exceeded"}}, "rate_limited"),
        ({"some": "thing"}, "malformed"),
        (b"{", "malformed"),
    ],
)
async def test_an_error_is_understood_as_in_a_whole_answer(body: Any, kind: str) -> None:
    async with provider(json_of(body)) as (openai, _):
        with pytest.raises(ProviderError) as failed:
            await all_of(openai)
        assert failed.value.kind == kind
        with pytest.raises(ProviderError) as whole:
            await openai.answer(asked())
        assert whole.value.kind == kind


async def test_one_that_breaks_off_is_cut() -> None:
    async with provider(json_of(completion(content="On Monday."))[:-9], -1.0) as (openai, _):
        with pytest.raises(ProviderError) as failed:
            await all_of(openai)
    assert failed.value.kind == "cut"


@pytest.mark.parametrize(
    "message",
    [
        {"content": None, "tool_calls": [CALL]},
        {"content": "x", "reasoning_content": True},
        {"content": None, "tool_calls": [{"id": "c", "type": "function"}]},
    ],
)
async def test_what_the_callers_shape_cannot_say_is_no_answer_for_him(message: Any) -> None:
    native = Native(shape="messages", fields={})
    async with provider(json_of(completion(**message))) as (openai, _):
        for ask in (openai.answer, lambda request: all_of(openai, request)):
            with pytest.raises(ProviderError) as failed:
                await ask(asked(native=native))
            assert failed.value.kind in ("unforeseen", "malformed")
