"""What has expired goes on every store: by MongoDB's own watch, or by ours where the store is the embedded one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ratchet_common import expiring, mongo
from ratchet_common.whole_calls import WholeDatabase, with_whole_calls
from tests.integration.conftest import Ground

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[WholeDatabase]:
    name = f"expiring-{uuid4().hex[:8]}"
    client = mongo.connect(stack.mongodb_url)
    yield with_whole_calls(mongo.database(client, name))
    await client.drop_database(name)
    await client.close()


async def test_the_embedded_store_is_told_from_mongodb(database: WholeDatabase) -> None:
    assert not await expiring.watches(database)


async def test_where_the_store_watches_it_is_told_what_expires(database: WholeDatabase) -> None:
    await database.things.create_index("until", expireAfterSeconds=5)
    assert (await database.things.index_information())["until_1"]["expireAfterSeconds"] == 5
    assert not database.expiries


async def test_where_it_does_not_what_has_expired_is_swept_and_nothing_else(database: WholeDatabase) -> None:
    database.watched = False
    await database.things.create_index("until", expireAfterSeconds=0)
    await database.words.create_index([("at", 1)], expireAfterSeconds=3600)
    for collection in (database.things, database.words):
        assert not [its for its in (await collection.index_information()).values() if "expireAfterSeconds" in its]
    hour = timedelta(hours=1)
    times = {"gone": NOW - hour - hour, "late": NOW - hour / 2, "now": NOW, "to come": NOW + hour, "never": None}
    for name, time in times.items():
        await database.things.insert_one({"_id": name, "until": time})
        await database.words.insert_one({"_id": name, "at": time})
    await database.things.insert_one({"_id": "untimed"})
    await expiring.sweep(database.expiries, NOW)
    assert {its["_id"] for its in await database.things.find().to_list()} == {"now", "to come", "never", "untimed"}
    assert {its["_id"] for its in await database.words.find().to_list()} == {"late", "now", "to come", "never"}


async def test_an_index_of_an_earlier_release_gives_way(database: WholeDatabase) -> None:
    await database.things.create_index("until", expireAfterSeconds=0)
    await database.things.create_index("place")
    database.watched = False
    for _ in range(2):  # as at every start
        await database.things.create_index("until", expireAfterSeconds=0)
    indexes = await database.things.index_information()
    assert sorted(indexes) == ["_id_", "place_1", "until_swept"]
    assert "expireAfterSeconds" not in indexes["until_swept"]


async def test_an_earlier_release_may_come_back(database: WholeDatabase) -> None:
    database.watched = False
    await database.things.create_index("until", expireAfterSeconds=0)
    database.watched = True
    await database.things.create_index("until", expireAfterSeconds=0)
    assert (await database.things.index_information())["until_1"]["expireAfterSeconds"] == 0
