"""A client that takes next to nothing of its answer holds neither memory without bound nor its provider for ever."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from ratchet_common.bounded_http import BoundedHttp
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from tests.integration.conftest import SettingsFor, Tenant, running_app
from tests.integration.router_process import catalogue
from tests.integration.router_site import until
from tests.integration.upstream import upstream
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio
CHUNK = 16 * 1024
MOST = 64 * 1024 * 1024  # far more than all buffers on the way hold


class Hasty(BoundedHttp):
    taking_patience_s = 0.3


class Endless:
    """A provider that would say as much as somebody takes."""

    said = 0

    async def __call__(self, request: web.Request, _: dict[str, Any]) -> web.StreamResponse:
        choice = {"index": 0, "delta": {"content": "x" * CHUNK}, "finish_reason": None}
        chunk = {"id": "up-1", "object": "chat.completion.chunk", "created": 7, "model": "m", "choices": [choice]}
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while self.said < MOST:
            await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
            self.said += CHUNK
        return response


async def test_the_provider_waits_with_a_slow_client_and_is_free_when_that_is_cut_off(
    settings_for: SettingsFor, tenant: Tenant, tmp_path: Path
) -> None:
    endless = Endless()
    async with upstream() as up:
        up.will("slow", endless)
        (tmp_path / "catalogue.toml").write_text(catalogue(up.url, "slow"))
        settings = settings_for(RouterSettings, catalogue=tmp_path / "catalogue.toml")
        assert isinstance(settings, RouterSettings)
        service = build(settings)
        async with running_app(service, tenant, Hasty) as app:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(app.url.rpartition(":")[2]), limit=1024)
            body = json.dumps({"model": "slow", "stream": True, "messages": [{"role": "user", "content": "Go on."}]})
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tenant.token}\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            assert b"200" in await reader.readline()
            async with asyncio.timeout(PATIENCE_S):
                await up.cancelled.wait()

            async def nobody_waits() -> bool:
                return not service.state.callers.waiting

            await until(nobody_waits)
            writer.transport.abort()
    assert endless.said < MOST
