"""Clients that hang up by the hundred, at every moment of a request."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest

from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.integration.router_site import CATALOGUE, until

pytestmark = pytest.mark.asyncio
CLIENTS = 240
MOMENTS = 60


def request(tenant: Tenant, *, stream: bool) -> bytes:
    messages = [{"role": "user", "content": uuid4().hex}]
    body = json.dumps({"model": "quick", "messages": messages, "stream": stream}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {tenant.token}\r\n"
    return head.encode() + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


async def hang_up(app: Running, tenant: Tenant, number: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", int(app.url.rpartition(":")[2]))
    writer.write(request(tenant, stream=bool(number % 2)))
    await writer.drain()
    await asyncio.sleep(number % MOMENTS * 0.006)
    writer.transport.abort()


async def test_the_store_still_answers_when_hundreds_have_hung_up(
    settings_for: SettingsFor, tenant: Tenant, tmp_path: Path
) -> None:
    (tmp_path / "catalogue.toml").write_text(CATALOGUE)
    settings = settings_for(RouterSettings, catalogue=tmp_path / "catalogue.toml")
    assert isinstance(settings, RouterSettings)
    service = build(settings)
    async with running_app(service, tenant) as app:
        await asyncio.gather(*(hang_up(app, tenant, number) for number in range(CLIENTS)))

        async def nobody_waits() -> bool:
            return not service.state.callers.waiting

        await until(nobody_waits)
        status, _ = await app.post(
            "/v1/chat/completions", {"model": "quick", "messages": [{"role": "user", "content": "When?"}]}
        )
        assert status == 200
