"""A webhook on receivers that take what they are sent, and behave badly after that."""

import asyncio
from collections.abc import Callable

import pytest

from ratchet_providers.webhooks import NotTakenError, Webhooks
from tests.unit.providers.test_wire import Says, Server, always, once, server

LARGE = b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000
ENDLESS = b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


def endless(pause_s: float, piece: bytes) -> Says:
    async def says(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: int) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ENDLESS)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)

    return says


def gushes(_: Server) -> Says:
    return endless(0, CHUNK)


def drips(_: Server) -> Says:
    return endless(0.05, b"1\r\nx\r\n")


@pytest.mark.parametrize(("says", "status"), [(always(LARGE), 200), (gushes, 202), (drips, 202)])
async def test_a_status_says_that_it_was_taken_whatever_comes_behind_it(
    says: Callable[[Server], Says], status: int
) -> None:
    async with server(says) as (its, wire):
        hooks = Webhooks(wire, private=True, patience_s=2)
        assert await hooks.post(f"http://127.0.0.1:{its.port}/hook", b"{}", {}) == status
        assert its.connections == 1


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 2", b"SSH-2.0-x\r\n\r\n"])
async def test_without_a_whole_head_it_was_not_taken(said: bytes) -> None:
    async with server(once(said)) as (its, wire):
        with pytest.raises(NotTakenError, match="broke off"):
            await Webhooks(wire, private=True).post(f"http://127.0.0.1:{its.port}/hook", b"{}", {})
        assert its.connections == 1
