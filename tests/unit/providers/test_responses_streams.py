"""Providers that speak /v1/responses themselves: streams, on good days and on bad ones."""

import asyncio
from contextlib import aclosing, suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_providers.base import ModelRequest, Piece, ProviderError, TimeLimits
from ratchet_providers.openai_responses import OpenAIResponses
from ratchet_providers.responses_stream import ResponsesStream
from ratchet_providers.sse import Event
from tests.unit.providers.responses_rig import (
    BEGUN,
    COUNTED,
    ENDED,
    HEAD,
    WHOLE,
    asked,
    delta,
    event,
    provider,
    response,
    whole,
)


async def streamed(provider: OpenAIResponses, request: ModelRequest | None = None) -> list[Piece]:
    return [piece async for pieces in provider.stream(request or asked()) for piece in pieces]


async def failure_of(*bits: bytes | float, request: ModelRequest | None = None) -> ProviderError:
    async with provider(*bits) as (openai, _):
        with pytest.raises(ProviderError) as failed:
            await streamed(openai, request)
    return failed.value


@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_a_stream_passes_through_byte_for_byte_and_is_understood(size: int) -> None:
    bits = [WHOLE[i : i + size] for i in range(0, len(WHOLE), size)]
    async with provider(*bits) as (openai, heard):
        pieces = await streamed(openai)
    out = b"".join(b"event: %b\ndata: %b\n\n" % (piece.event.encode(), piece.data) for piece in pieces)
    assert HEAD + out == WHOLE
    assert {piece.shape for piece in pieces} == {"responses"}
    assert "".join(piece.text for piece in pieces) == "On Monday."
    assert [piece.shows for piece in pieces] == [False, False, True, True, False]
    assert [(piece.finish, piece.usage) for piece in pieces if piece.finish] == [("stop", COUNTED)]
    assert heard.body["stream"] is True
    assert heard.body["model"] == "gpt"


@pytest.mark.parametrize(
    ("said", "shows"),
    [
        (event("response.in_progress"), False),
        (event("response.output_item.added", item={"type": "reasoning"}), False),
        (event("response.output_item.added", item={"type": "function_call"}), True),
        (event("response.output_item.added", item={"type": "web_search_call"}), True),
        (event("response.content_part.added", part={}), False),
        (event("response.reasoning_summary_text.delta", delta="hm"), True),
        (event("response.output_text.delta", delta=""), False),
        (event("response.web_search_call.searching"), True),
        (event("response.something_new"), True),
    ],
)
async def test_what_the_caller_has_seen(said: bytes, shows: bool) -> None:
    async with provider(HEAD + said + ENDED) as (openai, _):
        assert (await streamed(openai))[0].shows is shows


async def test_events_without_names_and_an_end_mark_are_no_trouble() -> None:
    nameless = b"\n".join(line for line in (BEGUN + delta("x") + ENDED).split(b"\n") if not line.startswith(b"event"))
    async with provider(HEAD + b": ping\n\n" + nameless + b"data: [DONE]\n\n", 5.0) as (openai, _):
        async with asyncio.timeout(1):
            pieces = await streamed(openai)
    assert [piece.event for piece in pieces] == [""] * 4
    assert pieces[-1].finish == "stop"


async def test_the_status_of_the_response_counts_more_than_the_name_of_its_event() -> None:
    end = event("response.completed", response=response("incomplete", incomplete_details=None))
    async with provider(HEAD + BEGUN + delta("On ") + end) as (openai, _):
        assert (await streamed(openai))[-1].finish == "length"


async def test_an_incomplete_answer_ends_well() -> None:
    end = event("response.incomplete", response=response("incomplete", incomplete_details={"reason": "content_filter"}))
    async with provider(HEAD + BEGUN + delta("On ") + end) as (openai, _):
        assert (await streamed(openai))[-1].finish == "content_filter"


@pytest.mark.parametrize(
    ("bits", "kind"),
    [
        ((HEAD,), "cut"),
        ((HEAD + BEGUN + delta("On "),), "cut"),
        ((HEAD + BEGUN + delta("On ") + b"data: [DONE]\n\n",), "cut"),
        ((HEAD + BEGUN + event("response.output_text.done", text="On Monday."),), "cut"),
        ((HEAD + BEGUN + ENDED[:-30],), "malformed"),
        ((HEAD + event("response.completed", response="x"),), "malformed"),
        ((HEAD + b"data: {oops\n\n",), "malformed"),
        (
            (HEAD + event("response.failed", response=response("failed", error={"code": "server_error"})),),
            "unavailable",
        ),
        ((HEAD + event("response.failed", response={"error": {"code": "rate_limit_exceeded"}}),), "rate_limited"),
        ((HEAD + event("response.cancelled", response=response("cancelled")),), "unavailable"),
        ((HEAD + event("error", code="insufficient_quota", message="x", param=None),), "quota"),
        ((HEAD + event("error", error={"type": "invalid_request_error", "message": "x"}),), "bad_request"),
        ((HEAD + b'data: {"error": {"code": "context_length_exceeded", "message": "x"}}\n\n',), "too_long"),
        ((whole({"error": {"message": "x"}}, "503 No"),), "overloaded"),
        ((whole({"error": {"message": "x"}}, "401 No"),), "unauthorized"),
        ((b"",), "unavailable"),
    ],
)
async def test_bad_days_are_told_apart(bits: tuple[bytes, ...], kind: str) -> None:
    assert (await failure_of(*bits)).kind == kind


async def test_what_the_provider_said_is_for_the_caller_alone() -> None:
    failed = await failure_of(HEAD + event("error", code="server_error", message="It was: my secret", param="input"))
    assert failed.said is not None
    assert (failed.said.message, failed.said.param) == ("It was: my secret", "input")
    assert "secret" not in f"{failed} {failed.detail}"


ANYTHING: Any = st.recursive(
    st.none() | st.integers() | st.text() | st.sampled_from(["completed", "incomplete", "function_call", "message"]),
    lambda some: (
        st.lists(some, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "response", "status", "output", "usage", "error", "delta", "item", "content", "code"]
            ),
            some,
            max_size=5,
        )
    ),
)


@given(
    kind=st.sampled_from(["response.completed", "response.failed", "error", "response.output_text.delta", ""]),
    said=ANYTHING,
)
def test_whatever_comes_is_understood_or_a_providers_failure(kind: str, said: Any) -> None:
    about = {"type": kind} | (said if isinstance(said, dict) else {"response": said})
    with suppress(ProviderError):
        ResponsesStream().pieces([Event(kind, msgspec.json.encode(about))])


@pytest.mark.parametrize(
    ("bits", "limits", "detail"),
    [
        ((HEAD + BEGUN, 5.0), TimeLimits(first_s=0.05), "no first token within 0.1 s"),
        ((HEAD + BEGUN + delta("On "), 5.0), TimeLimits(gap_s=0.05), "nothing more within 0.1 s"),
    ],
)
async def test_silence_is_a_timeout_that_says_which(bits: Any, limits: TimeLimits, detail: str) -> None:
    failed = await failure_of(*bits, request=asked(limits=limits))
    assert (failed.kind, failed.detail) == ("timeout", detail)


async def test_who_stops_listening_ends_the_call() -> None:
    more: list[bytes | float] = [delta("x"), 0.01]
    async with provider(HEAD + BEGUN, *more * 500) as (openai, heard):
        async with aclosing(openai.stream(asked())) as coming:
            async for _ in coming:
                break
        async with asyncio.timeout(1):
            await heard.closed.wait()
