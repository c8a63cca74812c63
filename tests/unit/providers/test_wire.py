"""Against servers that say what real ones say on bad days, byte for byte."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from ratchet_providers.connection import HEAD_LIMIT, NotAnsweredError, TooLongError
from ratchet_providers.wire import Answer, Endpoint, Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Says = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]  # the last: the connection's number


@dataclass
class Server:
    says: Says
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self.says(reader, writer, self.connections)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def request(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        self.requests.append(head + await reader.readexactly(length))
        return self.requests[-1]

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint.of(f"http://127.0.0.1:{self.port}/v1/chat?x=1", {"Authorization": "Bearer k"})


async def said(asking: Awaitable[Answer]) -> tuple[int, bytes]:
    answer = await asking
    return answer.status, answer.body


@asynccontextmanager
async def server(says: Callable[[Server], Says]) -> AsyncIterator[tuple[Server, Wire]]:
    its = Server(lambda *_: asyncio.sleep(0))
    its.says = says(its)
    listening = await asyncio.start_server(its.met, "127.0.0.1", 0)
    its.port = listening.sockets[0].getsockname()[1]
    async with listening, Wire() as wire:
        yield its, wire


def always(*answers: bytes) -> Callable[[Server], Says]:
    """To each request the same bytes, in these pieces."""

    def of(its: Server) -> Says:
        async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: int) -> None:
            while True:
                await its.request(reader)
                for piece in answers:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)

        return says

    return of


def once(answer: bytes) -> Callable[[Server], Says]:
    """These bytes to the first request of each connection, and then its end."""

    def of(its: Server) -> Says:
        async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: int) -> None:
            await its.request(reader)
            writer.write(answer)
            await writer.drain()

        return says

    return of


async def test_a_request_says_what_it_must_and_nothing_else() -> None:
    async with server(always(OK)) as (its, wire):
        assert await said(wire.post(its.endpoint, b'{"a":1}', limit=100)) == (200, b"ok")
        assert its.requests == [
            b"POST /v1/chat?x=1 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept-Encoding: identity\r\n" % its.port
            + b'Authorization: Bearer k\r\nContent-Length: 7\r\n\r\n{"a":1}'
        ]


async def test_one_connection_serves_one_request_after_another_and_more_serve_side_by_side() -> None:
    async with server(always(OK)) as (its, wire):
        for _ in range(5):
            await wire.post(its.endpoint, b"", limit=100)
        assert its.connections == 1
        await asyncio.gather(*(wire.post(its.endpoint, b"", limit=100) for _ in range(4)))
        assert its.connections <= 4


@pytest.mark.parametrize(
    "pieces",
    [
        (OK,),
        tuple(bytes([byte]) for byte in OK),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n", b"1\r\nk\r\n0\r\n\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", OK),
        (b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" + OK,),
    ],
)
async def test_an_answer_may_come_in_many_ways(pieces: tuple[bytes, ...]) -> None:
    async with server(always(*pieces)) as (its, wire):
        for _ in range(2):
            assert await said(wire.post(its.endpoint, b"x", limit=100)) == (200, b"ok")
        assert its.connections == 1


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", b"HTTP/1.0 200 OK\r\n\r\n"])
async def test_an_answer_without_a_length_ends_with_its_connection(head: bytes) -> None:
    async with server(once(head + b"all of it")) as (its, wire):
        assert await said(wire.post(its.endpoint, b"x", limit=100)) == (200, b"all of it")


@pytest.mark.parametrize(
    "cut",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf of",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf \r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
    ],
)
async def test_a_cut_answer_is_none_and_is_not_asked_for_twice(cut: bytes) -> None:
    async with server(once(cut)) as (its, wire):
        with pytest.raises(NotAnsweredError):
            await wire.post(its.endpoint, b"x", limit=100)
        assert len(its.requests) == 1


async def test_a_kept_connection_that_was_closed_meanwhile_costs_nobody_an_answer() -> None:
    def of(its: Server) -> Says:
        async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
            await its.request(reader)
            writer.write(OK)
            if number == 1:  # takes the next request, and says nothing
                await its.request(reader)

        return says

    async with server(of) as (its, wire):
        for _ in range(3):
            assert await said(wire.post(its.endpoint, b"x", limit=100)) == (200, b"ok")


@pytest.mark.parametrize("garbage", [b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"])
async def test_what_is_no_http_is_no_answer(garbage: bytes) -> None:
    async with server(always(garbage)) as (its, wire):
        with pytest.raises(NotAnsweredError):
            await wire.post(its.endpoint, b"x", limit=100)


async def test_a_head_without_end_is_not_read_to_its_end() -> None:
    async with server(always(b"HTTP/1.1 200 OK\r\n", *([b"X: " + b"y" * 9_000 + b"\r\n"] * (HEAD_LIMIT // 8_000)))) as (
        its,
        wire,
    ):
        with pytest.raises(NotAnsweredError):
            await wire.post(its.endpoint, b"x", limit=100)


async def test_a_body_over_the_limit_is_too_long_and_one_at_the_limit_is_not() -> None:
    async with server(always(OK)) as (its, wire):
        assert await said(wire.post(its.endpoint, b"x", limit=2)) == (200, b"ok")
        with pytest.raises(TooLongError):
            await wire.post(its.endpoint, b"x", limit=1)


async def test_what_nobody_asked_for_is_nobodys_answer() -> None:
    async with server(always(OK + b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong")) as (its, wire):
        for _ in range(3):
            assert await said(wire.post(its.endpoint, b"x", limit=100)) == (200, b"ok")
        assert its.connections == 3


async def test_an_answer_that_comes_after_its_caller_left_is_not_the_next_ones() -> None:
    def of(its: Server) -> Says:
        async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
            while True:
                asked = await its.request(reader)
                await asyncio.sleep(0.05 if number == 1 else 0)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + asked[-1:])

        return says

    async with server(of) as (its, wire):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await wire.post(its.endpoint, b"1", limit=100)
        await asyncio.sleep(0.1)
        assert await said(wire.post(its.endpoint, b"2", limit=100)) == (200, b"2")


async def test_what_speaks_no_tls_is_no_answer() -> None:
    def of(_: Server) -> Says:
        async def says(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: int) -> None:
            writer.write(OK)

        return says

    async with server(of) as (its, wire):
        with pytest.raises(NotAnsweredError):
            await wire.post(Endpoint.of(f"https://127.0.0.1:{its.port}/", {}), b"x", limit=100)


async def test_closing_ends_what_is_open() -> None:
    async with server(always()) as (its, wire):
        asking = asyncio.create_task(wire.post(its.endpoint, b"x", limit=100))
        while not its.requests:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        await wire.__aexit__(None, None, None)
        with pytest.raises(NotAnsweredError):
            await asking


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("ftp://host/", {}),
        ("http://", {}),
        ("http://host:99999/", {}),
        ("http://host/a b", {}),
        ("http://host/?a b", {}),
        ("http://host/", {"Authorization": "Bearer a\r\nX-Evil: 1"}),
        ("http://host/\r\nX-Evil: 1", {"A": "é"}),
    ],
)
def test_what_would_break_a_request_is_refused_before(url: str, headers: dict[str, str]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  several sentences, urllib's own among them
        Endpoint.of(url, headers)
