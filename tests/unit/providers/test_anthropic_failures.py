"""Anthropic on bad days: each error is told by what helps, and what breaks off is no answer."""

from typing import Any

import pytest

from ratchet_common.events import Usage
from ratchet_providers.anthropic.provider import Anthropic
from ratchet_providers.base import ProviderError, TimeLimits
from ratchet_providers.failing import Said
from tests.unit.providers.anthropic_rig import (
    END,
    EVENTS,
    STREAM,
    all_of,
    anthropic,
    asked,
    chunked,
    events_of,
    failing,
    message,
    native,
    sse,
    whole,
)

SPENT = {"error": {"type": "rate_limit_error", "details": {"error_code": "contract_spend_limit_reached"}}}


@pytest.mark.parametrize(
    ("status", "error", "kind", "retryable"),
    [
        (400, failing("invalid_request_error", "messages: oh"), "bad_request", False),
        (400, failing("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"), "too_long", False),
        (400, failing("invalid_request_error", "input and `max_tokens` exceed context limit"), "too_long", False),
        (400, failing("invalid_request_error", "Your credit balance is too low"), "quota", True),
        (400, failing("invalid_request_error", "You have reached your specified API usage limits."), "quota", True),
        (400, failing("invalid_request_error", "Output blocked by content filtering policy"), "filtered", False),
        (401, failing("authentication_error", "invalid x-api-key"), "unauthorized", True),
        (402, failing("billing_error"), "quota", True),
        (403, failing("permission_error"), "unauthorized", True),
        (404, failing("not_found_error", "model: claude-nope"), "no_such_model", True),
        (413, failing("request_too_large", "Request exceeds the maximum size"), "too_long", False),
        (429, failing("rate_limit_error"), "rate_limited", True),
        (429, SPENT, "quota", True),
        (500, failing("api_error"), "unavailable", True),
        (500, failing("overloaded_error"), "overloaded", True),
        (504, failing("timeout_error"), "timeout", True),
        (529, failing("overloaded_error", "Overloaded"), "overloaded", True),
        (529, "<html>", "overloaded", True),
    ],
)  # fmt: skip
async def test_an_error_says_what_helps(status: int, error: Any, kind: str, retryable: bool) -> None:
    async with anthropic(whole(error, status, retry_after="7")) as (it, _):
        for asking in (it.answer(asked()), it.answer(native()), all_of(it), all_of(it, native())):
            with pytest.raises(ProviderError) as failed:
                await asking
            found = failed.value
            assert (found.kind, found.retryable, found.status, found.retry_after_s) == (kind, retryable, status, 7)


NO_REASON = {"type": "message_delta", "delta": {"stop_reason": None}, "usage": {"output_tokens": 2}}
BROKEN = sse([*EVENTS[:5], failing("overloaded_error", "Overloaded")])


@pytest.mark.parametrize(
    ("bits", "kind"),
    [
        ((STREAM, chunked(sse(EVENTS[:5])), -1.0), "cut"),  # the connection breaks
        ((STREAM, chunked(sse(EVENTS[:5])), END), "cut"),  # a well-formed end, too early
        ((STREAM, END), "cut"),
        ((STREAM, chunked(sse([*EVENTS[:-2], EVENTS[-1]])), END), "cut"),  # an end mark that does not say why
        ((STREAM, chunked(sse([*EVENTS[:-2], NO_REASON, EVENTS[-1]])), END), "cut"),
        ((STREAM, chunked(b"data: {\"type\": \"content_bl\n\n"), END), "malformed"),
        ((STREAM, chunked(sse([{"type": "content_block_delta", "delta": 7}])), END), "malformed"),
        ((STREAM, chunked(b"data: 7\n\n"), END), "malformed"),
        ((STREAM, chunked(BROKEN), END), "overloaded"),
        ((STREAM, chunked(sse([failing("api_error")])), END), "unavailable"),
        ((STREAM, chunked(sse([failing("rate_limit_error")])), END), "rate_limited"),
        ((STREAM, chunked(sse([failing("invalid_request_error", "prompt is too long")])), END), "too_long"),
        ((STREAM, chunked(b"event: error\ndata: {\"type\":\"error\"}\n\n"), END), "unavailable"),
        ((STREAM, 5.0), "timeout"),
        ((STREAM, chunked(sse(EVENTS[:5])), 5.0), "timeout"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("shape", ["chat", "messages"])
async def test_what_breaks_off_is_never_taken_for_an_answer(
    bits: tuple[bytes | float, ...], kind: str, shape: str
) -> None:
    limits = TimeLimits(first_s=0.1, gap_s=0.1)
    async with anthropic(*bits) as (it, _):
        with pytest.raises(ProviderError) as failed:
            await all_of(it, asked(limits=limits) if shape == "chat" else native(limits=limits))
    assert failed.value.kind == kind
    assert "Overloaded" not in failed.value.detail


WHY = {"type": "refusal", "explanation": "It could do harm."}
REFUSED = message(stop="refusal", stop_details=WHY)


async def test_a_refusal_is_a_filters_with_its_reason_streamed_as_whole() -> None:
    streamed = (STREAM, chunked(sse(events_of(REFUSED))), END)
    async with anthropic(whole(REFUSED)) as (it, _), anthropic(*streamed) as (streaming, _):
        for asking in (it.answer(asked()), all_of(streaming)):
            with pytest.raises(ProviderError) as failed:
                await asking
            assert (failed.value.kind, failed.value.said) == ("filtered", Said("It could do harm.", "refusal"))


async def test_a_refusal_tells_what_it_cost_before_it_is_said() -> None:
    used: list[Usage] = []

    async def hear(it: Anthropic) -> None:
        async for pieces in it.stream(asked()):
            used.extend(piece.usage for piece in pieces if piece.usage)

    async with anthropic(STREAM, chunked(sse(events_of(REFUSED))), END) as (it, _):
        with pytest.raises(ProviderError):
            await hear(it)
    assert used[-1] == Usage(input_tokens=9, output_tokens=2)


async def test_a_refusal_stays_one_when_the_connection_breaks_after_it() -> None:
    for after in ((-1.0,), (5.0,), (chunked(sse([failing("overloaded_error")])), END)):
        async with anthropic(STREAM, chunked(sse(events_of(REFUSED)[:-1])), *after) as (it, _):
            with pytest.raises(ProviderError) as failed:
                await all_of(it, asked(limits=TimeLimits(first_s=0.1, gap_s=0.1)))
        assert failed.value.kind == "filtered"


async def test_who_speaks_anthropics_shape_hears_of_a_refusal_in_it() -> None:
    async with anthropic(STREAM, chunked(sse(events_of(REFUSED))), END) as (it, _):
        pieces = await all_of(it, native())
    assert [piece.finish for piece in pieces if piece.finish] == ["content_filter"]
    assert b"It could do harm." in b"".join(piece.data for piece in pieces)
