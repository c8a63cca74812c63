"""Calls of the store, cancelled by the hundred at every moment: each runs to its end, and the store still answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient, UpdateOne
from pymongo.errors import AutoReconnect, BulkWriteError

from ratchet_common import mongo
from ratchet_common.mongo import Database, Document
from ratchet_common.whole_calls import with_whole_calls
from tests.integration.conftest import Ground
from tests.patience import PATIENCE_S

CALLS = 300
AT_ONCE = 60  # fewer than the driver has connections: a call must not wait for one and give up
MOMENTS = 40  # steps of the loop


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    database = with_whole_calls(mongo.database(client, f"whole-{uuid4().hex[:8]}"))
    yield database
    await mongo.settled()
    await client.drop_database(database.name)
    await client.close()


Ask = Callable[[Database, int], Coroutine[Any, Any, object]]


async def adds(database: Database, number: int) -> object:
    return await database.counters.update_one({"_id": number % 7}, {"$inc": {"count": 1}}, upsert=True)


async def inserts(database: Database, number: int) -> object:
    return await database["things"].insert_one({"_id": number})


async def reads(database: Database, _: int) -> object:
    return await database.things.find({}).sort("_id").to_list()


async def looks(database: Database, number: int) -> object:
    return await database.things.find_one({"_id": number})


async def pings(database: Database, _: int) -> None:
    await mongo.ping(database)


async def cancelled_in_turns(ask: Ask, database: Database) -> None:
    for first in range(0, CALLS, AT_ONCE):
        some = range(first, first + AT_ONCE)
        await asyncio.gather(*(cancelled(ask(database, n), 2 + n % MOMENTS) for n in some))
        await mongo.settled()


async def cancelled(asked: Coroutine[Any, Any, object], after: int) -> None:
    task = asyncio.create_task(asked)
    for _ in range(after):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_was_asked_for_is_done_though_nobody_waits_for_it(database: Database) -> None:
    for number in range(7):
        await adds(database, number)
    await cancelled_in_turns(adds, database)
    await cancelled_in_turns(inserts, database)
    found = await database.counters.find({}).to_list()
    assert sum(one["count"] for one in found) == CALLS + 7
    assert await database.things.count_documents({}) == CALLS


@pytest.mark.parametrize("ask", [adds, inserts, reads, looks, pings], ids=lambda ask: ask.__name__)
async def test_the_store_still_answers_afterwards(database: Database, ask: Ask) -> None:
    await asyncio.gather(*(cancelled(ask(database, n), n % MOMENTS) for n in range(CALLS)))
    async with asyncio.timeout(PATIENCE_S):
        await mongo.ping(database)
        await reads(database, 0)


async def test_a_write_that_takes_too_long_is_not_done_twice(stack: Ground) -> None:
    """Its document is looked for among many: whoever asked gives up first, and the driver must not ask again."""
    hasty = AsyncMongoClient[Document](stack.mongodb_url, socketTimeoutMS=10)
    patient = AsyncMongoClient[Document](stack.mongodb_url)
    name = f"whole-{uuid4().hex[:8]}"
    await patient[name].many.insert_many([{"_id": number, "a": number, "count": 0} for number in range(5_000)])
    try:
        with contextlib.suppress(AutoReconnect):  # a fast machine needs no second try
            await hasty[name].many.update_one({"a": 4_999}, {"$inc": {"count": 1}})
        await patient[name].many.update_one({"a": 4_999}, {"$set": {"seen": True}})  # begun later, and as long
        found = await patient[name].many.find_one({"_id": 4_999})
        assert found is not None
        assert found["count"] < 2  # none where the call did not even arrive
    finally:
        await patient.drop_database(name)
        await patient.close()
        await hasty.close()


async def test_an_index_may_take_longer_than_a_request(stack: Ground) -> None:
    """Built over many documents at a start: the way to the store is for requests, and gives up after a moment."""
    hasty = AsyncMongoClient[Document](stack.mongodb_url, socketTimeoutMS=60)
    patient = AsyncMongoClient[Document](stack.mongodb_url)
    name = f"whole-{uuid4().hex[:8]}"
    await patient[name].many.insert_many([{"_id": number, "a": number} for number in range(20_000)])
    try:
        await with_whole_calls(mongo.database(hasty, name)).many.create_index("a", name="by_a")
        assert "by_a" in await patient[name].many.index_information()
    finally:
        await patient.drop_database(name)
        await patient.close()
        await hasty.close()


async def test_whoever_waits_for_a_collection_is_told_of_each_write_to_it_and_of_no_other(stack: Ground) -> None:
    client = mongo.connect(stack.mongodb_url)
    name, told = f"whole-{uuid4().hex[:8]}", []
    whole = with_whole_calls(mongo.database(client, name))
    whole.on_write("things", lambda: told.append(1))
    try:
        await whole.others.insert_one({"_id": 1})
        assert not told
        await whole.things.insert_one({"_id": 1})
        await whole["things"].update_one({"_id": 1}, {"$set": {"a": 1}})
        await whole.things.bulk_write([UpdateOne({"_id": 1}, {"$set": {"a": 2}})])
        with pytest.raises(BulkWriteError):  # the second is there: the first one counts
            await whole.things.insert_many([{"_id": 2}, {"_id": 1}])
        assert len(told) == 4
    finally:
        await client.drop_database(name)
        await client.close()
