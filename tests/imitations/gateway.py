"""A whole router in front of the imitations, and the official clients in front of it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import anthropic
import openai

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.events import PredictionMade
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from tests.imitations.asked import Seen
from tests.imitations.callers import Clients
from tests.imitations.rig import KEY
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.integration.router_site import Heard, listening

PROVIDERS: Final = {
    "openai": ('kind = "openai_shaped"\nbase_url = "{url}/v1"', "gpt-5-mini"),
    "responses": ('kind = "openai_shaped"\nbase_url = "{url}/v1"\nresponses = true', "gpt-5-mini"),
    "anthropic": ('kind = "anthropic"\nbase_url = "{url}"', "claude-sonnet-4-5"),
    "gemini": ('kind = "gemini"\nbase_url = "{url}/v1beta"', "gemini-2.5-flash"),
    "vertex": ('kind = "vertex"\nbase_url = "{url}/v1"\nproject = "p"\nlocation = "global"', "gemini-2.5-flash"),
    "bedrock": ('kind = "bedrock"\nbase_url = "{url}"\nregion = "eu-central-1"', "amazon.nova-lite-v1:0"),
}
MODEL: Final = """
[[models]]
name = "{name}"
provider = "{provider}"
upstream_model = "{upstream}"
tier = "{tier}"
context_window = 200_000
latency_ms = 100
capabilities = ["tools", "json", "vision"]
prices = {{ input = {price}, output = {output} }}
quality = {{ default = {quality} }}
"""
EMBEDDINGS: Final = """
[[embedding_models]]
name = "{name}-words"
provider = "{name}"
price = 0.02
"""


@dataclass(frozen=True, slots=True)
class Gateway:
    app: Running
    tenant: Tenant
    heard: Heard
    clients: Clients

    async def event(self, seen: Seen) -> PredictionMade:
        return await self.heard.of(seen.result_id)


def provider(name: str, url: str, key: Path) -> str:
    table = "\n".join([PROVIDERS[name][0].format(url=url), f'key = "file:{key}"'])
    return f"\n[providers.{name}]\n{table}\n"


def model(name: str, of: str = "", upstream: str = "", **how: Any) -> str:
    """Of the provider `of`, else of the one of its own name."""
    at = of or name
    given = {"tier": "fast", "price": 2, "output": 10, "quality": 0.7} | how
    return MODEL.format(name=name, provider=at, upstream=upstream or PROVIDERS[at][1], **given)


def key_file(folder: Path, key: str = KEY) -> Path:
    file = folder / f"key-{uuid4().hex[:8]}"
    file.write_text(key)
    return file


@asynccontextmanager
async def gateway_with(catalogue: Iterable[str], stack: Ground, folder: Path) -> AsyncIterator[Gateway]:
    name = f"tenant-{uuid4().hex[:8]}"
    token, row = new_token(name, frozenset(Scope))
    write_tokens(folder / "tokens.json", [row])
    (folder / "catalogue.toml").write_text("".join(catalogue))
    tenant = Tenant(name, token, folder / "tokens.json")
    settings = RouterSettings(
        kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
        kafka_idempotence=stack.idempotence,
        kafka_session_timeout_ms=stack.session_timeout_ms,
        kafka_partitions=3,
        bus_forgets=stack.forgets,
        mongodb_url=stack.mongodb_url,
        tokens_file=tenant.tokens_file,
        catalogue=folder / "catalogue.toml",
        explore=0,
    )
    async with (
        running_app(build(settings), tenant) as app,
        listening(stack, tenant) as heard,
        openai.AsyncOpenAI(base_url=f"{app.url}/v1", api_key=token, max_retries=0) as one,
        anthropic.AsyncAnthropic(base_url=app.url, api_key=token, max_retries=0) as other,
    ):
        yield Gateway(app, tenant, heard, Clients(one, other))
