"""Told to stop in the middle of a stream: what ends within the limit is whole, what does not says so."""

import asyncio
import signal
from pathlib import Path
from uuid import uuid4

import pytest

from tests.integration.conftest import Ground
from tests.integration.router_process import Process, catalogue, router_process, slowly
from tests.integration.router_site import until
from tests.integration.upstream import Upstream, upstream

pytestmark = pytest.mark.asyncio
TEXT = "The steering group meets on Monday to decide"


async def until_asked(up: Upstream, times: int = 1) -> None:
    async def look() -> bool:
        return len(up.asked) >= times

    await until(look)


async def ended(router: Process) -> int:
    assert router.victim.process is not None
    return await asyncio.to_thread(router.victim.process.wait, 30)


async def test_a_stream_under_way_is_finished(stack: Ground, tmp_path: Path) -> None:
    async with upstream() as up, router_process(stack, tmp_path, catalogue(up.url, "slow")) as router:
        up.does["slow"] = [slowly(TEXT, 0.3)]
        under_way = asyncio.create_task(router.chat("slow", stream=True))
        await until_asked(up)
        router.signal(signal.SIGTERM)
        status, said = await under_way
        assert (status, said.rstrip().endswith("data: [DONE]")) == (200, True)
        assert await ended(router) in (0, -signal.SIGTERM)


async def test_what_is_under_way_at_the_limit_ends_with_an_error_that_says_so(stack: Ground, tmp_path: Path) -> None:
    async with (
        upstream() as up,
        router_process(stack, tmp_path, catalogue(up.url, "slow"), DRAIN_SECONDS="1") as router,
    ):
        up.does["slow"] = [slowly(TEXT * 20, 0.3)]
        stream = asyncio.create_task(router.chat("slow", stream=True))
        whole = asyncio.create_task(router.chat("slow"))
        await until_asked(up, times=2)
        router.signal(signal.SIGTERM)
        _, said = await stream
        assert "The router was stopped before the answer was whole" in said
        assert "[DONE]" not in said
        status, refusal = await whole
        assert status == 503
        assert "The router was stopped before the answer was whole" in refusal
        assert await ended(router) in (0, -signal.SIGTERM)


async def test_whoever_is_answered_meanwhile_is_told_to_close_the_connection(stack: Ground, tmp_path: Path) -> None:
    async with upstream() as up, router_process(stack, tmp_path, catalogue(up.url, "slow")) as router:
        up.does["slow"] = [slowly("Yes", 0.6)]
        body = {"model": "slow", "messages": [{"role": "user", "content": uuid4().hex}]}
        asking = asyncio.create_task(router.client.post("/v1/chat/completions", json=body))
        await until_asked(up)
        router.signal(signal.SIGTERM)
        answer = await asking
        assert answer.headers["connection"] == "close"
        await ended(router)
