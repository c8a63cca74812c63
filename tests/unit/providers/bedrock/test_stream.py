"""Streams of Bedrock over real sockets: as they should be, and as they are on bad days."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from ratchet_common.events import Usage
from ratchet_providers.base import ModelRequest, Piece, ProviderError, TimeLimits
from ratchet_providers.bedrock.provider import Bedrock
from tests.unit.providers.bedrock.aws import END, HEAD, answer_of, chunked, event, exception, frame, headers_of, whole
from tests.unit.providers.bedrock.imitation import asking, bedrock

ANSWER = answer_of({"text": "On Monday."})
START = event("messageStart", role="assistant")
STOP = event("messageStop", stopReason="end_turn")
COUNT = event("metadata", usage=ANSWER["usage"], metrics={"latencyMs": 1})


def saying(text: str) -> bytes:
    return event("contentBlockDelta", contentBlockIndex=0, delta={"text": text})


STREAM = START + saying("On ") + saying("Monday.") + event("contentBlockStop", contentBlockIndex=0) + STOP + COUNT


async def all_of(its: Bedrock, request: ModelRequest | None = None) -> list[Piece]:
    return [piece async for pieces in its.stream(request or asking()) for piece in pieces]


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


async def test_a_stream_says_the_same() -> None:
    async with bedrock(HEAD, chunked(STREAM), END) as (its, met):
        pieces = await all_of(its)
    assert text_of(pieces) == "On Monday."
    assert [piece.finish for piece in pieces if piece.finish] == ["stop"]
    assert pieces[-1].usage == Usage(input_tokens=20, output_tokens=3)
    assert met.asked[0].path.endswith("/converse-stream")


async def test_it_may_come_in_any_bits() -> None:
    for size in (1, 7, 100):
        bits = [chunked(STREAM[at : at + size]) for at in range(0, len(STREAM), size)]
        async with bedrock(HEAD, *bits, END) as (its, _):
            assert text_of(await all_of(its)) == "On Monday."


async def test_a_connection_serves_one_stream_after_another() -> None:
    async with bedrock(HEAD, chunked(STREAM), 0.02, END) as (its, met):
        for _ in range(3):
            await all_of(its)
            await asyncio.sleep(0.05)
        assert met.connections == 1


async def test_nobody_waits_for_the_end_after_the_count() -> None:
    async with bedrock(HEAD, chunked(STREAM), 5.0) as (its, _):
        async with asyncio.timeout(1):
            assert text_of(await all_of(its)) == "On Monday."


async def test_a_count_before_the_end_of_the_message_is_taken_too() -> None:
    async with bedrock(HEAD, chunked(START + saying("On Monday.") + COUNT + STOP), END) as (its, _):
        pieces = await all_of(its)
    assert [piece.finish for piece in pieces if piece.finish] == ["stop"]
    assert [piece.usage.input_tokens for piece in pieces if piece.usage] == [20]


async def test_a_missing_count_alone_cuts_nothing_off() -> None:
    async with bedrock(HEAD, chunked(START + saying("On Monday.") + STOP), END) as (its, _):
        pieces = await all_of(its)
    assert text_of(pieces) == "On Monday."
    assert not any(piece.usage for piece in pieces)


async def test_events_that_are_new_to_us_are_passed_over() -> None:
    new = event("somethingNew", x=1) + event("contentBlockDelta", contentBlockIndex=0, delta={"new": {"x": 1}})
    async with bedrock(HEAD, chunked(START + new + saying("On Monday.") + STOP + COUNT), END) as (its, _):
        assert text_of(await all_of(its)) == "On Monday."


SPOILT = bytearray(saying("Monday."))
SPOILT[-9] ^= 1
NO_TEXT = event("contentBlockDelta", contentBlockIndex=0, delta={"text": 7})
NO_JSON = frame(headers_of("contentBlockDelta"), b'{"delta": {"te')


@pytest.mark.parametrize(
    ("bits", "kind"),
    [
        ((HEAD, chunked(START + saying("On ")), -1.0), "cut"),  # the connection breaks
        ((HEAD, chunked(START + saying("On ")), END), "cut"),  # a well-formed end, too early
        ((HEAD, chunked(START + saying("On ")[:30]), END), "cut"),  # in the midst of a frame
        ((HEAD, chunked(COUNT), END), "cut"),
        ((HEAD, END), "cut"),
        ((HEAD, chunked(START + bytes(SPOILT) + STOP + COUNT), END), "malformed"),
        ((HEAD, chunked(b'{"message": "no frames at all, and no stream"}'), END), "malformed"),
        ((HEAD, chunked(START + NO_TEXT), END), "malformed"),
        ((HEAD, chunked(START + NO_JSON), END), "malformed"),
        ((HEAD, chunked(START + saying("On ") + exception("throttlingException", "Slow down.")), END), "rate_limited"),
        ((HEAD, chunked(START + exception("modelStreamErrorException", "x")), END), "unavailable"),
        ((HEAD, chunked(exception("validationException", "Input is too long for requested model.")), END), "too_long"),
        ((whole({"message": "x"}, 429, "x-amzn-errortype: ThrottlingException:http://x/"),), "rate_limited"),
        ((whole({"message": "x"}, 424, "x-amzn-errortype: ModelErrorException"),), "unavailable"),
        ((b"HTTP/1.1 200 OK\r\nContent-Le", -1.0), "unavailable"),
        ((-1.0,), "unavailable"),
    ],
)  # fmt: skip
async def test_what_breaks_off_is_never_taken_for_an_answer(bits: tuple[bytes | float, ...], kind: str) -> None:
    async with bedrock(*bits) as (its, _):
        with pytest.raises(ProviderError) as failed:
            await all_of(its)
    assert failed.value.kind == kind
    assert "Monday" not in str(failed.value)


@pytest.mark.parametrize(
    ("bits", "limits", "detail"),
    [
        ((5.0,), TimeLimits(first_s=0.05), "no first token within 0.1 s"),
        ((HEAD, chunked(START), 5.0), TimeLimits(first_s=0.05), "no first token within 0.1 s"),
        ((HEAD, chunked(START + saying("On ")), 5.0), TimeLimits(gap_s=0.05), "nothing more within 0.1 s"),
        ((HEAD, chunked(START + saying("On ")), 5.0), TimeLimits(total_s=0.05), "no end within 0.1 s"),
    ],
)
async def test_silence_is_a_timeout_that_says_which(bits: Any, limits: TimeLimits, detail: str) -> None:
    async with bedrock(*bits) as (its, _):
        with pytest.raises(ProviderError) as failed:
            await all_of(its, asking(limits=limits))
    assert (failed.value.kind, failed.value.detail) == ("timeout", detail)


async def test_who_stops_listening_ends_the_call() -> None:
    more = [bit for _ in range(500) for bit in (chunked(saying("and ")), 0.01)]
    async with bedrock(HEAD, *more) as (its, met):
        async with aclosing(its.stream(asking())) as coming:
            async for _ in coming:
                break
        async with asyncio.timeout(1):
            await met.closed.wait()
