"""The way of an event into a service, crashed at every await: each good one has its effect once, each bad one is buried
once, none is lost."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from aiokafka import ConsumerRecord
from bson import Binary

from ratchet_common import mongo
from ratchet_common.dead_letters import DeadLetters, bring_back, letter_id
from ratchet_common.errors import RetryLaterError
from ratchet_common.events import PredictionMade
from ratchet_common.messaging import handle_batch
from ratchet_common.topics import PREDICTIONS, group_of
from ratchet_feedback.consumers import on_predictions
from ratchet_feedback.store.documents import answer_key
from ratchet_feedback.store.feedback import MongoFeedbackStore
from ratchet_feedback.submit import submit
from tests.integration.conftest import Ground
from tests.integration.crashing import CrashAt, CrashedError
from tests.unit.common.records import record
from tests.unit.feedback.said import feedback, prediction

SERVICE = "feedback"
GROUP = group_of(SERVICE, PREDICTIONS.name)
BATCH = 4
POISON = "poison"
WEEK = timedelta(days=7)


@dataclass
class Log:
    """A partition: its records, and the offset up to which its group has committed."""

    records: list[ConsumerRecord] = field(default_factory=list)
    committed: int = 0

    def add(self, value: bytes, key: bytes = b"acme:1", headers: dict[str, bytes] | None = None) -> None:
        self.records.append(record(value, offset=len(self.records), key=key, headers=headers))

    def fetch(self) -> list[ConsumerRecord]:
        return self.records[self.committed : self.committed + BATCH]

    async def commit(self, offset: int) -> None:
        await asyncio.sleep(0)
        self.committed = offset
        await asyncio.sleep(0)


@dataclass
class Consumer:
    """The feedback service's own handler and store, with a bug that the model `poison` hits."""

    database: mongo.Database

    def __post_init__(self) -> None:
        self.store = MongoFeedbackStore(self.database, answers_kept=WEEK, text_kept=WEEK)
        self.letters = DeadLetters(self.database.dead_letters, SERVICE)

    async def handle(self, made: Sequence[PredictionMade]) -> None:
        good = [event for event in made if event.model != POISON]
        if good:
            await on_predictions(good, self.store)
        if len(good) < len(made):
            raise ValueError("a bug, after half of the work")

    async def run(self, log: Log) -> None:
        while records := log.fetch():
            await handle_batch(records, PREDICTIONS, GROUP, self.handle, self.letters.bury)
            await log.commit(records[-1].offset + 1)


@dataclass
class World:
    """One log, and what must come out of it."""

    log: Log
    good: set[UUID]
    rated: set[UUID]
    bad: set[UUID]


@asynccontextmanager
async def fresh(stack: Ground, name: str) -> AsyncIterator[mongo.Database]:
    client = mongo.connect(stack.mongodb_url)
    yield mongo.database(client, name)
    await client.close()


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[mongo.Database]:
    async with fresh(stack, f"crashes-{uuid4().hex[:8]}") as its:
        yield its
        await its.client.drop_database(its.name)


async def a_world(store: MongoFeedbackStore) -> World:
    """Five good predictions, two of which have feedback waiting; one that hits the bug; one that nobody can read."""
    made = [prediction() for _ in range(5)]
    poison = prediction(model=POISON)
    for event in made[:2]:
        await submit(feedback(result_id=event.result_id), store)
    log = Log()
    for value in (
        *(msgspec.json.encode(event) for event in made[:2]),
        b'{"tenant": "' + uuid4().hex.encode(),
        msgspec.json.encode(poison),
        *(msgspec.json.encode(event) for event in made[2:]),
    ):
        log.add(value)
    bad = {letter_id(log.records[place], GROUP) for place in (2, 3)}
    return World(log, {e.result_id for e in made}, {e.result_id for e in made[:2]}, bad)


