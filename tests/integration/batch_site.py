"""A router whose one provider has a batch API and whose other has none, its tenant, and OpenAI's client."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import openai
import pytest
import pytest_asyncio
from openai.types import Batch

from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from tests.integration.batch_upstream import BatchUpstream, batch_upstream
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.integration.router_site import Heard, listening, until
from tests.unit.providers.anthropic_batches_rig import AnthropicUpstream, anthropic_upstream

CATALOGUE = """
[providers.up]
kind = "openai_shaped"
base_url = "{url}"
batches = true

[providers.plain]
kind = "openai_shaped"
base_url = "{url}"

[providers.speaks]
kind = "openai_shaped"
base_url = "{url}"
responses = true
batches = true

[providers.claudes]
kind = "anthropic"
base_url = "{claudes}"
batches = true

[[models]]
name = "claude"
provider = "claudes"
tier = "premium"
context_window = 100_000
latency_ms = 30
prices = {{ input = 10, output = 100 }}
quality = {{ default = 0.5 }}

[[models]]
name = "speaker"
provider = "speaks"
tier = "premium"
context_window = 100_000
latency_ms = 30
prices = {{ input = 10, output = 100 }}
quality = {{ default = 0.5 }}
capabilities = ["responses"]

[[embedding_models]]
name = "vectors"
provider = "up"
price = 20

[[embedding_models]]
name = "vectors-alone"
provider = "plain"
price = 20

[[models]]
name = "cheap"
provider = "up"
tier = "fast"
context_window = 100_000
latency_ms = 10
prices = {{ input = 10, output = 100 }}
quality = {{ default = 0.6 }}

[[models]]
name = "alone"
provider = "plain"
tier = "premium"
context_window = 100_000
latency_ms = 20
prices = {{ input = 10, output = 100 }}
quality = {{ default = 0.7 }}
"""
ENDPOINT: Final = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Batching:
    settings: RouterSettings
    app: Running
    tenant: Tenant
    heard: Heard
    up: BatchUpstream
    claudes: AnthropicUpstream
    client: openai.AsyncOpenAI
    other: openai.AsyncOpenAI  # of another tenant

    async def begun(self, *lines: bytes | dict[str, Any], **how: Any) -> Batch:
        raw = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
        file = await self.client.files.create(file=("in.jsonl", raw), purpose="batch")
        asked = {"endpoint": ENDPOINT, "completion_window": "24h"} | how
        return await self.client.batches.create(input_file_id=file.id, **asked)

    async def ended(self, batch: Batch) -> Batch:
        async def over() -> Batch | None:
            found = await self.client.batches.retrieve(batch.id)
            return found if found.status in ("completed", "failed", "expired", "cancelled") else None

        found: Batch = await until(over)
        return found

    async def lines(self, file_id: str | None) -> dict[str, dict[str, Any]]:
        assert file_id is not None
        text = (await self.client.files.content(file_id)).text
        return {one["custom_id"]: one for one in map(json.loads, text.splitlines())}


def request(custom_id: str, text: str = "When?", model: str = "cheap", **how: Any) -> dict[str, Any]:
    body = {"model": model, "messages": [{"role": "user", "content": f"{text} {uuid4().hex}"}]}
    return {"custom_id": custom_id, "method": "POST", "url": ENDPOINT, "body": body} | how


def settings_in(
    folder: Path, stack: Ground, up: BatchUpstream, claudes: str = "http://127.0.0.1:9", **how: Any
) -> RouterSettings:
    (folder / "catalogue.toml").write_text(CATALOGUE.format(url=up.url, claudes=claudes))
    return RouterSettings(
        kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
        kafka_idempotence=stack.idempotence,
        kafka_session_timeout_ms=stack.session_timeout_ms,
        kafka_partitions=3,
        bus_forgets=stack.forgets,
        mongodb_url=stack.mongodb_url,
        tokens_file=folder / "tokens.json",
        catalogue=folder / "catalogue.toml",
        explore=0,
        batch_poll_ms=50,
        batch_again_ms=0,
        **how,
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def batching(stack: Ground, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Batching]:
    folder = tmp_path_factory.mktemp("batching")
    name = f"tenant-{uuid4().hex[:8]}"
    (token, row), (theirs, their_row) = (new_token(n, frozenset(Scope)) for n in (name, f"{name}-other"))
    write_tokens(folder / "tokens.json", [row, their_row])
    tenant = Tenant(name, token, folder / "tokens.json")
    async with batch_upstream() as up, anthropic_upstream() as claudes:
        settings = settings_in(folder, stack, up, claudes.url)
        async with (
            running_app(build(settings), tenant) as app,
            listening(stack, tenant) as heard,
            openai.AsyncOpenAI(base_url=f"{app.url}/v1", api_key=token, max_retries=0) as client,
            openai.AsyncOpenAI(base_url=f"{app.url}/v1", api_key=theirs, max_retries=0) as other,
        ):
            yield Batching(settings, app, tenant, heard, up, claudes, client, other)
