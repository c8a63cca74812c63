"""Work that one worker at a time may do, on the real store."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common import lease, mongo
from ratchet_common.mongo import Document
from tests.integration.conftest import Ground

TO_MAKE = {"state": {"$in": ["asked", "writing"]}, "due_at": {"$lte": 5.0}}


@pytest.fixture
async def work(stack: Ground) -> AsyncIterator[AsyncCollection[Document]]:
    client = mongo.connect(stack.mongodb_url)
    database = mongo.database(client, f"leases-{uuid4().hex[:8]}")
    for field in ("due_at", "state"):
        await database.work.create_index(field)
    yield database.work
    await client.drop_database(database.name)
    await client.close()


def asked(name: str, **how: Any) -> Document:
    return {"_id": name, "state": "asked", "due_at": 1.0} | how


async def test_each_is_taken_once_however_many_ask_and_the_first_due_first(work: AsyncCollection[Document]) -> None:
    await work.insert_many(
        [asked("b", due_at=2.0), asked("a"), asked("later", due_at=9.0), asked("over", state="ready"), asked("c")]
    )
    first = await lease.take(work, TO_MAKE, seconds=60, order="due_at")
    assert first is not None
    assert first["_id"] in {"a", "c"}
    others = await asyncio.gather(*(lease.take(work, TO_MAKE, seconds=60) for _ in range(6)))
    taken = sorted(one["_id"] for one in (first, *others) if one is not None)
    assert taken == ["a", "b", "c"]


async def test_what_was_given_back_or_ran_out_is_taken_with_a_higher_epoch(work: AsyncCollection[Document]) -> None:
    await work.insert_one(asked("a"))
    epochs = []
    for seconds in (60.0, 0.0, 60.0):  # released; ran out
        taken = await lease.take(work, TO_MAKE, seconds=seconds)
        assert taken is not None
        epochs.append(taken["lease"]["epoch"])
        if seconds and len(epochs) == 1:
            await lease.release(work, taken)
        await asyncio.sleep(0.01)
    assert epochs == [1, 2, 3]
    assert await lease.take(work, TO_MAKE, seconds=60) is None


async def test_what_changes_while_it_is_taken_is_given_back_as_it_is(
    work: AsyncCollection[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report that is told to go between the two is not made, and nobody waits for its lease to run out."""
    await work.insert_many([asked("a"), asked("b", due_at=2.0)])
    find_one = work.find_one

    async def after_a_change(*args: Any, **kwargs: Any) -> Document | None:
        await work.update_one({"_id": "a"}, {"$set": {"state": "deleting"}})
        return await find_one(*args, **kwargs)

    monkeypatch.setattr(work, "find_one", after_a_change)
    taken = await lease.take(work, TO_MAKE, seconds=60, order="due_at")
    assert taken is not None
    assert taken["_id"] == "b"
    monkeypatch.undo()
    gone = await lease.take(work, {"state": "deleting"}, seconds=60)
    assert gone is not None
    assert gone["_id"] == "a"
