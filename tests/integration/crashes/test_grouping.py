"""Workers that make batches of single requests, crashed or racing: every request is in exactly one batch."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest

from ratchet_common import mongo
from ratchet_common.auth import Caller, Scope
from ratchet_common.mongo import Database
from ratchet_router.batches.files import MongoFileStore
from ratchet_router.batches.grouping import Grouping
from ratchet_router.batches.single import Enough, Single
from ratchet_router.batches.single_store import MongoSingleStore
from ratchet_router.batches.store import MongoBatchStore
from tests.integration.conftest import Ground
from tests.integration.crashing import CrashAt, CrashedError
from tests.patience import PATIENCE_S

DAY = timedelta(days=1)
STEP, MOST = 2, 300  # awaits
REPLICAS, REQUESTS = 3, 60


class Site:
    """One tenant's single requests, of two each that make a batch, and workers that come and go."""

    def __init__(self, database: Database, *, together: int = 2) -> None:
        self.database, self.together = database, together
        self.singles, self.batches = MongoSingleStore(database), MongoBatchStore(database)
        self.files = MongoFileStore(database)
        self.tenant = f"tenant-{uuid4().hex[:8]}"
        self.caller = msgspec.json.encode(Caller(sha256="0" * 64, tenant=self.tenant, scopes=frozenset(Scope)))

    def worker(self) -> Grouping:
        enough = Enough(items=self.together, size=10**6, age=timedelta(0))
        return Grouping(self.singles, self.batches, self.files, enough=enough, kept=DAY, now=lambda: datetime.now(UTC))

    async def ask(self) -> Single:
        now = datetime.now(UTC)
        single = Single(
            id=f"item_{uuid4().hex[:24]}",
            tenant=self.tenant,
            caller=self.caller,
            endpoint="/api/generate",
            group=self.tenant,
            body=b"{}",
            size=2,
            created_at=now,
            gone_at=now + DAY,
        )
        return await self.singles.put(single)

    async def is_taken_up(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while await self.database.batch_singles.count_documents({"tenant": self.tenant, "batch": ""}):
                await self.database.batch_groups.update_many({}, {"$set": {"lease.until_ms": 0}})
                await self.worker().round()
            await self.worker().round()

    async def all_is_well(self, singles: list[Single]) -> int:
        """Returns how many batches there are."""
        asked: Counter[str] = Counter()
        batches = await self.batches.listed(self.tenant, after=None, limit=1_000)
        for batch in batches:
            content = b"".join([chunk async for chunk in self.files.read(self.tenant, batch.input_file)])
            for number, line in enumerate(content.splitlines(), 1):
                name = msgspec.json.decode(line)["custom_id"]
                found = await self.singles.get(self.tenant, name)
                assert found is not None
                assert (found.batch, found.line) == (batch.id, number)
                asked[name] += 1
        assert asked == Counter(single.id for single in singles)
        return len(batches)


@pytest.mark.slow
async def test_a_group_survives_a_kill_at_any_point(stack: Ground, database: Database) -> None:
    n, crashed = 1, True
    while crashed:
        assert n < MOST, "it comes to no end"
        client = mongo.connect(stack.mongodb_url)  # a crash keeps its connection
        crashed = await _crashes(n, Site(mongo.database(client, database.name)))
        await client.close()
        n += STEP
    assert n > 10


async def _crashes(n: int, site: Site) -> bool:
    singles = [await site.ask() for _ in range(2)]
    crashed = False
    try:
        await CrashAt(n, site.worker().round())
    except CrashedError:
        crashed = True
    await site.is_taken_up()
    assert await site.all_is_well(singles) == 1
    return crashed


async def test_replicas_that_race_close_each_group_once(stack: Ground, database: Database) -> None:
    clients = [mongo.connect(stack.mongodb_url) for _ in range(REPLICAS)]
    sites = [Site(mongo.database(client, database.name), together=5) for client in clients]
    for site in sites:
        site.tenant, site.caller = sites[0].tenant, sites[0].caller

    async def works(site: Site) -> None:
        for _ in range(20):
            await site.worker().round()

    asking = asyncio.gather(*(sites[n % REPLICAS].ask() for n in range(REQUESTS)))
    await asyncio.gather(*(works(site) for site in sites))
    singles = await asking
    await sites[0].is_taken_up()
    await sites[0].all_is_well(list(singles))
    for client in clients:
        await client.close()
