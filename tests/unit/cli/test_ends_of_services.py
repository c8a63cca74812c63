"""The services of one process end together: one that fails at that is told of, and keeps none of the others."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI

from ratchet_cli.gateway import Gateway


def service(ended: list[str], name: str, *, fails: bool = False) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        if fails:
            raise ValueError("what somebody wrote")
        ended.append(name)

    return FastAPI(lifespan=lifespan)


async def told_of_a_life(gateway: Gateway) -> list[str]:
    told: list[str] = []

    async def receive() -> dict[str, Any]:
        return {"type": "lifespan.shutdown" if told else "lifespan.startup"}

    async def send(message: Any) -> None:
        told.append(message["type"])

    await gateway({"type": "lifespan"}, receive, send)
    return told


async def test_what_fails_while_a_service_ends_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []
    gateway = Gateway({"router": service(ended, "router", fails=True), "monitor": service(ended, "monitor")})
    with caplog.at_level(logging.ERROR):
        assert await told_of_a_life(gateway) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert ended == ["monitor"]
    (line,) = caplog.messages
    assert line.startswith("The service router failed while it ended: ValueError at ")
    assert "what somebody wrote" not in line


async def test_services_that_end_well_are_no_news(caplog: pytest.LogCaptureFixture) -> None:
    ended: list[str] = []
    gateway = Gateway({name: service(ended, name) for name in ("router", "monitor")})
    with caplog.at_level(logging.ERROR):
        await told_of_a_life(gateway)
    assert sorted(ended) == ["monitor", "router"]
    assert not caplog.messages
