"""Upserts of one document from many sides, on the real store."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
from pymongo import AsyncMongoClient

from ratchet_common import mongo
from ratchet_common.mongo import Database
from ratchet_common.upserts import upsert, upsert_where
from ratchet_feedback.store.feedback import MongoFeedbackStore
from tests.integration.conftest import Ground
from tests.unit.feedback.said import feedback

REPLICAS, ROUNDS, WRITES = 3, 10, 8
DAY = timedelta(days=1)


@pytest.fixture
async def replicas(stack: Ground) -> AsyncIterator[list[Database]]:
    """One database, through as many clients as there are replicas, which wait for as long as a busy store needs: the
    embedded one, unlike MongoDB, does twice what the driver asks for again after it has timed out."""
    name = f"upserts-{uuid4().hex[:8]}"
    patient = [AsyncMongoClient[mongo.Document](stack.mongodb_url, tz_aware=True) for _ in range(REPLICAS)]
    databases = [mongo.database(client, name) for client in patient]
    yield databases
    await databases[0].client.drop_database(name)
    for database in databases:
        await database.client.close()


async def test_no_upsert_is_lost_however_many_make_the_document(replicas: list[Database]) -> None:
    for n in range(ROUNDS):
        await asyncio.gather(*(upsert(r.counts, n, {"$inc": {"count": 1}}) for r in replicas for _ in range(WRITES)))
    counts = [document["count"] for document in await replicas[0].counts.find({}).to_list()]
    assert counts == [REPLICAS * WRITES] * ROUNDS


async def test_of_revisions_that_race_the_highest_stays(replicas: list[Database]) -> None:
    for n in range(ROUNDS):
        writes = [
            upsert_where(replicas[turn % REPLICAS].latest, [_newer(n, revision), _newer(-n - 1, revision)])
            for turn, revision in enumerate((2, 5, 1, 4, 3, 5))
        ]
        await asyncio.gather(*writes)
    stands = [document["revision"] for document in await replicas[0].latest.find({}).to_list()]
    assert stands == [5] * ROUNDS * 2


def _newer(key: int, revision: int) -> tuple[mongo.Document, mongo.Document]:
    return {"_id": key, "revision": {"$not": {"$gte": revision}}}, {"$set": {"revision": revision}}


async def test_words_of_one_user_that_arrive_at_once_each_have_their_revision(replicas: list[Database]) -> None:
    stores = [MongoFeedbackStore(database, answers_kept=DAY, text_kept=DAY) for database in replicas]
    said = feedback()
    await asyncio.gather(*(store.save(said) for store in stores for _ in range(WRITES)))
    (stands,) = await replicas[0].feedback.find({}).to_list()
    assert (stands["tenant"], stands["revision"]) == (said.tenant, REPLICAS * WRITES)
