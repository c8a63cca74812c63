"""Real parts for the integration suite: the embedded stack, or a real Apache Kafka beside the embedded store."""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import aiohttp
import pytest
import uvicorn
from fastapi import FastAPI

from ratchet_cli.stack.ports import LOOPBACK
from ratchet_cli.stack.start import start_stack
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_common.bounded_http import BoundedHttp
from ratchet_common.serve import KEPT_ALIVE_S
from ratchet_common.settings import CommonSettings
from tests.kafka.rig import real_kafka
from tests.patience import SHORT_SESSION_MS
from tests.places import store_folder

S = TypeVar("S", bound=CommonSettings)
SettingsFor = Callable[..., CommonSettings]
ON_KAFKA = os.environ.get("RATCHET_TEST_BUS") == "kafka"

# What these show is of the store, of HTTP or of a handler alone, and the same on any bus: the embedded one is enough.
WHATEVER_THE_BUS = {
    "test_alerts", "test_analyst_reports", "test_api_batches", "test_bad_requests", "test_batch_callbacks",
    "test_batch_items", "test_batch_money", "test_batch_work", "test_building_while_erasing", "test_cloud_tuning",
    "test_conversations", "test_cost_of_embeddings", "test_dead_provider", "test_document_meanwhile",
    "test_document_work", "test_documents", "test_documents_graph", "test_documents_graph_by_model", "test_draining",
    "test_dropped_answers", "test_erased_batches", "test_evaluations", "test_expiring", "test_explaining",
    "test_feedback_browser", "test_feedback_decisions", "test_feedback_first_word", "test_feedback_rules",
    "test_forgotten", "test_forgotten_numbers", "test_hanging_up", "test_held_numbers", "test_idempotency_keys",
    "test_large_batches", "test_leases", "test_leavings", "test_limits", "test_long_requests", "test_marked_jobs",
    "test_private_text", "test_registered_versions", "test_reloading", "test_report_work", "test_reports",
    "test_searches", "test_slow_clients", "test_stack_processes", "test_tenants", "test_trainer_commands",
    "test_trainer_examples", "test_trainer_killed", "test_trainer_stores", "test_upserts", "test_whole_calls",
    "test_whole_handlers", "crashes.test_batches", "crashes.test_deleted_documents", "crashes.test_erasures",
    "crashes.test_feedback", "crashes.test_grouping", "crashes.test_monitor", "crashes.test_trainer_collection",
    "crashes.test_trainer_decisions",
}  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if ON_KAFKA:
        left_out = [item for item in items if _module(item.path) in WHATEVER_THE_BUS]
        items[:] = [item for item in items if _module(item.path) not in WHATEVER_THE_BUS]
        config.hook.pytest_deselected(items=left_out)


def _module(path: Path) -> str:
    return f"crashes.{path.stem}" if path.parent.name == "crashes" else path.stem


@dataclass(frozen=True, slots=True)
class Ground:
    kafka_bootstrap_servers: str
    mongodb_url: str
    idempotence: bool
    forgets: bool

    @property
    def session_timeout_ms(self) -> int:
        """Apache Kafka takes none under 6 s."""
        return SHORT_SESSION_MS if self.forgets else 10_000


@pytest.fixture(scope="session")
def stack() -> Iterator[Ground]:
    """`RATCHET_TEST_BUS=kafka` (set by `make test-kafka`) runs the same suite on Apache Kafka."""
    with contextlib.ExitStack() as parts:
        folder = parts.enter_context(store_folder())
        embedded = parts.enter_context(start_stack(folder / "data", lasting=False))
        if ON_KAFKA:
            servers = parts.enter_context(real_kafka(folder / "kafka"))
            yield Ground(servers, embedded.mongodb_url, idempotence=True, forgets=False)
        else:
            yield Ground(embedded.kafka_bootstrap_servers, embedded.mongodb_url, idempotence=False, forgets=True)


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant of the test's own: nothing of another test is visible to it."""

    name: str
    token: str
    tokens_file: Path

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def tenant(tmp_path: Path) -> Tenant:
    name = f"tenant-{uuid4().hex[:8]}"
    token, row = new_token(name, frozenset(Scope))
    write_tokens(tmp_path / "tokens.json", [row])
    return Tenant(name, token, tmp_path / "tokens.json")


@pytest.fixture
def settings_for(stack: Ground, tenant: Tenant, tmp_path: Path) -> SettingsFor:
    """`settings_for(RouterSettings, cache_ttl_s=60)`: its settings against the stack, and the test's tenant."""

    def make(kind: type[S], **extra: Any) -> S:
        given: dict[str, Any] = {
            "kafka_bootstrap_servers": stack.kafka_bootstrap_servers,
            "kafka_idempotence": stack.idempotence,
            "kafka_partitions": 3,
            "kafka_session_timeout_ms": stack.session_timeout_ms,
            "bus_forgets": stack.forgets,
            "mongodb_url": stack.mongodb_url,
            "tokens_file": tenant.tokens_file,
        }
        if "artifacts_url" in kind.model_fields:
            given["artifacts_url"] = (tmp_path / "artifacts").as_uri()
        return kind(**given | extra)

    return make


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    http: aiohttp.ClientSession

    async def get(self, path: str, **how: Any) -> tuple[int, Any]:
        async with self.http.get(self.url + path, **how) as response:
            return response.status, await response.json(content_type=None)

    async def post(self, path: str, body: Any = None, **how: Any) -> tuple[int, Any]:
        async with self.http.post(self.url + path, json=body, **how) as response:
            return response.status, await response.json(content_type=None)


REJOINED_S = 0.0 if ON_KAFKA else 6.0  # a heartbeat and a joining, and half as much again


@dataclass
class Replicas:
    """On Tansu nobody can join a group any more whose leader left before it had joined anew since another left."""

    running: int = 0
    left_at: float = -REJOINED_S  # while others stayed

    async def stopping(self) -> None:
        await asyncio.sleep(max(0.0, self.left_at + REJOINED_S - time.monotonic()))

    def stopped(self) -> None:
        self.running -= 1
        if self.running:
            self.left_at = time.monotonic()


_replicas = Replicas()


@asynccontextmanager
async def running_app(
    app: FastAPI, tenant: Tenant, speaking: type[BoundedHttp] = BoundedHttp
) -> AsyncIterator[Running]:
    """The app on a free loopback port, held from the start, and a client that carries the tenant's token."""
    listening = socket.socket()
    listening.bind((LOOPBACK, 0))
    port = listening.getsockname()[1]
    how: Any = {"http": speaking, "timeout_keep_alive": KEPT_ALIVE_S, "lifespan": "on", "log_config": None}
    server = uvicorn.Server(uvicorn.Config(app, port=port, **how))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        if serving.done():
            await serving
            raise AssertionError("the app did not start")
        await asyncio.sleep(0.02)
    _replicas.running += 1
    try:
        async with aiohttp.ClientSession(headers=tenant.headers) as http:
            yield Running(f"http://127.0.0.1:{port}", http)
    finally:
        await _replicas.stopping()
        server.should_exit = True
        await serving
        _replicas.stopped()
