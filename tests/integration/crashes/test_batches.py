"""A worker on a batch, crashed at each await: the next one submits nothing twice, and every answer is told once."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from ratchet_common.auth import Caller, Scope
from ratchet_common.events import PredictionMade
from ratchet_common.mongo import Database
from ratchet_router.api.chat import chat_completion
from ratchet_router.api.chat_body import read_chat
from ratchet_router.batches.batch import Batch
from ratchet_router.batches.creating import Batches, Wanted
from ratchet_router.batches.files import MongoFileStore
from ratchet_router.batches.store import MongoBatchStore
from ratchet_router.batches.worker import Worker
from ratchet_router.batches.working import Kind, Working
from tests.integration.crashing import CrashAt, CrashedError
from tests.unit.router.batches.fakes import FakeBatchPlatform, Purse
from tests.unit.router.fakes import World

ENDPOINT = "/v1/chat/completions"
LINE = {"custom_id": "a", "method": "POST", "url": ENDPOINT}
BODY = {"model": "small", "messages": [{"role": "user", "content": "When?"}]}
FIRST, STEP, MOST = 1, 3, 600  # of the awaits, every third: a trip to the store takes several


class Site:
    """One tenant's batch in the store, and workers that come and go."""

    def __init__(self, database: Database, platform: FakeBatchPlatform) -> None:
        self.database, self.platform = database, platform
        self.store, self.files = MongoBatchStore(database), MongoFileStore(database)
        self.caller = Caller(sha256="0" * 64, tenant=f"tenant-{uuid4().hex[:8]}", scopes=frozenset(Scope))

    async def batch(self) -> Batch:
        batches = Batches(self.store, self.files, [ENDPOINT], kept=timedelta(days=1))
        content = json.dumps(LINE | {"body": BODY}).encode()
        file = await batches.keep(self.caller, "in.jsonl", content, datetime.now(UTC))
        return await batches.create(Wanted(file.id, ENDPOINT), self.caller, datetime.now(UTC))

    async def work(self) -> None:
        """A worker of its own, until nothing is left to do."""
        working = Working(
            store=self.store,
            files=self.files,
            parts=World().parts,
            platforms={"simulated": self.platform},
            kinds={ENDPOINT: Kind(read_chat, chat_completion)},
            budgets=Purse(),
            poll_s=0,
            again_s=0,
        )
        while await Worker(working).round():
            pass

    async def leases_run_out(self) -> None:
        await self.database.batches.update_many({}, {"$set": {"lease.until_ms": 0, "due_at": 0.0}})

    async def told(self, batch: Batch) -> list[PredictionMade]:
        found = await self.database.batch_items.find({"tenant": batch.tenant}).to_list()
        return [msgspec.json.decode(e["body"], type=PredictionMade) for d in found for e in d["outbox"]]


@pytest.mark.slow
async def test_a_batch_survives_a_kill_at_any_point(database: Database) -> None:
    n, crashed = FIRST, True
    while crashed:
        assert n < MOST, "it comes to no end"
        site = Site(database, FakeBatchPlatform())
        batch = await site.batch()
        crashed = await _crashes(n, site)
        if crashed:
            await site.leases_run_out()
            await site.work()
        await _all_is_well(site, batch)
        n += STEP
    assert n > FIRST + STEP


async def _crashes(n: int, site: Site) -> bool:
    try:
        await CrashAt(n, site.work())
    except CrashedError:
        return True
    return False


async def _all_is_well(site: Site, batch: Batch) -> None:
    found = await site.store.get(batch.tenant, batch.id)
    assert found is not None
    assert (found.status, found.counts and found.counts.completed) == ("completed", 1)
    assert len(site.platform.batches) == 1
    assert [(e.outcome, e.usage.batch) for e in await site.told(batch)] == [("ok", True)]
