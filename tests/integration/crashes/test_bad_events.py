"""The way of an event into a service, crashed at every await: each good one has its effect once, each bad one is buried
once, none is lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from random import Random
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
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
from tests.integration.crashes.lives import Consumer, Log, crashes
from tests.unit.common.records import record
from tests.unit.feedback.said import feedback, prediction

SERVICE = "feedback"
GROUP = group_of(SERVICE, PREDICTIONS.name)
BATCH = 4
POISON = "poison"
WEEK = timedelta(days=7)


def store_in(database: mongo.Database) -> MongoFeedbackStore:
    return MongoFeedbackStore(database, answers_kept=WEEK, text_kept=WEEK)


def consumer(database: mongo.Database) -> Consumer:
    """The feedback service's own handler and store, with a bug that the model `poison` hits."""

    async def handle(made: Sequence[PredictionMade]) -> None:
        good = [event for event in made if event.model != POISON]
        if good:
            await on_predictions(good, store_in(database))
        if len(good) < len(made):
            raise ValueError("a bug, after half of the work")

    return Consumer(SERVICE, PREDICTIONS, handle, DeadLetters(database.dead_letters, SERVICE), BATCH)


@dataclass
class World:
    """One log, and what must come out of it."""

    log: Log
    good: set[UUID]
    rated: set[UUID]
    bad: set[UUID]


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
    """One life of a consumer, from its first connection on; False if it came to its end."""
    doomed = consumer(mongo.database(mongo.connect(stack.mongodb_url), name))
    return await crashes(doomed.run(log), at)


async def test_crashed_at_each_await_in_turn_and_started_again(stack: Ground, database: mongo.Database) -> None:
    """Ends with the first life that no crash reaches."""
    last = consumer(database)
    for at in count(1):
        world = await a_world(store_in(database))
        died = await crashed(stack, database.name, world.log, at)
        await last.run(world.log)
        await check(world, database)
        if not died:
            break
    assert at > 20
    assert await database.dead_letters.count_documents({}) == 2 * at
    assert await database.answers.count_documents({}) == 5 * at


async def test_crashed_again_and_again_at_random(stack: Ground, database: mongo.Database) -> None:
    random, last = Random(7), consumer(database)
    for _ in range(12):
        world = await a_world(store_in(database))
        for _ in range(4):
            await crashed(stack, database.name, world.log, random.randint(1, 40))
        await last.run(world.log)
        await check(world, database)


async def test_what_cannot_be_buried_while_the_store_is_away_is_not_passed_over(database: mongo.Database) -> None:
    log = Log()
    log.add(b"{")
    away = mongo.connect("mongodb://127.0.0.1:1")
    with pytest.raises(RetryLaterError):
        await consumer(mongo.database(away, "nowhere")).run(log)
    await away.close()
    assert log.committed == 0
    await consumer(database).run(log)
    assert await database.dead_letters.count_documents({}) == 1


async def test_a_letter_that_is_brought_back_reaches_its_own_group_only(database: mongo.Database) -> None:
    poison = prediction(model=POISON)
    log, its = Log(), consumer(database)
    log.add(msgspec.json.encode(poison))
    await its.run(log)
    await _replay(database, log)
    others: list[UUID] = []

    async def handle(made: Sequence[PredictionMade]) -> None:
        others.extend(event.result_id for event in made)

    await handle_batch(log.records, PREDICTIONS, "monitor.predictions", handle, its.letters.bury)
    assert others == [poison.result_id]  # the first time, and not again

    await its.run(log)  # the bug is still there: buried again, as another letter
    assert await database.dead_letters.count_documents({}) == 2
    await handle_batch(log.records[1:], PREDICTIONS, GROUP, handle, its.letters.bury)  # the bug is mended
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
