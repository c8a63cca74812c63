"""A provider that holds all of its places harms nobody else, and whoever waits for one is told in time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from ratchet_providers.base import ModelRequest, ProviderError, TimeLimits
from ratchet_providers.openai_shaped import OpenAIShaped
from ratchet_providers.secrets import Secret
from ratchet_providers.wire import Wire

BODY = b'{"choices":[{"message":{"content":"Yes."},"finish_reason":"stop"}]}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
EVENTS = b'data: {"choices":[{"delta":{"content":"Yes."},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
STREAM = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(EVENTS), EVENTS)
Provider = Callable[[str], OpenAIShaped]  # by the name of an origin
ASKED = ModelRequest(
    model="m", task_type="chat", messages=[], document="", limits=TimeLimits(connect_s=0.1, first_s=5, total_s=5)
)


@asynccontextmanager
async def origins(answer: bytes, may: asyncio.Event, connections: int) -> AsyncIterator[Provider]:
    """`slow` answers once it may, `quick` at once."""

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
                if slow:
                    await may.wait()
                writer.write(answer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    slow = await asyncio.start_server(lambda *both: met(*both, slow=True), "127.0.0.1", 0)
    quick = await asyncio.start_server(lambda *both: met(*both, slow=False), "127.0.0.1", 0)
    ports = {"slow": slow.sockets[0].getsockname()[1], "quick": quick.sockets[0].getsockname()[1]}
    async with slow, quick, Wire(connections=connections) as wire:
        yield lambda name: OpenAIShaped(wire, f"http://127.0.0.1:{ports[name]}/v1", Secret(""))


async def streamed(provider: OpenAIShaped) -> str:
    return "".join([piece.text async for pieces in provider.stream(ASKED) for piece in pieces])


async def test_a_slow_provider_takes_no_place_of_anothers() -> None:
    may = asyncio.Event()
    async with origins(ANSWER, may, connections=2) as provider:
        waiting = [asyncio.create_task(provider("slow").answer(ASKED)) for _ in range(2)]
        await asyncio.sleep(0.01)
        assert (await provider("quick").answer(ASKED)).output == "Yes."
        may.set()
        assert [answer.output for answer in await asyncio.gather(*waiting)] == ["Yes.", "Yes."]


async def test_who_finds_no_place_within_the_limit_for_a_connection_is_told_so() -> None:
    may = asyncio.Event()
    async with origins(ANSWER, may, connections=1) as provider:
        waiting = asyncio.create_task(provider("slow").answer(ASKED))
        await asyncio.sleep(0.01)
        with pytest.raises(ProviderError) as failed:
            await provider("slow").answer(ASKED)
        assert (failed.value.kind, failed.value.retryable) == ("busy", True)
        assert failed.value.detail == "1 calls to this provider are under way, and none ended within 0.1 s"
        may.set()
        await waiting


async def test_a_place_comes_free_when_a_call_ends_fails_or_is_given_up() -> None:
    may = asyncio.Event()
    async with origins(STREAM, may, connections=1) as provider:
        given_up = asyncio.create_task(streamed(provider("slow")))
        await asyncio.sleep(0.01)
        given_up.cancel()
        await asyncio.wait({given_up})
        may.set()
        for _ in range(3):
            assert await streamed(provider("slow")) == "Yes."


async def test_those_who_wait_get_the_places_that_come_free() -> None:
    may = asyncio.Event()
    may.set()
    async with origins(STREAM, may, connections=1) as provider:
        assert await asyncio.gather(*(streamed(provider("slow")) for _ in range(8))) == ["Yes."] * 8
