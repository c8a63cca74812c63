import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import AutoReconnect

from ratchet_common.errors import RetryLaterError
from ratchet_common.look_ups import LookUps
from ratchet_common.mongo import Document


class Found:
    def __init__(self, collection: "Collection", ids: list[bytes]) -> None:
        self._collection, self._ids = collection, ids

    async def to_list(self) -> list[Document]:
        await asyncio.sleep(0.01)
        if self._collection.wrong is not None:
            raise self._collection.wrong
        return [{"_id": id_, "said": id_.decode()} for id_ in self._ids if id_ != b"absent"]


class Collection:
    """Gives what `find` is asked for by id, as MongoDB does."""

    def __init__(self) -> None:
        self.queries: list[int] = []
        self.wrong: Exception | None = None

    def find(self, wanted: Mapping[str, Any], _fields: Mapping[str, int]) -> Found:
        ids = wanted["_id"]["$in"]
        self.queries.append(len(ids))
        return Found(self, ids)


@pytest.fixture
def collection() -> Collection:
    return Collection()


@pytest.fixture
def look_ups(collection: Collection) -> LookUps:
    return LookUps(cast("AsyncCollection[Document]", collection), {"said": 1}, batch=3)


async def test_each_gets_its_own_document_or_none(look_ups: LookUps) -> None:
    found = await asyncio.gather(*map(look_ups.one, (b"a", b"absent", b"b", b"a")))
    assert [document and document["said"] for document in found] == ["a", None, "b", "a"]


async def test_what_is_asked_side_by_side_goes_together(look_ups: LookUps, collection: Collection) -> None:
    await asyncio.gather(*(look_ups.one(b"%d" % n) for n in range(5)))
    assert collection.queries == [3, 2]


async def test_one_that_comes_later_is_answered_too(look_ups: LookUps, collection: Collection) -> None:
    assert await look_ups.one(b"a")
    assert await look_ups.one(b"b")
    assert collection.queries == [1, 1]


async def test_a_store_that_is_away_is_told_to_all_and_asked_again(look_ups: LookUps, collection: Collection) -> None:
    collection.wrong = AutoReconnect("store:27017: connection refused")
    told = await asyncio.gather(look_ups.one(b"a"), look_ups.one(b"b"), return_exceptions=True)
    assert [type(error) for error in told] == [RetryLaterError, RetryLaterError]
    collection.wrong = None
    assert await look_ups.one(b"a")


async def test_who_gives_up_keeps_nobody_from_an_answer(look_ups: LookUps) -> None:
    gone = asyncio.create_task(look_ups.one(b"a"))
    stays = asyncio.create_task(look_ups.one(b"b"))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays
    assert gone.cancelled()


async def test_a_bug_reaches_who_asked(look_ups: LookUps, collection: Collection) -> None:
    collection.wrong = OverflowError("a value that is no BSON")
    with pytest.raises(OverflowError):
        await look_ups.one(b"a")
