"""A client that hangs up cancels no handler: what a service began to write for it is written."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from ratchet_common.http import create_app
from ratchet_common.settings import CommonSettings
from tests.integration.conftest import SettingsFor, Tenant, running_app


async def test_a_handler_goes_on_when_its_client_has_gone(settings_for: SettingsFor, tenant: Tenant) -> None:
    routes, begun, gone, written = APIRouter(), asyncio.Event(), asyncio.Event(), asyncio.Event()

    @routes.post("/slow")
    async def slow() -> None:
        begun.set()
        await gone.wait()
        await asyncio.sleep(0.05)
        written.set()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield

    app = create_app("trial", settings_for(CommonSettings), routers=[routes], lifespan=lifespan)
    async with running_app(app, tenant) as running:
        _, writer = await asyncio.open_connection("127.0.0.1", int(running.url.rpartition(":")[2]))
        writer.write(b"POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        await begun.wait()
        writer.transport.abort()
        await asyncio.sleep(0.05)
        gone.set()
        async with asyncio.timeout(10):
            await written.wait()
