"""Two processes make the same document at once, and the store turns one of them away."""

from collections.abc import Sequence
from typing import Any, cast

import pytest
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import BulkWriteError, DuplicateKeyError

from ratchet_common.errors import RetryLaterError
from ratchet_common.mongo import DUPLICATE_KEY, Document
from ratchet_common.upserts import upsert, upsert_where

CHANGES = [({"_id": n, "revision": {"$lt": 2}}, {"$set": {"revision": 2}}) for n in range(3)]


class Collection:
    """Turns away the given numbers of upserts with the given error's code, and has what it took."""

    name = "notes"

    def __init__(self, *turned_away: int, code: int = DUPLICATE_KEY, times: int = 1) -> None:
        self.turned_away, self.code, self.times = turned_away, code, times
        self.took: list[tuple[Any, bool]] = []

    async def update_one(self, which: Document, _update: Document, *, upsert: bool) -> None:
        if self.times:
            self.times -= 1
            raise DuplicateKeyError("E11000 Ann's key", DUPLICATE_KEY)
        self.took.append((which, upsert))

    async def bulk_write(self, updates: Sequence[UpdateOne], *, ordered: bool) -> None:
        assert not ordered
        away = self.turned_away if self.times else ()
        self.times = 0
        self.took += [(u._filter, bool(u._upsert)) for n, u in enumerate(updates) if n not in away]
        if away:
            raise BulkWriteError({"writeErrors": [{"index": n, "code": self.code} for n in away]})


def asked(collection: Collection) -> AsyncCollection[Document]:
    return cast("AsyncCollection[Document]", collection)


async def test_an_upsert_that_was_turned_away_finds_the_document_the_next_time() -> None:
    collection = Collection(times=2)
    await upsert(asked(collection), "a", {"$inc": {"revision": 1}})
    assert collection.took == [({"_id": "a"}, True)]


async def test_one_that_is_turned_away_again_and_again_is_for_later_without_its_text() -> None:
    with pytest.raises(RetryLaterError, match="notes") as failed:
        await upsert(asked(Collection(times=99)), "a", {})
    assert "Ann" not in str(failed.value)


async def test_what_was_turned_away_is_tried_once_more_and_makes_nothing_then() -> None:
    collection = Collection(0, 2)
    await upsert_where(asked(collection), CHANGES)
    filters = [which for which, _ in CHANGES]
    assert collection.took == [(filters[1], True), (filters[0], False), (filters[2], False)]


async def test_another_trouble_than_a_duplicate_comes_out() -> None:
    with pytest.raises(BulkWriteError):
        await upsert_where(asked(Collection(1, code=121)), CHANGES)


async def test_nothing_to_write_asks_nothing() -> None:
    await upsert_where(asked(collection := Collection(0)), [])
    assert collection.took == []
