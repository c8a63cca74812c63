"""The router as a process of its own, between a provider that the test plays and the embedded stack."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web

from ratchet_cli.stack.ports import free_ports
from ratchet_common.auth import Scope, new_token, write_tokens
from tests.crash.processes import Victim
from tests.integration.conftest import Ground
from tests.integration.upstream import Does, chunks, saying

MODEL = """
[[models]]
name = "{name}"
provider = "up"
tier = "fast"
context_window = 100_000
latency_ms = 10
prices = {{ input = 1, output = 1 }}
quality = {{ default = 0.7 }}
"""
PROVIDER = """
[providers.up]
kind = "openai_shaped"
base_url = "{url}"
"""


def catalogue(url: str, *models: str) -> str:
    return PROVIDER.format(url=url) + "".join(MODEL.format(name=name) for name in models)


def slowly(text: str, pause_s: float) -> Does:
    """A stream, word by word; whole, as late."""

    async def does(request: web.Request, asked: dict[str, Any]) -> web.StreamResponse:
        if not asked.get("stream"):
            await asyncio.sleep(pause_s * len(text.split()))
            return await saying(text)(request, asked)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for chunk in chunks(asked, text, usage=True, finish="stop"):
            await response.write(chunk)
            await asyncio.sleep(pause_s)
        return response

    return does


@dataclass(frozen=True, slots=True)
class Process:
    victim: Victim
    folder: Path
    token: str
    client: aiohttp.ClientSession

    @property
    def catalogue(self) -> Path:
        return self.folder / "catalogue.toml"

    def signal(self, which: int) -> None:
        assert self.victim.process is not None
        self.victim.process.send_signal(which)

    async def models(self) -> list[str]:
        async with self.client.get("/api/models/catalogue") as answer:
            return [model["name"] for model in (await answer.json())["items"]]

    async def chat(self, model: str, **how: Any) -> tuple[int, str]:
        """Never the same twice, so that no cache stands between."""
        body = {"model": model, "messages": [{"role": "user", "content": uuid4().hex}], **how}
        async with self.client.post("/v1/chat/completions", json=body) as answer:
            return answer.status, await answer.text()

    def log(self) -> str:
        return self.victim.log.read_text()


@asynccontextmanager
async def router_process(stack: Ground, folder: Path, models: str, **environment: str) -> AsyncIterator[Process]:
    (port,) = free_ports(1)
    token, row = new_token("acme", frozenset(Scope))
    write_tokens(folder / "tokens.json", [row])
    (folder / "catalogue.toml").write_text(models)
    its = {
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka_bootstrap_servers,
        "KAFKA_IDEMPOTENCE": str(stack.idempotence),
        "KAFKA_PARTITIONS": "3",
        "KAFKA_SESSION_TIMEOUT_MS": str(stack.session_timeout_ms),
        "BUS_FORGETS": str(stack.forgets),
        "MONGODB_URL": stack.mongodb_url,
        "TOKENS_FILE": str(folder / "tokens.json"),
        "ROUTER_CATALOGUE": str(folder / "catalogue.toml"),
        "PORT": str(port),
    }
    victim = Victim("router", [sys.executable, "-m", "ratchet_router"], port, its | environment, folder / "router.log")
    victim.start()
    headers = {"Authorization": f"Bearer {token}"}
    try:
        await asyncio.to_thread(victim.wait_until_ready)
        async with aiohttp.ClientSession(victim.url, headers=headers) as client:
            yield Process(victim, folder, token, client)
    finally:
        await asyncio.to_thread(victim.stop)
