"""Whole answers of a running server, over raw sockets: what goes out is what uvicorn's own steps would have sent."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
import uvicorn
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ratchet_common.bounded_http import BoundedHttp
from ratchet_common.edge import Edge
from ratchet_common.whole_answers import LARGE, head_of

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
BREAKS = b"one\r\nset-cookie: a=b"


def answering(*messages: Message) -> ASGIApp:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        for message in messages:
            await send({**message})

    return app


async def reading(scope: Scope, receive: Receive, send: Send) -> None:
    try:
        answer = PlainTextResponse(str(len(await Request(scope, receive).body())))
    except HTTPException as error:
        answer = PlainTextResponse(error.detail, error.status_code)
    await answer(scope, receive, send)


def start(*headers: tuple[bytes, bytes], status: int = 200) -> Message:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(text: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": text, "more_body": more}


def length(text: bytes) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % len(text)


@asynccontextmanager
async def connected(app: ASGIApp) -> AsyncIterator[Connection]:
    how: dict[str, Any] = {"interface": "asgi3", "http": BoundedHttp, "ws": "none", "lifespan": "off"}
    edge = Edge(app, "test", 1024)
    server = uvicorn.Server(uvicorn.Config(edge, port=0, log_config=None, access_log=False, **how))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=8 * LARGE)
    try:
        yield reader, writer
    finally:
        writer.close()
        server.should_exit = server.force_exit = True
        await serving


async def answer_to(connection: Connection, method: bytes = b"GET", *headers: bytes) -> tuple[bytes, bytes]:
    """Its head, and its body by the length that it says."""
    reader, writer = connection
    writer.write(b"\r\n".join([method + b" / HTTP/1.1", b"host: x", *headers, b"", b""]))
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        said = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length: ")]
        size = int(said[0].partition(b": ")[2]) if said and method != b"HEAD" else 0
        return head, await reader.readexactly(size)


@pytest.mark.parametrize("size", [0, 2, LARGE, LARGE + 1])
async def test_one_after_another_over_one_connection(size: int) -> None:
    text = b"x" * size
    async with connected(answering(start((b"x-one", b"1"), length(text), status=201), body(text))) as connection:
        for _ in range(3):
            head, found = await answer_to(connection)
            assert head.startswith(b"HTTP/1.1 201 Created\r\n")
            assert b"x-one: 1\r\n" in head
            assert b"x-request-id: " in head
            assert found == text


@contextmanager
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def test_requests_leave_nothing_for_the_collector() -> None:
    """Which halts everything while it looks, the longer the more there is."""
    async with connected(answering(start(length(b"ok")), body(b"ok"))) as connection:
        await answer_to(connection)
        with uncollected():
            for _ in range(50):
                await answer_to(connection)
            assert gc.collect() < 50


async def test_connections_go_without_the_collector() -> None:
    async with connected(answering(start(length(b"ok")), body(b"ok"))) as (reader, writer):
        port = writer.get_extra_info("peername")[1]
        with uncollected():
            for _ in range(50):
                other = await asyncio.open_connection("127.0.0.1", port)
                await answer_to(other)
                other[1].close()
                await other[1].wait_closed()
            del other
            await answer_to((reader, writer))
            left = [one for one in gc.get_objects() if isinstance(one, BoundedHttp)]
            assert len(left) <= 2


async def test_requests_that_come_at_once_are_answered_in_turn() -> None:
    async with connected(answering(start(length(b"ok")), body(b"ok"))) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n" * 5)
        async with asyncio.timeout(5):
            for _ in range(5):
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK\r\n")
                assert await reader.readexactly(2) == b"ok"


async def test_a_body_in_several_parts() -> None:
    parts = body(b"one", more=True), body(b"two")
    async with connected(answering(start(length(b"onetwo")), *parts)) as connection:
        assert (await answer_to(connection))[1] == b"onetwo"
        assert (await answer_to(connection))[1] == b"onetwo"


async def test_a_head_that_was_asked_for_has_no_body() -> None:
    async with connected(answering(start(length(b"ok")), body(b"ok"))) as connection:
        for _ in range(2):
            head, found = await answer_to(connection, b"HEAD")
            assert b"content-length: 2\r\n" in head
            assert found == b""


async def test_who_wants_the_connection_closed_gets_it_closed() -> None:
    async with connected(answering(start(length(b"ok")), body(b"ok"))) as connection:
        head, found = await answer_to(connection, b"GET", b"connection: close")
        assert (b"connection: close\r\n" in head, found) == (True, b"ok")
        async with asyncio.timeout(5):
            assert await connection[0].read() == b""


@pytest.mark.parametrize("declared", [True, False])
async def test_who_sends_too_much_and_wants_it_closed_hears_that_it_was_too_much(declared: bool) -> None:
    """As Python's urllib does, which reads nothing before it has sent all."""
    size, bit = 8 << 20, b"x" * 65_536
    async with connected(reading) as (reader, writer):
        said = b"content-length: %d" % size if declared else b"transfer-encoding: chunked"
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n" + said + b"\r\n\r\n")
        async with asyncio.timeout(20):
            for _ in range(size // len(bit)):
                writer.write(bit if declared else b"%x\r\n%b\r\n" % (len(bit), bit))
                await writer.drain()
            writer.write(b"" if declared else b"0\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("name_value", [(b"x-one", BREAKS), (BREAKS, b"one"), (b"x-one", b"a\0b")])
async def test_a_header_that_would_be_two_does_not_go_out(name_value: tuple[bytes, bytes]) -> None:
    async with connected(answering(start(name_value, length(b"ok")), body(b"ok"))) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        async with asyncio.timeout(5):
            assert await reader.read() == b""  # to its end: the server closes it


@pytest.mark.parametrize("text", [b"o", b"okay"])
async def test_a_body_of_another_length_does_not_pass_for_a_whole_one(text: bytes) -> None:
    async with connected(answering(start(length(b"ok!")), body(text))) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        async with asyncio.timeout(5):
            said = await reader.read()  # to its end: it is closed
        assert not said.endswith(b"\r\n\r\nok!")
        assert said.rpartition(b"\r\n\r\n")[2] in (b"", text, b"Internal Server Error")


def test_lines_end_only_where_headers_do() -> None:
    assert head_of(204, [(b"a", b"b")]) == b"HTTP/1.1 204 No Content\r\na: b\r\n\r\n"
    for bad in (b"\r", b"\n", b"\r\n", b"\0", b"x\r\ny: z"):
        assert head_of(200, [(b"a", bad)]) is None
        assert head_of(200, [(bad, b"a")]) is None
