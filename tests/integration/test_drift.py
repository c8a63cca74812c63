"""Drift on real parts: streams under several workers, and the way from events to an alert, over HTTP and Kafka."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer

from ratchet_common import mongo
from ratchet_common.bus import Bus
from ratchet_common.events import AlertChanged, Event
from ratchet_common.topics import ALERTS, PREDICTIONS
from ratchet_monitor.drift.streams import Streams
from ratchet_monitor.drift.windows import Lengths
from ratchet_monitor.drifting import DriftRules
from ratchet_monitor.hours import Keeping, TaskKey
from ratchet_monitor.intake import Intake
from ratchet_monitor.main import build
from ratchet_monitor.settings import MonitorSettings
from ratchet_monitor.store import MonitorStore
from ratchet_monitor.store.keys import kept_key
from ratchet_monitor.streaming import Streaming
from tests.integration.conftest import Ground, SettingsFor, Tenant, running_app
from tests.integration.test_monitor import publish, until
from tests.patience import PATIENCE_S
from tests.unit.monitor.make import HOUR, NOW, joined, prediction

KEEPING = Keeping(timedelta(days=30), timedelta(days=400))
RULES = DriftRules(1.0, timedelta(hours=6), allowed=0.05, tolerance=0.0, lengths=Lengths())
TASK = TaskKey("acme", "summary")


@pytest.fixture
async def store(stack: Ground) -> AsyncIterator[MonitorStore]:
    client = mongo.connect(stack.mongodb_url)
    name = f"monitor-{uuid4().hex[:8]}"
    store = MonitorStore(mongo.database(client, name), KEEPING)
    await store.create_indexes()
    yield store
    await client.drop_database(name)
    await client.close()


async def test_each_fact_is_taken_once_however_many_workers_there_are(store: MonitorStore) -> None:
    draw, made = random.Random(1), [prediction(n, at=HOUR) for n in range(120)]
    came = NOW - timedelta(minutes=20)
    workers = [Streaming(store.to_stream, store.facts, store.streams, store.alerts, RULES, KEEPING) for _ in range(4)]
    for start in range(0, 120, 30):
        came += timedelta(minutes=3)
        at = came
        intake = Intake(store.facts, store.changed, KEEPING, lambda at=at: at, streams=store.to_stream)  # type: ignore[misc]
        await intake.predictions(draw.sample(made[: start + 30], start + 30))
        await asyncio.gather(*(one.once(came + timedelta(minutes=2)) for one in workers))
    idle = 0
    while idle < 3:
        idle = 0 if await workers[0].once(NOW) else idle + 1
        await asyncio.sleep(0.3)
    streams, _ = await store.streams.load(TASK)
    assert [one.signals["failures"].state.seen for one in streams.streams] == [120]
    assert await store.streams.detectors_of_others(TaskKey("acme", "qa")) == streams.detectors
    assert await store.streams.detectors_of_others(TASK) == 0
    assert await store.streams.load(TaskKey("globex", "summary")) == (Streams(), 0)


async def test_a_turn_is_taken_by_one_and_comes_again_when_it_is_due(store: MonitorStore) -> None:
    await store.looks.set({TASK})
    await store.looks.set({TASK, TaskKey("acme", "qa")})
    assert await store.looks.of_tenant("acme") == 3  # two tasks, and all of them
    turns = await asyncio.gather(*(store.looks.take(NOW) for _ in range(6)))
    taken = [turn for turn in turns if turn]
    assert len({turn.task for turn in taken}) == len(taken) <= 3
    while (turn := await store.looks.take(NOW)) is not None:
        taken.append(turn)
    assert {turn.task.task_type for turn in taken} == {"", "summary", "qa"}
    for turn in taken:
        await store.looks.done(turn, {"a subject": NOW}, NOW + timedelta(hours=6))
    assert await store.looks.take(NOW + timedelta(hours=5)) is None


@pytest.mark.parametrize(("heard", "left"), [(True, 2), (False, 0)])
async def test_what_is_heard_of_while_it_is_looked_at_keeps_its_turn(
    store: MonitorStore, heard: bool, left: int
) -> None:
    await store.looks.set({TASK})
    turns = [turn for turn in (await store.looks.take(NOW), await store.looks.take(NOW)) if turn]
    assert {turn.task.task_type for turn in turns} == {"", "summary"}
    if heard:
        await store.looks.set({TASK})  # an hour of it was built since its windows were read
    for turn in turns:
        await store.looks.drop(turn, NOW + timedelta(hours=6))
    assert await store.looks.of_tenant("acme") == left


async def test_all_replicas_have_one_key_for_the_words(stack: Ground) -> None:
    client = mongo.connect(stack.mongodb_url)
    name = f"monitor-{uuid4().hex[:8]}"
    keys = await asyncio.gather(*(kept_key(mongo.database(client, name)) for _ in range(5)))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    await client.drop_database(name)
    await client.close()


def text(words: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode([{"role": "user", "content": words}]))


def answers(tenant: str, first: int, n: int, at: datetime, *, good: float, output: str) -> list[Event]:
    draw, found = random.Random(first), []
    for number in range(first, first + n):
        asked = text("What is it that the bank and the customer have agreed on?")
        made = prediction(number, at=at, tenant=tenant, input=asked, output=output, confidence=0.8)
        score = float(draw.random() < good)
        found += [made, joined(number, score, at=at, tenant=tenant, event_id=uuid4(), unit=made.unit)]
    return found


BROKEN: dict[str, dict[str, Any]] = {
    "an unknown version of the schema": {"type": "prediction.made.v9"},
    "a negative cost": {"cost_usd": "-1"},
    "no number": {"latency_ms": "NaN"},
    "a negative latency": {"latency_ms": -5.0},
    "NaN for a cost": {"cost_usd": "NaN"},
    "a clock that is days ahead": {"result_id": None},
}


def broken(tenant: str, now: datetime) -> list[bytes]:
    found = []
    for number, changes in enumerate(BROKEN.values()):
        ahead = now + timedelta(days=3) if "result_id" in changes else now
        event = msgspec.json.decode(msgspec.json.encode(prediction(90_000 + number, at=ahead, tenant=tenant)))
        found.append(msgspec.json.encode(event | {k: v for k, v in changes.items() if v is not None}))
    return found


async def alerts_of(settings: MonitorSettings, tenant: str) -> list[AlertChanged]:
    found: list[AlertChanged] = []
    servers = settings.kafka_bootstrap_servers
    consumer = AIOKafkaConsumer(ALERTS.name, bootstrap_servers=servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        while not found:
            for batch in (await consumer.getmany(timeout_ms=1000)).values():
                said = [msgspec.json.decode(record.value, type=AlertChanged) for record in batch]
                found += [one for one in said if one.tenant == tenant and one.kind == "drift"]
    finally:
        await consumer.stop()
    return found


async def test_from_events_to_an_alert_of_drift(settings_for: SettingsFor, tenant: Tenant) -> None:
    every_text = {"measured_at_once": 500}  # how many come in a batch differs from machine to machine
    settings = settings_for(MonitorSettings, drift_look_hours=0.001, drift_false_alarms_per_month=1000, **every_text)
    assert isinstance(settings, MonitorSettings)
    now, name = datetime.now(UTC), tenant.name
    refusal = "I'm sorry, but I can't help with that. " * 6
    was = answers(name, 0, 150, now - timedelta(days=12), good=0.95, output="They agreed on a price.")
    lately = answers(name, 1000, 150, now, good=0.2, output=refusal)
    async with asyncio.timeout(PATIENCE_S), running_app(build(settings), tenant) as app, Bus(settings) as bus:
        for record in broken(name, now):
            await bus.publish(PREDICTIONS.name, b"poison", record)
        await publish(bus, *was, *lately, *was[:20], *lately[::7])
        numbers = await until(
            app, "/api/models/performance?task_type=summary", lambda found: found["scored_predictions"] == 300
        )
        assert numbers["total_predictions"] == 300
        drift = await until(
            app, "/api/models/performance/drift?task_type=summary", lambda found: found["drifted"] is True
        )
        drifted = {one["feature"] for one in drift["features"] if one["drifted"]}
        assert {"accuracy", "refusals", "output length (characters)"} <= drifted
        assert not {"inputs", "input language", "input length (characters)", "latency (ms)"} & drifted
        (accuracy,) = (one for one in drift["features"] if one["feature"] == "accuracy")
        assert accuracy["interval"][1] < -0.05
        assert "That is drift" in accuracy["why"]
        said = await alerts_of(settings, name)
        assert {(one.state, one.task_type) for one in said} == {("open", "summary")}
        _, found = await app.get("/api/models/performance/accuracy?task_type=summary&days=30")
        assert found["whole"]["raw"]["n"] == 300
        assert found["whole"]["weighted"]["interval"][0] < found["whole"]["weighted"]["value"]
        assert found["whole"]["judge"] is None
        _, mix = await app.get("/api/models/performance/drift")
        assert {one["task_type"] for one in mix["features"]} == {"", "summary"}
        _, nobody = await app.get("/api/models/performance/drift?model_version=nobody&task_type=summary")
        assert not nobody["drifted"]
        assert (await app.get("/api/models/performance/drift?task_type=poetry"))[0] == 404
        assert (await app.get("/api/models/performance/accuracy?task_type=poetry"))[0] == 404
    client = mongo.connect(settings.mongodb_url)
    letters = mongo.database(client, "monitor").dead_letters
    assert await letters.count_documents({"topic": PREDICTIONS.name}) >= len(BROKEN)
    await client.close()
