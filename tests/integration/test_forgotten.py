"""What a service notes of the forgotten, and what goes with them, on the real store."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace

from ratchet_common import mongo
from ratchet_common.dead_letters import DeadLetters
from ratchet_common.events import ErasureDone
from ratchet_common.forgotten import AT_ONCE, KEPT, MongoForgotten, Person, gone, letters_of
from ratchet_common.mongo import Database
from ratchet_common.persons import digest
from ratchet_router.conversation_store import MongoConversationStore
from ratchet_router.idempotency import once_of
from ratchet_router.idempotency_store import MongoKeyStore
from ratchet_router.store import MongoRouterStore
from ratchet_router.traces import MongoTraces
from tests.integration.conftest import Ground
from tests.integration.test_idempotency_keys import ENTRY
from tests.unit.common.records import record
from tests.unit.trainer.make_data import made, said

NOW = datetime.now(UTC).replace(microsecond=0)
ANN = Person("acme", digest("acme", "ann"), NOW + timedelta(hours=1))


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    its = mongo.database(client, f"forgotten-{uuid4().hex[:8]}")
    yield its
    await client.drop_database(its.name)
    await client.close()


async def test_the_latest_wish_counts_and_is_noted_until_nothing_can_come_back(database: Database) -> None:
    notes = MongoForgotten(database, "router")
    await notes.create_indexes()
    earlier = ANN._replace(asked_at=NOW - timedelta(days=1))
    for person in (ANN, earlier):
        assert await notes.begin(person, uuid4())
    other = ("globex", ANN.name)
    assert await notes.among([(ANN.tenant, ANN.name), other]) == {(ANN.tenant, ANN.name): ANN.asked_at}
    (note,) = await database.forgotten.find({}).to_list()
    assert note["until"] == ANN.asked_at + KEPT


async def test_it_is_told_once_what_was_removed(database: Database) -> None:
    notes, erasure_id = MongoForgotten(database, "router"), uuid4()
    await notes.begin(ANN, erasure_id)
    for count in (500, 20):
        await notes.count(ANN, erasure_id, "kept_answers", count)
    for _ in range(2):
        await notes.end(ANN, erasure_id)
    assert not await notes.begin(ANN, erasure_id)
    (note,) = await database.forgotten.find({}).to_list()
    (entry,) = note["outbox"]
    done = msgspec.json.decode(entry["body"], type=ErasureDone)
    assert (done.service, done.erasure_id, done.removed) == ("router", erasure_id, {"kept_answers": 520})
    assert entry["key"] == f"acme:{erasure_id}".encode()
    assert await notes.begin(ANN, uuid4())


async def test_many_go_a_few_at_a_time_and_others_stay(database: Database) -> None:
    many = 2 * AT_ONCE + 7
    await database.things.insert_many([{"whose": "ann"} for _ in range(many)] + [{"whose": "bob"}])
    counts = [count async for count in gone(database.things, {"whose": "ann"})]
    assert counts == [AT_ONCE, AT_ONCE, 7]
    assert await database.things.count_documents({}) == 1


async def test_letters_that_name_the_user_go_and_those_that_nobody_can_read_stay(database: Database) -> None:
    letters = DeadLetters(database.dead_letters, "trainer")
    bodies = [
        ("predictions", msgspec.json.encode(made(user="ann"))),
        ("feedback", msgspec.json.encode(said(user="bob", user_id="ann"))),
        ("feedback", msgspec.json.encode(said(user="ann", user_id="bob"))),
        ("predictions", msgspec.json.encode(made(user="bob"))),
        ("predictions", msgspec.json.encode(made(user="ann", tenant="globex"))),
        ("predictions", b'{"tenant": "acme", "user": "ann'),
        ("verdicts", b'{"tenant": "acme", "user": "ann"}'),
    ]
    for topic, body in bodies:
        await letters.bury(record(body, topic=topic), "why")
    assert [count async for count in letters_of(database.dead_letters, ANN, digest)] == [3]
    left = [letter["outbox"][0]["body"] for letter in await database.dead_letters.find({}).to_list()]
    assert sorted(left) == sorted(body for _, body in bodies[3:])


async def test_events_and_keys_go_with_a_wish_that_is_later_than_they_are(database: Database) -> None:
    """An old event that comes later has all steps done once more: what the user does since then is no part of it."""
    router, keys = MongoRouterStore(database), MongoKeyStore(database)
    yesterday = ANN._replace(asked_at=NOW - timedelta(days=1))
    old, new = (made(user="ann", occurred_at=yesterday.asked_at + timedelta(hours=hours)) for hours in (-1, 1))
    await asyncio.gather(router.hold(old), router.hold(new), router.held.write_once())
    held = await keys.hold(once_of("k", "acme", "/", b""), 30)
    assert held.done is not None
    await held.done(replace(ENTRY, user=ANN.name))
    traces = MongoTraces(database, MongoConversationStore(database))

    async def removed(person: Person) -> dict[str, int]:
        steps = ("events", "idempotency_keys")
        return {name: sum([count async for count in traces.steps[name](person)]) for name in steps}

    assert await removed(yesterday) == {"events": 1, "idempotency_keys": 0}
    (left,) = await database.outbox.find({}).to_list()
    assert left["outbox"][0]["id"].as_uuid() == new.event_id
    assert await removed(ANN) == {"events": 1, "idempotency_keys": 1}
