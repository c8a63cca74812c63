"""A worker on a batch, crashed at each await: the next one submits nothing twice, and every answer is told once."""

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from ratchet_common import mongo
from ratchet_common.auth import Caller, Scope
from ratchet_common.events import PredictionMade
from ratchet_common.mongo import Database
from ratchet_providers.secrets import Secret
from ratchet_providers.webhooks import Webhooks
from ratchet_providers.wire import Wire
from ratchet_router.api.batch_endpoints import ENDPOINTS
from ratchet_router.batches.batch import OVER, Batch
from ratchet_router.batches.callbacks import Callbacks
from ratchet_router.batches.creating import Batches, Wanted
from ratchet_router.batches.files import MongoFileStore
from ratchet_router.batches.single_store import MongoSingleStore
from ratchet_router.batches.store import MongoBatchStore
from ratchet_router.batches.worker import Worker
from ratchet_router.batches.working import Working
from tests.integration.conftest import Ground
from tests.integration.crashing import CrashAt, CrashedError
from tests.patience import PATIENCE_S
from tests.unit.router.batches.fakes import FakeBatchPlatform, Purse
from tests.unit.router.fakes import World

ENDPOINT = "/v1/chat/completions"
LINE = {"custom_id": "a", "method": "POST", "url": ENDPOINT}
BODY = {"model": "small", "messages": [{"role": "user", "content": "When?"}]}
STEP, MOST = 3, 1_000  # awaits; what the provider does takes as many


class Site:
    """One tenant's batch in the store, and workers that come and go."""

    def __init__(self, database: Database, platform: FakeBatchPlatform) -> None:
        self.database, self.platform, self.purse = database, platform, Purse()
        self.store, self.files = MongoBatchStore(database), MongoFileStore(database)
        self.caller = Caller(sha256="0" * 64, tenant=f"tenant-{uuid4().hex[:8]}", scopes=frozenset(Scope))

    async def batch(self) -> Batch:
        batches = Batches(
            self.store,
            self.files,
            [ENDPOINT],
            kept=timedelta(days=1),
            file_bytes=10_000,
            callbacks=Callbacks(Webhooks(Wire(), private=False), Secret("")),
        )
        file = await batches.keep(self.caller, "in.jsonl", _one_line(), datetime.now(UTC))
        return await batches.create(Wanted(file.id, ENDPOINT), self.caller, datetime.now(UTC))

    async def work(self) -> None:
        """A worker of its own, until nothing is left to do."""
        parts = replace(World().parts, batch_platforms={"simulated": self.platform})
        working = Working(
            store=self.store,
            files=self.files,
            singles=MongoSingleStore(self.database),
            current=lambda: parts,
            plans=ENDPOINTS,
            budgets=self.purse,
            poll_s=0,
            again_s=0,
        )
        while await Worker(working).round():
            pass

    async def is_taken_up(self, batch: Batch) -> None:
        """By later workers. What the dead one had sent may still come into force after its lease was over."""
        async with asyncio.timeout(PATIENCE_S):
            while (found := await self.store.get(batch.tenant, batch.id)) and found.status not in OVER:
                await self.database.batches.update_many({}, {"$set": {"lease.until_ms": 0, "due_at": 0.0}})
                await self.work()

    async def told(self, batch: Batch) -> list[PredictionMade]:
        found = await self.database.batch_items.find({"tenant": batch.tenant}).to_list()
        return [msgspec.json.decode(e["body"], type=PredictionMade) for d in found for e in d["outbox"]]


async def _one_line() -> AsyncGenerator[bytes, None]:
    yield json.dumps(LINE | {"body": BODY}).encode()


@pytest.mark.slow
async def test_a_batch_survives_a_kill_at_any_point(stack: Ground, database: Database) -> None:
    n, crashed = 1, True
    while crashed:
        assert n < MOST, "it comes to no end"
        client = mongo.connect(stack.mongodb_url)  # a crash keeps its connection
        crashed = await _crashes(n, Site(mongo.database(client, database.name), FakeBatchPlatform()))
        await client.close()
        n += STEP
    assert n > 10


async def _crashes(n: int, site: Site) -> bool:
    batch = await site.batch()
    try:
        await CrashAt(n, site.work())
    except CrashedError:
        await site.is_taken_up(batch)
        await _all_is_well(site, batch)
        return True
    await _all_is_well(site, batch)
    return False


async def _all_is_well(site: Site, batch: Batch) -> None:
    found = await site.store.get(batch.tenant, batch.id)
    assert found is not None
    assert (found.status, found.counts and found.counts.completed) == ("completed", 1)
    assert len(site.platform.batches) == 1
    (event,) = await site.told(batch)
    assert (event.outcome, event.usage.batch) == ("ok", True)
    assert (site.purse.held, site.purse.settled) == ({}, [event.cost_usd])
