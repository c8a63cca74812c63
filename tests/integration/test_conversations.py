"""Kept conversations on the real store."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from ratchet_common import mongo
from ratchet_common.errors import RetryLaterError
from ratchet_common.mongo import Database
from ratchet_router.conversation_store import MongoConversationStore
from tests.integration.conftest import Ground
from tests.unit.router.responses.conversing import CASES, Case, over, tenant, turn


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    name = f"conversations-{uuid4().hex[:8]}"
    database = mongo.database(mongo.connect(stack.mongodb_url), name)
    yield database
    await database.client.drop_database(name)
    await database.client.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
async def test_kept_in_the_store(case: Case, database: Database) -> None:
    store = MongoConversationStore(database)
    await store.create_indexes()
    await case(store)


async def test_what_has_expired_is_swept(database: Database) -> None:
    store = MongoConversationStore(database)
    await store.create_indexes()
    indexes = await database.conversations.index_information()
    (ttl,) = [index for index in indexes.values() if index.get("expireAfterSeconds") == 0]
    assert ttl["key"] == [("expires_at", 1)]
    assert any(index["key"] == [("tenant", 1), ("user", 1)] for index in indexes.values())


async def test_every_document_names_its_tenant_and_its_end(database: Database) -> None:
    store, us = MongoConversationStore(database), tenant()
    await turn(over(store), us, "resp_1", user="ann")
    (document,) = await database.conversations.find({}).to_list()
    assert (document["_id"], document["tenant"], document["user"]) == (f"{us}:resp_1", us, "ann")
    assert document["expires_at"].tzinfo is not None


async def test_a_large_conversation_is_kept(database: Database) -> None:
    conversations, us = over(MongoConversationStore(database), limit=12 * 1024 * 1024), tenant()
    assert await turn(conversations, us, "resp_1", content="x" * 11_000_000)
    assert len((await conversations.history(us, "resp_1")).items[0]["content"]) == 11_000_000


async def test_a_store_that_is_away_is_a_reason_to_wait() -> None:
    database = mongo.database(mongo.connect("mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=100"), "router")
    conversations = over(MongoConversationStore(database), kept_for=timedelta(hours=1))
    with pytest.raises(RetryLaterError):
        await conversations.history("tenant", "resp_1")
    await database.client.close()
