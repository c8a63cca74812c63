import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import AutoReconnect, BulkWriteError

from ratchet_common.bulk import BulkInserter
from ratchet_common.errors import RetryLaterError
from ratchet_common.mongo import DUPLICATE_KEY, Document


class Collection:
    """Takes what `insert_many` is given, as MongoDB does when it is not ordered."""

    name = "notes"

    def __init__(self) -> None:
        self.documents: dict[Any, Document] = {}
        self.calls: list[int] = []
        self.away = False

    async def insert_many(self, documents: Sequence[Document], *, ordered: bool) -> None:
        assert not ordered
        self.calls.append(len(documents))
        await asyncio.sleep(0)
        if self.away:
            raise AutoReconnect("store:27017: connection refused")
        if any("poison" in document for document in documents):
            raise OverflowError("MongoDB can only handle up to 8-byte ints")
        twice = [d for d in documents if d["_id"] in self.documents]
        self.documents |= {d["_id"]: d for d in documents if d["_id"] not in self.documents}
        if twice:
            raise BulkWriteError({"writeErrors": [{"code": DUPLICATE_KEY} for _ in twice]})


@pytest.fixture
def collection() -> Collection:
    return Collection()


def inserter(collection: Collection, **how: int) -> BulkInserter:
    return BulkInserter(cast("AsyncCollection[Document]", collection), **how)


async def test_inserts_that_arrive_together_are_written_together(collection: Collection) -> None:
    bulk = inserter(collection, batch=3)
    waiting = [asyncio.create_task(bulk.insert({"_id": n})) for n in range(5)]
    await asyncio.sleep(0)
    assert [await bulk.write_once(), await bulk.write_once()] == [3, 2]
    await asyncio.gather(*waiting)
    assert (collection.calls, len(collection.documents)) == ([3, 2], 5)


async def test_an_insert_returns_only_when_it_is_written(collection: Collection) -> None:
    bulk = inserter(collection)
    waiting = asyncio.create_task(bulk.insert({"_id": 1}))
    await asyncio.sleep(0)
    assert not waiting.done()
    await bulk.write_once()
    await waiting


async def test_what_is_there_already_stays_as_it_is(collection: Collection) -> None:
    bulk = inserter(collection)
    collection.documents[1] = {"_id": 1, "first": True}
    waiting = [asyncio.create_task(bulk.insert({"_id": n})) for n in (1, 2)]
    await asyncio.sleep(0)
    await bulk.write_once()
    await asyncio.gather(*waiting)
    assert collection.documents == {1: {"_id": 1, "first": True}, 2: {"_id": 2}}


async def test_a_store_that_is_away_is_told_to_everybody_who_waits(collection: Collection) -> None:
    bulk = inserter(collection)
    collection.away = True
    waiting = [asyncio.create_task(bulk.insert({"_id": n})) for n in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(RetryLaterError):
        await bulk.write_once()
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(error) for error in told] == [RetryLaterError, RetryLaterError]


async def test_a_document_that_cannot_be_written_fails_alone(collection: Collection) -> None:
    bulk = inserter(collection)
    documents: list[Document] = [{"_id": 1}, {"_id": 2, "poison": 10**30}, {"_id": 3}]
    waiting = [asyncio.create_task(bulk.insert(document)) for document in documents]
    await asyncio.sleep(0)
    assert await bulk.write_once() == 3
    told = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(error) for error in told] == [type(None), OverflowError, type(None)]
    assert set(collection.documents) == {1, 3}


async def test_what_may_be_lost_does_not_wait_and_is_refused_when_the_queue_is_full(collection: Collection) -> None:
    bulk = inserter(collection, waiting=2)
    assert [bulk.offer({"_id": n}) for n in range(3)] == [True, True, False]
    collection.away = True
    with pytest.raises(RetryLaterError):
        await bulk.write_once()  # nobody waits for them, and nothing is said of errors never retrieved


async def test_whoever_waits_while_the_service_stops_is_told(collection: Collection) -> None:
    bulk = inserter(collection)
    waiting = asyncio.create_task(bulk.insert({"_id": 1}))
    await asyncio.sleep(0)
    writing = asyncio.create_task(bulk.write_once())
    await asyncio.sleep(0)
    writing.cancel()
    with pytest.raises(RetryLaterError, match="stopping"):
        await waiting


async def test_whoever_no_longer_waits_does_no_harm(collection: Collection) -> None:
    bulk = inserter(collection)
    waiting = [asyncio.create_task(bulk.insert({"_id": n})) for n in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await bulk.write_once()
    await waiting[1]


async def test_what_was_offered_is_taken_back_and_whoever_waits_is_not(collection: Collection) -> None:
    bulk = inserter(collection)
    waiting = asyncio.create_task(bulk.insert({"_id": 0, "documents": ["lease"]}))
    await asyncio.sleep(0)
    for n in (1, 2, 3):
        assert bulk.offer({"_id": n, "documents": ["lease" if n % 2 else "report"]})
    await bulk.withdraw(lambda document: "lease" in document["documents"])
    assert await bulk.write_once() == 2
    await waiting
    assert list(collection.documents) == [0, 2]


async def test_taking_back_waits_for_the_batch_under_way(collection: Collection) -> None:
    bulk = inserter(collection)
    assert bulk.offer({"_id": 1})
    writing = asyncio.create_task(bulk.write_once())
    await asyncio.sleep(0)
    assert (collection.calls, collection.documents) == ([1], {})
    await bulk.withdraw(lambda _: True)
    assert list(collection.documents) == [1]  # there, to be deleted
    await writing