async def check(world: World, database: mongo.Database) -> None:
    """Counts what came out: each thing exactly once."""
    answers = [answer_key(("acme", result_id)) for result_id in world.good]
    assert await database.answers.count_documents({"_id": {"$in": answers}}) == len(world.good)
    rated = [answer_key(("acme", result_id)) for result_id in world.rated]
    joined = await database.feedback.find({"about": {"$in": rated}}).to_list()
    assert [(d["state"], d["unsent"], len(d["outbox"])) for d in joined] == [("joined", 1, 1)] * len(world.rated)
    letters = await database.dead_letters.find({"_id": {"$in": [Binary.from_uuid(i) for i in world.bad]}}).to_list()
    assert [(d["unsent"], len(d["outbox"])) for d in letters] == [(1, 1)] * len(world.bad)
    assert world.log.committed == len(world.log.records)


async def crashed(stack: Ground, name: str, log: Log, at: int) -> bool:
    """One life of a consumer; False if it came to its end. Its client stays open: closing it may wait for ever."""
    consumer = Consumer(mongo.database(mongo.connect(stack.mongodb_url), name))
    try:
        await CrashAt(at, consumer.run(log))
    except CrashedError:
        return True
    return False


async def test_crashed_at_each_await_in_turn_and_started_again(stack: Ground, database: mongo.Database) -> None:
    """Ends with the first life that no crash reaches."""
    last = Consumer(database)
    for at in count(1):
        world = await a_world(last.store)
        died = await crashed(stack, database.name, world.log, at)
        await last.run(world.log)
        await check(world, database)
        if not died:
            break
    assert at > 20
    assert await database.dead_letters.count_documents({}) == 2 * at
    assert await database.answers.count_documents({}) == 5 * at


async def test_crashed_again_and_again_at_random(stack: Ground, database: mongo.Database) -> None:
    random, last = Random(7), Consumer(database)
    for _ in range(12):
        world = await a_world(last.store)
        for _ in range(4):
            await crashed(stack, database.name, world.log, random.randint(1, 40))
        await last.run(world.log)
        await check(world, database)


async def test_what_cannot_be_buried_while_the_store_is_away_is_not_passed_over(database: mongo.Database) -> None:
    log = Log()
    log.add(b"{")
    away = mongo.connect("mongodb://127.0.0.1:1")
    with pytest.raises(RetryLaterError):
        await Consumer(mongo.database(away, "nowhere")).run(log)
    await away.close()
    assert log.committed == 0
    await Consumer(database).run(log)
    assert await database.dead_letters.count_documents({}) == 1


async def test_a_letter_that_is_brought_back_reaches_its_own_group_only(database: mongo.Database) -> None:
    poison = prediction(model=POISON)
    log, consumer = Log(), Consumer(database)
    log.add(msgspec.json.encode(poison))
    await consumer.run(log)
    await _replay(database, log)
    others: list[UUID] = []

    async def handle(made: Sequence[PredictionMade]) -> None:
        others.extend(event.result_id for event in made)

    await handle_batch(log.records, PREDICTIONS, "monitor.predictions", handle, consumer.letters.bury)
    assert others == [poison.result_id]  # the first time, and not again

    await consumer.run(log)  # the bug is still there: buried again, as another letter
    assert await database.dead_letters.count_documents({}) == 2
    await handle_batch(log.records[1:], PREDICTIONS, GROUP, handle, consumer.letters.bury)  # the bug is mended
    assert others == [poison.result_id] * 2


async def _replay(database: mongo.Database, log: Log) -> None:
    """What the relay sends to the dead-letter topic comes back to the log."""
    letter: Any = await database.dead_letters.find_one({})
    assert letter["reason"] == "ValueError in the handler"
    (waiting,) = letter["outbox"]
    buried = record(waiting["body"], topic=waiting["topic"], key=waiting["key"], headers=waiting["headers"])

    async def publish(topic: str, key: bytes, body: bytes, headers: dict[str, bytes]) -> None:
        assert topic == PREDICTIONS.name
        log.add(body, key, headers)

    assert buried.topic == PREDICTIONS.dead_letters
    await bring_back(buried, publish)
