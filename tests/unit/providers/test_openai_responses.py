"""Providers that speak /v1/responses themselves: whole answers."""

from typing import Any

import msgspec
import pytest

from ratchet_providers.base import Native, ProviderError
from ratchet_providers.openai_shaped import Dialect
from tests.unit.providers.responses_rig import CALL, COUNTED, SAID, asked, provider, response, whole


async def test_an_answer_is_the_providers_own() -> None:
    body = b'{"new" : 1.0, ' + msgspec.json.encode(response())[1:]
    async with provider(whole(body)) as (openai, heard):
        answer = await openai.answer(asked({"openai-beta": "x=1", "evil": "a\r\nb: c"}))
    assert (answer.shape, answer.output, answer.finish, answer.usage) == ("responses", "On Monday.", "stop", COUNTED)
    assert answer.body is not None
    assert bytes(answer.body["new"]) == b"1.0"
    assert (
        heard.bodies[0] == b'{"model":"gpt","input":[ {"role":"user","content":"x"} ],"tools":[{"type":"web_search"}]}'
    )
    assert heard.heads[0].startswith(b"POST /v1/responses HTTP/1.1\r\n")
    assert b"\r\nopenai-beta: x=1\r\n" in heard.heads[0]
    assert b"evil" not in heard.heads[0]


async def test_who_asks_in_another_shape_is_answered_by_chat() -> None:
    said = {"choices": [{"message": {"content": "On Monday."}, "finish_reason": "stop"}]}
    for request in (asked(native=None), asked(native=Native(shape="messages", fields={})), asked(so_far="On ")):
        async with provider(whole(said)) as (openai, heard):
            assert (await openai.answer(request)).shape == "chat"
        assert b"POST /v1/chat/completions" in heard.heads[0]


async def test_azures_way_of_saying_it() -> None:
    dialect = Dialect(key_header="api-key", query="?api-version=v1")
    async with provider(whole(response()), dialect=dialect) as (openai, heard):
        await openai.answer(asked())
    assert b"POST /v1/responses?api-version=v1 HTTP/1.1" in heard.heads[0]


@pytest.mark.parametrize(
    ("body", "finish"),
    [
        (response("completed", CALL), "tool_calls"),
        (response("incomplete", SAID, incomplete_details={"reason": "max_output_tokens"}), "length"),
        (response("incomplete", SAID, incomplete_details={"reason": "content_filter"}), "content_filter"),
        (response("incomplete", SAID, incomplete_details=None), "length"),
        ({"output": [SAID]}, "stop"),
    ],
)
async def test_why_it_ended_in_chats_words(body: Any, finish: str) -> None:
    async with provider(whole(body)) as (openai, _):
        assert (await openai.answer(asked())).finish == finish


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "malformed"),
        (b"[]", "malformed"),
        ({"id": "resp_1"}, "malformed"),
        ({"output": "x"}, "malformed"),
        (response("queued"), "unavailable"),
        (response("cancelled"), "unavailable"),
        (response("failed", error={"code": "server_error", "message": "x"}), "unavailable"),
        (response("failed", error={"code": "rate_limit_exceeded", "message": "x"}), "rate_limited"),
        (response("failed", error={"code": "invalid_image", "message": "x"}), "bad_request"),
        (response("failed", error={"code": "image_content_policy_violation", "message": "x"}), "filtered"),
        (response("failed", error=None), "unavailable"),
        ({"error": {"code": "context_length_exceeded", "message": "x"}}, "too_long"),
    ],
)
async def test_what_is_no_answer_says_why(body: Any, kind: str) -> None:
    async with provider(whole(body)) as (openai, _):
        with pytest.raises(ProviderError) as failed:
            await openai.answer(asked())
    assert failed.value.kind == kind


async def test_what_a_filter_withheld_is_an_answer_that_says_so() -> None:
    body = response("incomplete", {"type": "reasoning"}, incomplete_details={"reason": "content_filter"})
    async with provider(whole(body)) as (openai, _):
        answer = await openai.answer(asked())
    assert (answer.output, answer.finish) == ("", "content_filter")


async def test_usage_that_is_not_there_is_estimated() -> None:
    none = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    for usage in (None, none, {"input_tokens": -1}):
        async with provider(whole(response(usage=usage))) as (openai, _):
            assert (await openai.answer(asked())).usage.estimated
