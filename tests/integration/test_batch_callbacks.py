"""Who asked for a batch is told when it is over."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_router.main import build
from tests.integration.batch_site import settings_in
from tests.integration.batch_upstream import batch_upstream
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.integration.test_api_batches import item
from tests.patience import PATIENCE_S

SECRET = "between us two"


class Listener:
    """Takes what it is told."""

    def __init__(self) -> None:
        self.url = ""
        self.taken: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def hear(self, request: web.Request) -> web.Response:
        await self.taken.put((request.headers["Ratchet-Signature"], await request.read()))
        return web.Response()


@asynccontextmanager
async def listener() -> AsyncIterator[Listener]:
    its = Listener()
    app = web.Application()
    app.router.add_post("/told", its.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    its.url = f"http://127.0.0.1:{runner.addresses[0][1]}/told"
    yield its
    await runner.cleanup()


@asynccontextmanager
async def telling(stack: Ground, folder: Path, *, private: bool) -> AsyncIterator[Running]:
    token, row = new_token(f"tenant-{uuid4().hex[:8]}", frozenset(Scope))
    write_tokens(folder / "tokens.json", [row])
    (folder / "secret").write_text(SECRET)
    tenant = Tenant(row.tenant, token, folder / "tokens.json")
    async with batch_upstream() as up:
        settings = settings_in(
            folder,
            stack,
            up,
            batch_callback_secret=f"file:{folder / 'secret'}",
            batch_callback_private=private,
        )
        async with running_app(build(settings), tenant) as app:
            yield app


async def test_the_end_of_a_batch_is_told_with_a_signature(stack: Ground, tmp_path: Path) -> None:
    async with telling(stack, tmp_path, private=True) as app, listener() as its:
        _, batch = await app.post("/api/batches", {"items": [item("a")], "callback_url": its.url})
        async with asyncio.timeout(PATIENCE_S):
            signed, body = await its.taken.get()
    at = signed.removeprefix("t=").partition(",")[0]
    expected = hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert signed == f"t={at},v1={expected}"
    said = json.loads(body)
    assert (said["type"], said["batch"]["id"]) == ("batch.completed", batch["id"])
    assert said["batch"]["counts"] == {"total": 1, "completed": 1, "failed": 0}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://localhost/x", "http://10.0.0.1/x", "http://[::1]/x", "ftp://example.com/x"]
)
async def test_inner_addresses_are_refused_at_once(stack: Ground, tmp_path: Path, url: str) -> None:
    async with telling(stack, tmp_path, private=False) as app:
        status, problem = await app.post("/api/batches", {"items": [item("a")], "callback_url": url})
    assert (status, problem["errors"][0]["field"]) == (400, "callback_url")
