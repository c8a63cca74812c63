"""A router of real parts for the tests, its tenant, and what comes out of Kafka."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer

from ratchet_common import mongo
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.bus import Bus
from ratchet_common.events import Event, PredictionMade, Serving, TrafficAssigned
from ratchet_common.topics import PREDICTIONS, TOPIC_OF
from ratchet_router.main import build
from ratchet_router.settings import RouterSettings
from tests.integration.conftest import Ground, Running, Tenant, running_app
from tests.patience import PATIENCE_S
from tests.unit.router.documents.records import record, served

VERSION = "classification-0a1b2c3d"
MAIL = {
    "task_type": "classification",
    "document_type": "email",
    "document_text": "Please send the draft by Monday.",
    "labels": ["request", "risk"],
}
CATALOGUE = """
[[embedding_models]]
name = "words"
provider = "simulated"
price = 0.02

[providers.nowhere]
kind = "openai_shaped"
base_url = "http://127.0.0.1:9/v1"

[[models]]
name = "quick"
provider = "simulated"
tier = "fast"
context_window = 100_000
latency_ms = 1
prices = { input = 1, output = 1 }
quality = { default = 0.6 }

[[models]]
name = "slow"
provider = "simulated"
tier = "balanced"
context_window = 100_000
latency_ms = 700
prices = { input = 2, output = 2 }
quality = { default = 0.7 }

[[models]]
name = "away"
provider = "nowhere"
tier = "premium"
context_window = 100_000
latency_ms = 900
prices = { input = 3, output = 3 }
quality = { default = 0.7 }

[platforms.local]
provider = "local_student"
tier = "fast"
latency_ms = 5
prices = { input = 0.01, output = 0.01 }
"""


@dataclass(frozen=True, slots=True)
class Site:
    settings: RouterSettings
    tenant: Tenant
    reader: str  # a token of the same tenant that may only look
    app: Running
    heard: "Heard"

    def mail(self, **how: Any) -> dict[str, Any]:
        """No two tests ask the same, so that no cache stands between them."""
        return MAIL | {"document_text": f"Please send draft {uuid4().hex} by Monday."} | how


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    stack: Ground, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> AsyncIterator[Site]:
    """A module may have settings of its own under the name SETTINGS."""
    folder = tmp_path_factory.mktemp("router")
    name = f"tenant-{uuid4().hex[:8]}"
    (token, row), (reader, reading) = new_token(name, frozenset(Scope)), new_token(name, frozenset({Scope.READ}))
    write_tokens(folder / "tokens.json", [row, reading])
    (folder / "catalogue.toml").write_text(CATALOGUE)
    settings = RouterSettings(
        kafka_bootstrap_servers=stack.kafka_bootstrap_servers,
        kafka_idempotence=stack.idempotence,
        kafka_session_timeout_ms=stack.session_timeout_ms,
        kafka_partitions=3,
        bus_forgets=stack.forgets,
        mongodb_url=stack.mongodb_url,
        tokens_file=folder / "tokens.json",
        catalogue=folder / "catalogue.toml",
        explore=0,
        **getattr(request.module, "SETTINGS", {}),
    )
    tenant = Tenant(name, token, folder / "tokens.json")
    async with running_app(build(settings), tenant) as app, listening(stack, tenant) as heard:
        yield Site(settings, tenant, reader, app, heard)


class Heard:
    """The tenant's predictions as they come out of Kafka."""

    def __init__(self, consumer: AIOKafkaConsumer, tenant: str) -> None:
        self._consumer, self._tenant = consumer, tenant
        self._seen: dict[UUID, PredictionMade] = {}

    async def of(self, result_id: str) -> PredictionMade:
        return await self.first(lambda event: event.result_id == UUID(result_id))

    async def first(self, wanted: Callable[[PredictionMade], bool]) -> PredictionMade:
        async with asyncio.timeout(PATIENCE_S):
            while not (found := [event for event in self._seen.values() if wanted(event)]):
                record = await self._consumer.getone()
                with contextlib.suppress(msgspec.DecodeError):  # other tests poison the topic on purpose
                    event = msgspec.json.decode(record.value, type=PredictionMade)
                    if event.tenant == self._tenant:
                        self._seen[event.event_id] = event
        return found[0]


@asynccontextmanager
async def listening(stack: Ground, tenant: Tenant) -> AsyncIterator[Heard]:
    consumer = AIOKafkaConsumer(
        PREDICTIONS.name, bootstrap_servers=stack.kafka_bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        yield Heard(consumer, tenant.name)
    finally:
        await consumer.stop()


async def said(settings: RouterSettings, event: Event) -> None:
    async with Bus(settings) as bus:
        topic = TOPIC_OF[type(event)]
        await bus.publish(topic.name, topic.key(event).encode(), msgspec.json.encode(event))


async def has_a_document(site: Site) -> None:
    """Its record alone, as of one that can be searched: for whoever has none the index is not asked."""
    client, id_ = mongo.connect(site.settings.mongodb_url), f"doc_{uuid4().hex}"
    one = record(id=id_, tenant=site.tenant.name, state="ready", served=served(id_))
    fields = msgspec.to_builtins(one, builtin_types=(datetime,))
    await mongo.database(client, "router").documents.insert_one({**fields, "_id": id_})
    await client.close()


async def until(look: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """Asks again until the answer is true."""
    end = time.monotonic() + patience_s
    while not (found := await look()):
        assert time.monotonic() < end, "it did not come about"
        await asyncio.sleep(0.1)
    return found


def assigned(
    tenant: Tenant, revision: int, shares: dict[str, int], artifact: str, *, sha256: str = "0", **how: Any
) -> TrafficAssigned:
    versions = {
        version: Serving(platform="base")
        if version == "base"
        else Serving(platform="local", artifact=artifact, sha256=sha256)
        for version in shares
    }
    return TrafficAssigned(
        tenant=tenant.name, task_type="classification", revision=revision, shares=shares, versions=versions, **how
    )


async def serves(site: Site, version: str) -> bool:
    _, decision = await site.app.post("/api/route", site.mail())
    return bool(decision["version_id"] == version)
