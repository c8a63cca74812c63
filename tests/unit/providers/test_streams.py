"""Streams over real sockets: as they should be, and as they are on bad days."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import msgspec
import pytest

from ratchet_common.events import Usage
from ratchet_providers.base import ModelRequest, Piece, ProviderError, TimeLimits
from ratchet_providers.openai_shaped import Dialect, OpenAIShaped
from ratchet_providers.secrets import Secret
from ratchet_providers.wire import Wire

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"


def sse(*events: Any) -> bytes:
    return b"".join(b"data: %b\n\n" % (e if isinstance(e, bytes) else msgspec.json.encode(e)) for e in events)


def chunked(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


def saying(text: str, finish: str | None = None, **how: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **how}


COUNTED = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}
WHOLE = sse(saying("On "), saying("Monday."), saying("", "stop"), COUNTED, b"[DONE]")


class Said:
    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.closed = asyncio.Event()


@asynccontextmanager
async def provider(*bits: bytes | float, **how: Any) -> AsyncIterator[tuple[OpenAIShaped, Said]]:
    """Says these bits to each request; a number is a pause in seconds; below 0 it hangs up."""
    said = Said()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                said.requests.append(await reader.readexactly(length))
                for bit in bits:
                    if isinstance(bit, bytes):
                        writer.write(bit)
                        await writer.drain()
                    elif bit < 0:
                        return
                    else:
                        await asyncio.sleep(bit)
        except (ConnectionError, asyncio.IncompleteReadError):
            said.closed.set()
        finally:
            writer.close()

    listening = await asyncio.start_server(met, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening, Wire() as wire:
        yield OpenAIShaped(wire, f"http://127.0.0.1:{port}/v1", Secret(""), **how), said


def asked(**how: Any) -> ModelRequest:
    messages = [{"role": "user", "content": "When?"}]
    return ModelRequest(model="m", task_type="chat", messages=messages, document="When?", **how)


async def all_of(openai: OpenAIShaped, request: ModelRequest | None = None) -> list[Piece]:
    return [piece async for pieces in openai.stream(request or asked()) for piece in pieces]


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


async def test_a_stream_is_understood_and_passes_through_byte_for_byte() -> None:
    async with provider(HEAD, chunked(WHOLE), END) as (openai, said):
        pieces = await all_of(openai)
        assert text_of(pieces) == "On Monday."
        assert [p.finish for p in pieces if p.finish] == ["stop"]
        assert pieces[-1].usage == Usage(input_tokens=9, output_tokens=2)
        assert [p.data for p in pieces[:2]] == [
            msgspec.json.encode(saying("On ")),
            msgspec.json.encode(saying("Monday.")),
        ]
    sent = msgspec.json.decode(said.requests[0])
    assert (sent["stream"], sent["stream_options"]) == (True, {"include_usage": True})


async def test_it_may_come_in_any_bits() -> None:
    for size in (1, 7, 100):
        bits = [chunked(WHOLE[i : i + size]) for i in range(0, len(WHOLE), size)]
        async with provider(HEAD, *bits, END) as (openai, _):
            assert text_of(await all_of(openai)) == "On Monday."


async def test_carriage_returns_comments_and_names_are_no_trouble() -> None:
    body = b": ping\r\n\r\n" + WHOLE.replace(b"\n", b"\r\n").replace(b"data:", b"event: x\r\nid: 7\r\ndata:")
    for size in (1, 3, 1000):
        bits = [chunked(body[i : i + size]) for i in range(0, len(body), size)]
        async with provider(HEAD, *bits, END) as (openai, _):
            assert text_of(await all_of(openai)) == "On Monday."


async def test_a_connection_serves_one_stream_after_another() -> None:
    async with provider(HEAD, chunked(WHOLE), 0.02, END) as (openai, said):
        for _ in range(3):
            await all_of(openai)
            await asyncio.sleep(0.05)
        assert said.connections == 1


async def test_a_server_that_never_ends_after_its_end_mark_holds_nobody_up() -> None:
    async with provider(HEAD, chunked(WHOLE), 5.0) as (openai, said):
        async with asyncio.timeout(1):
            assert text_of(await all_of(openai)) == "On Monday."
            assert text_of(await all_of(openai)) == "On Monday."
        assert said.connections == 2


async def test_a_missing_end_mark_alone_cuts_nothing_off() -> None:
    async with provider(HEAD, chunked(sse(saying("Monday."), saying("", "stop"))), END) as (openai, _):
        assert text_of(await all_of(openai)) == "Monday."


@pytest.mark.parametrize(
    ("bits", "kind"),
    [
        ((HEAD, chunked(sse(saying("On "))), -1.0), "cut"),  # the connection breaks
        ((HEAD, chunked(sse(saying("On "))), END), "cut"),  # a well-formed end, too early
        ((HEAD, chunked(sse(saying("On "), b"[DONE]")), END), "cut"),  # an end mark without a reason to end
        ((HEAD, chunked(sse(b"[DONE]")), END), "cut"),
        ((HEAD, END), "cut"),
        ((HEAD, chunked(b"data: {\"choices\": [{\"del\n\n"), END), "malformed"),
        ((HEAD, chunked(sse(saying("On "), {"choices": [{"delta": {"content": 7}}]})), END), "malformed"),
        ((HEAD, chunked(sse(saying("On "), {"error": {"message": "x", "code": 502}})), END), "unavailable"),
        ((HEAD, chunked(sse({"error": {"message": "slow down", "code": "rate_limit_exceeded"}})), END), "rate_limited"),
        ((HEAD, chunked(sse({"error": {"message": "x", "type": "overloaded_error"}})), END), "overloaded"),
        ((b"HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}",), "rate_limited"),
        ((b"HTTP/1.1 200 OK\r\nContent-Le", -1.0), "unavailable"),
        ((-1.0,), "unavailable"),
    ],
)  # fmt: skip
async def test_what_breaks_off_is_never_taken_for_an_answer(bits: tuple[bytes | float, ...], kind: str) -> None:
    async with provider(*bits) as (openai, _):
        with pytest.raises(ProviderError) as failed:
            await all_of(openai)
    assert failed.value.kind == kind


async def test_a_wait_that_the_provider_asks_for_is_kept() -> None:
    async with provider(b"HTTP/1.1 429 No\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\n{}") as (openai, _):
        with pytest.raises(ProviderError) as failed:
            await all_of(openai)
    assert (failed.value.retry_after_s, failed.value.status) == (7, 429)


@pytest.mark.parametrize(
    ("bits", "limits", "detail"),
    [
        ((5.0,), TimeLimits(first_s=0.05), "no first token within 0.1 s"),
        ((HEAD, 5.0), TimeLimits(first_s=0.05), "no first token within 0.1 s"),
        ((HEAD, chunked(sse(saying("On "))), 5.0), TimeLimits(gap_s=0.05), "nothing more within 0.1 s"),
        ((HEAD, chunked(sse(saying("On "))), 5.0), TimeLimits(total_s=0.05), "no end within 0.1 s"),
    ],
)
async def test_silence_is_a_timeout_that_says_which(
    bits: tuple[bytes | float, ...], limits: TimeLimits, detail: str
) -> None:
    async with provider(*bits) as (openai, _):
        with pytest.raises(ProviderError) as failed:
            await all_of(openai, asked(limits=limits))
    assert (failed.value.kind, failed.value.detail) == ("timeout", detail)


async def test_signs_of_life_are_no_first_token() -> None:
    pings = [bit for _ in range(50) for bit in (chunked(b": ping\n\n"), 0.01)]
    async with provider(HEAD, *pings) as (openai, _):
        with pytest.raises(ProviderError) as failed:
            await all_of(openai, asked(limits=TimeLimits(first_s=0.1)))
    assert failed.value.kind == "timeout"


async def test_signs_of_life_are_no_next_token() -> None:
    pings = [bit for _ in range(100) for bit in (chunked(b": ping\n\n"), 0.01)]
    async with provider(HEAD, chunked(sse(saying("On "))), *pings) as (openai, _):
        with pytest.raises(ProviderError) as failed:
            await all_of(openai, asked(limits=TimeLimits(gap_s=0.1)))
    assert (failed.value.kind, failed.value.detail) == ("timeout", "nothing more within 0.1 s")


async def test_a_large_event_may_take_its_time() -> None:
    large = sse(saying("word " * 20, "stop"))
    bits = [bit for n in range(0, len(large), 8) for bit in (chunked(large[n : n + 8]), 0.02)]
    async with provider(HEAD, chunked(sse(saying("On "))), *bits, END) as (openai, _):
        pieces = await all_of(openai, asked(limits=TimeLimits(gap_s=0.5)))
    assert "".join(piece.text for piece in pieces) == "On " + "word " * 20


async def test_who_stops_listening_ends_the_call() -> None:
    more = [bit for _ in range(500) for bit in (chunked(sse(saying("and "))), 0.01)]
    async with provider(HEAD, *more) as (openai, said):
        async with aclosing(openai.stream(asked())) as coming:
            async for _ in coming:
                break
        async with asyncio.timeout(1):
            await said.closed.wait()


async def test_a_reader_who_is_slow_makes_the_other_side_wait() -> None:
    bit = chunked(sse(saying("x" * 10_000)))
    size = 0
    async with provider(HEAD, *[bit] * 400, chunked(sse(saying("", "stop"), b"[DONE]")), END) as (openai, _):
        async for pieces in openai.stream(asked()):
            size += sum(len(piece.text) for piece in pieces)
            await asyncio.sleep(0.001)
    assert size == 4_000_000


async def test_several_choices_end_each_for_itself() -> None:
    def of(index: int, text: str, finish: str | None = None) -> dict[str, Any]:
        return {"choices": [{"index": index, "delta": {"content": text}, "finish_reason": finish}]}

    both = [of(0, "a"), of(1, "b"), of(0, "", "stop"), of(1, "", "length")]
    async with provider(HEAD, chunked(sse(*both, b"[DONE]")), END) as (openai, _):
        assert text_of(await all_of(openai)) == "a"
    async with provider(HEAD, chunked(sse(*both[:3], b"[DONE]")), END) as (openai, _):
        with pytest.raises(ProviderError):
            await all_of(openai)


@pytest.mark.parametrize(
    ("continues", "last", "more"),
    [
        ("prefix", {"role": "assistant", "content": "On ", "prefix": True}, {}),
        (
            "continue_final_message",
            {"role": "assistant", "content": "On "},
            {"continue_final_message": True, "add_generation_prompt": False},
        ),
    ],
)
async def test_a_model_is_asked_to_go_on_within_what_is_left(
    continues: Any, last: dict[str, Any], more: dict[str, Any]
) -> None:
    async with provider(HEAD, chunked(WHOLE), END, dialect=Dialect(continues=continues)) as (openai, said):
        await all_of(openai, asked(so_far="On ", fields={"max_tokens": msgspec.Raw(b"10")}))
    sent = msgspec.json.decode(said.requests[0])
    assert sent["messages"][-1] == last
    assert sent["max_tokens"] == 9
    assert more.items() <= sent.items()
