"""A user of some requests of a batch is forgotten: the batch stays whole, and says of these that they went."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from ratchet_common import mongo
from ratchet_common.errors import RetryLaterError
from ratchet_common.forgotten import Person
from ratchet_common.mongo import Database
from ratchet_common.persons import digest
from ratchet_router.batches.batch import Batch
from ratchet_router.batches.traces import MongoBatchTraces
from tests.integration.batch_work import SlowPlatform, Work, ask
from tests.integration.conftest import Ground

KEPT = timedelta(days=7)


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    its = mongo.database(client, f"erased-{uuid4().hex[:8]}")
    await MongoBatchTraces(its, kept=KEPT).create_indexes()
    yield its
    await client.drop_database(its.name)
    await client.close()


async def forget(work: Work, at: datetime | None = None, tenant: str = "") -> dict[str, int]:
    of = tenant or work.caller.tenant
    ann = Person(of, digest(of, "ann"), at or work.now)
    steps = MongoBatchTraces(work.database, kept=KEPT).steps
    return {kind: sum([count async for count in step(ann)]) for kind, step in steps.items()}


async def of_three(work: Work) -> Batch:
    return await work.batch(ask("a", user="ann"), ask("b", user="bob"), ask("c", user="ann"))


async def test_what_came_back_is_emptied_and_the_others_stay(database: Database) -> None:
    work = Work(database, {"simulated": SlowPlatform(end=True)})
    batch = await work.ended(await of_three(work))
    before = await work.said(batch)
    assert await forget(work, tenant="another") == {"batch_files": 0, "batch_requests": 0, "single_requests": 0}
    assert await forget(work) == {"batch_files": 1, "batch_requests": 2, "single_requests": 0}
    said = await work.said(batch)
    assert {name: (said[name]["error"] or {}).get("code") for name in "abc"} == {
        "a": "erased",
        "b": None,
        "c": "erased",
    }
    assert (said["a"]["response"], said["b"]) == (None, before["b"])
    assert len(await work.told(batch)) == 1
    assert await work.files.get(batch.tenant, batch.input_file) is None
    assert await forget(work) == {"batch_files": 0, "batch_requests": 0, "single_requests": 0}


async def test_one_that_is_under_way_comes_to_its_end(database: Database) -> None:
    platform = SlowPlatform()
    work = Work(database, {"simulated": platform})
    batch = await of_three(work)
    await work.step()
    await forget(work)
    platform.end = True
    ended = await work.ended(batch)
    assert ended.status == "completed"
    assert ended.counts is not None
    assert (ended.counts.total, ended.counts.completed, ended.counts.failed) == (3, 1, 2)
    assert (await work.said(batch))["a"]["error"]["code"] == "erased"


async def test_it_waits_while_nobody_knows_whose_the_requests_are(database: Database) -> None:
    work = Work(database, {"simulated": SlowPlatform(end=True)})
    asked_at = work.now
    batch = await of_three(work)
    with pytest.raises(RetryLaterError):
        await forget(work)
    await work.ended(batch)
    later = await work.ended(await of_three(work))  # made after it was asked for
    assert await forget(work, asked_at) == {"batch_files": 1, "batch_requests": 2, "single_requests": 0}
    assert (await work.said(later))["a"]["error"] is None
