"""Clients that say too much, or take too long to say or to hear it: raw sockets before a running server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from ratchet_common.bounded_http import HEAD_LIMIT, MOST_HEADERS, URL_LIMIT, BoundedHttp

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
LARGE = 32 * 1024 * 1024  # more than the kernel holds for a connection


class Hasty(BoundedHttp):
    patience_s = 0.2
    taking_patience_s = 0.2


@dataclass
class Site:
    """Answers a path with as many bytes as it says; `/never` never; `/early` before it has read the body."""

    port: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)
    server: uvicorn.Server | None = None

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        path = scope["path"]
        if path == "/never":
            await self.open.wait()
        if path not in ("/early", "/never"):
            while (await receive()).get("more_body"):
                pass
        body = b"x" * int(path[1:]) if path[1:].isdigit() else b"ok"
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def connect(self) -> Connection:
        return await asyncio.open_connection("127.0.0.1", self.port, limit=LARGE)

    @property
    def connections(self) -> int:
        assert self.server is not None
        return len(self.server.server_state.connections)

    async def nobody_is_there(self) -> None:
        async with asyncio.timeout(5):
            while self.connections:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@asynccontextmanager
async def site(http: type[BoundedHttp] = BoundedHttp) -> AsyncIterator[Site]:
    its = Site()
    how: dict[str, Any] = {"interface": "asgi3", "http": http, "ws": "none", "lifespan": "off", "log_config": None}
    its.server = uvicorn.Server(uvicorn.Config(its.app, port=0, **how))
    serving = asyncio.create_task(its.server.serve())
    while not its.server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    its.port = its.server.servers[0].sockets[0].getsockname()[1]
    try:
        yield its
    finally:
        its.open.set()
        its.server.should_exit = its.server.force_exit = True
        await serving


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of one answer that says its length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return int(head.split()[1]), await reader.readexactly(length)


async def said_to(*bits: bytes, http: type[BoundedHttp] = BoundedHttp) -> tuple[int, Any]:
    """What the server says to these bits, up to the end of the connection."""
    async with site(http) as its, asyncio.timeout(10):
        reader, writer = await its.connect()
        answering = asyncio.create_task(answer(reader))
        for bit in bits:
            if not answering.done():
                writer.write(bit)
                await asyncio.sleep(0.01)
        status, body = await answering
        assert await reader.read() == b""
        writer.close()
        return status, json.loads(body)


def is_readable_by_all(body: Any, code: str) -> None:
    """As OpenAI's clients read an error, as Anthropic's do, and as a problem."""
    assert (body["error"]["code"], body["error"]["type"], body["type"]) == (code, "invalid_request_error", "error")
    assert body["error"]["message"] == body["detail"]
    assert body["detail"].endswith(".")


def with_headers(*lines: bytes) -> bytes:
    return b"\r\n".join([b"GET / HTTP/1.1", b"Host: x", *lines, b"", b""])


@pytest.mark.parametrize(
    "bits",
    [
        (with_headers(b"X: " + b"y" * HEAD_LIMIT),),
        (with_headers(*[b"X%d: y" % number for number in range(MOST_HEADERS)]),),
        (with_headers(*[b"X%d: %b" % (number, b"y" * 1_000) for number in range(40)]),),
        (b"GET / HTTP/1.1\r\nX: ", *[b"y" * 8_000] * 10),  # one that never ends
        (b"GET / HTTP/1.1\r\n" + b"X" * 50_000, b"X" * 50_000),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", *[b"X: %b\r\n" % (b"y" * 8_000)] * 10),
    ],
    ids=["one", "many", "much", "endless", "endless name", "trailers"],
)
async def test_headers_without_measure_are_431(bits: tuple[bytes, ...]) -> None:
    status, body = await said_to(*bits)
    assert status == 431
    is_readable_by_all(body, "headers-too-large")


async def test_a_url_without_measure_is_414() -> None:
    for bits in ([b"/" * 9_000 + b" HTTP/1.1\r\n\r\n"], [b"/" * 3_000] * 3):
        status, body = await said_to(b"GET ", *bits)
        assert status == 414
        is_readable_by_all(body, "url-too-long")


@pytest.mark.parametrize("said", [b"\x16\x03\x01\x02\x00\x01\r\n", b"GET /\xff HTTP/1.1\r\n\r\n", b"GET\r\n\r\n"])
async def test_what_is_no_http_is_400_in_a_shape_that_clients_read(said: bytes) -> None:
    status, body = await said_to(said)
    assert status == 400
    is_readable_by_all(body, "no-http")


async def test_a_request_within_the_bounds_is_answered_however_it_comes() -> None:
    path = b"/" + b"a" * (URL_LIMIT - 10)
    lines = [b"X%d: %b" % (number, b"y" * 300) for number in range(MOST_HEADERS - 2)]
    request = b"\r\n".join([b"GET %b HTTP/1.1" % path, b"Host: x", *lines, b"", b""])
    async with site() as its:
        reader, writer = await its.connect()
        for size in (len(request), 4_000):
            for start in range(0, len(request), size):
                writer.write(request[start : start + size])
                await asyncio.sleep(0.001)
            assert await answer(reader) == (200, b"ok")
        writer.close()


async def test_large_bodies_and_requests_in_a_row_are_no_large_heads() -> None:
    body = b"z" * 3 * HEAD_LIMIT
    posted = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    async with site() as its:
        reader, writer = await its.connect()
        writer.write((posted + GET) * 3)
        for _ in range(6):
            assert await answer(reader) == (200, b"ok")
        writer.close()


async def test_a_head_that_comes_byte_by_byte_is_cut_off() -> None:
    async with site(Hasty) as its, asyncio.timeout(5):
        reader, writer = await its.connect()

        async def trickle() -> None:
            for byte in with_headers(b"X: " + b"y" * 10_000):
                writer.write(bytes([byte]))
                await asyncio.sleep(0.02)

        trickling = asyncio.create_task(trickle())
        status, body = await answer(reader)
        assert status == 408
        is_readable_by_all(json.loads(body), "head-timeout")
        await its.nobody_is_there()
        trickling.cancel()


@pytest.mark.parametrize("empty", [b"", b"\r\n"])
async def test_who_connects_and_asks_for_nothing_is_cut_off(empty: bytes) -> None:
    """Empty lines before a request are none, however many come."""
    async with site(Hasty) as its, asyncio.timeout(5):
        reader, writer = await its.connect()
        ended = asyncio.create_task(reader.read())
        while not ended.done():
            writer.write(empty)
            await asyncio.sleep(0.02)
        await its.nobody_is_there()


async def test_a_body_that_goes_on_after_its_answer_is_cut_off() -> None:
    async with site(Hasty) as its, asyncio.timeout(5):
        reader, writer = await its.connect()
        writer.write(b"POST /early HTTP/1.1\r\nContent-Length: 1000\r\n\r\n")
        assert await answer(reader) == (200, b"ok")
        ended = asyncio.create_task(reader.read())
        while not ended.done():
            writer.write(b"x")
            await asyncio.sleep(0.02)
        await its.nobody_is_there()


async def test_an_answer_that_takes_long_is_waited_for() -> None:
    async with site(Hasty) as its:
        reader, writer = await its.connect()
        writer.write(GET.replace(b"/", b"/never", 1) + b"\r\n")
        await asyncio.sleep(4 * Hasty.patience_s)
        assert its.connections == 1
        its.open.set()
        assert await answer(reader) == (200, b"ok")
        writer.close()


async def test_who_takes_nothing_of_his_answer_is_cut_off() -> None:
    async with site(Hasty) as its:
        reader, writer = await its.connect()
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # as a client that reads nothing
        writer.write(b"GET /%d HTTP/1.1\r\n\r\n" % LARGE)
        await asyncio.sleep(0.05)
        await its.nobody_is_there()
        writer.transport.abort()
        assert reader is not None


async def test_who_takes_it_slowly_gets_all_of_it() -> None:
    async with site(Hasty) as its, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", its.port, limit=1024 * 1024)
        writer.write(b"GET /%d HTTP/1.1\r\n\r\n" % LARGE)
        await reader.readuntil(b"\r\n\r\n")
        taken = 0
        while taken < LARGE:
            taken += len(await reader.read(2 * 1024 * 1024))
            await asyncio.sleep(0.02)
        writer.close()


async def test_what_is_wrong_behind_a_request_never_lands_in_its_answer() -> None:
    async with site() as its, asyncio.timeout(5):
        reader, writer = await its.connect()
        writer.write(GET.replace(b"/", b"/never", 1) + b"no request\r\n\r\n")
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)) as cut:
            await answer(reader)
        assert getattr(cut.value, "partial", b"") == b""
        writer.close()
