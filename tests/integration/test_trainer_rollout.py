"""From feedback to all of the traffic: the trainer with real parts around it, and its stores under races."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import uuid4

import msgspec
import pytest
from aiokafka import AIOKafkaConsumer
from fastapi import FastAPI

from ratchet_common import mongo
from ratchet_common.bus import Bus
from ratchet_common.events import (
    Decision,
    Event,
    FeedbackJoined,
    PredictionMade,
    RetrainingFellDue,
    TrafficAssigned,
    Usage,
    VerdictReached,
)
from ratchet_common.mongo import Database
from ratchet_common.topics import TOPIC_OF, TRAFFIC
from ratchet_trainer.jobs import Job, JobState, Patience, Step, begun, cancellation, prepared, triggered
from ratchet_trainer.main import build
from ratchet_trainer.rollout import By, Rollout, Standing, assigned, start
from ratchet_trainer.settings import TrainerSettings
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.store.rollouts import MongoRolloutStore
from ratchet_trainer.store.versions import MongoVersionStore
from ratchet_trainer.versions import BASE_SERVING, Version, VersionState, serving
from tests.integration.conftest import Ground, Running, SettingsFor, Tenant, running_app

TASK = "classification"
LABELS = ("request", "risk")
SAID = {
    "request": ("please send", "could you provide", "we kindly ask for", "would you share"),
    "risk": ("the delay endangers", "we may lose", "the budget overruns threaten", "a failure would stop"),
}
ABOUT = ("the draft", "the launch", "our contract", "the report", "the figures", "the review", "the site", "the parts")


def answered(tenant: str, count: int) -> list[Event]:
    """Answers of the catalogue's models, wrong in half of the cases, and what people say of them."""
    dice = random.Random(42)
    events: list[Event] = []
    for number in range(count):
        label = LABELS[number % 2]
        text = (
            f"{dice.choice(SAID[label])} {dice.choice(ABOUT)} number {dice.randrange(10**6)} of {dice.choice(ABOUT)}."
        )
        output = label if number % 4 < 2 else LABELS[(number + 1) % 2]
        made = _prediction(tenant, text, output)
        events += [made, _correction(made, label, output)]
    return events


def _prediction(tenant: str, text: str, output: str) -> PredictionMade:
    return PredictionMade(
        tenant=tenant,
        result_id=uuid4(),
        task_type=TASK,
        unit=uuid4().hex,
        model="m",
        version_id="base",
        tier="fast",
        decision=Decision(assigned_by="routed"),
        outcome="ok",
        usage=Usage(),
        cost_usd=Decimal("0.01"),
        latency_ms=900.0,
        labels=LABELS,
        input=msgspec.Raw(msgspec.json.encode([{"role": "user", "name": "document", "content": text}])),
        output=output,
    )


def _correction(made: PredictionMade, label: str, output: str) -> FeedbackJoined:
    return FeedbackJoined(
        tenant=made.tenant,
        result_id=made.result_id,
        user_id="u1",
        revision=1,
        task_type=TASK,
        version_id="base",
        model="m",
        input=made.input,
        output=output,
        rating="positive" if label == output else "negative",
        score=float(label == output),
        score_source="correction",
        corrections={"label": label},
        labels=LABELS,
        cost_usd=made.cost_usd,
        latency_ms=made.latency_ms,
    )


def verdict(rollout: dict[str, Any], tenant: str, conclusion: Literal["advance", "roll_back"]) -> VerdictReached:
    return VerdictReached(
        tenant=tenant,
        task_type=TASK,
        revision=rollout["revision"],
        experiment_id=f"{TASK}:{rollout['canary']}:{rollout['revision']}",
        version_id=rollout["canary"],
        conclusion=conclusion,
        why="the numbers say so",
    )


def due(tenant: str) -> RetrainingFellDue:
    return RetrainingFellDue(tenant=tenant, task_type=TASK, reasons=("50 corrections (limit 50)",))


async def publish(bus: Bus, events: Sequence[Event]) -> None:
    for event in events:
        topic = TOPIC_OF[type(event)]
        await bus.publish(topic.name, topic.key(event).encode(), msgspec.json.encode(event))


async def until(app: Running, path: str, holds: Callable[[Any], bool]) -> Any:
    while True:
        status, body = await app.get(path)
        if status == 200 and holds(body):
            return body
        await asyncio.sleep(0.1)


async def traffic_of(ground: Ground, tenant: str, revisions: int) -> list[TrafficAssigned]:
    """What the bus has, once all of them are there."""
    consumer = AIOKafkaConsumer(
        TRAFFIC.name, bootstrap_servers=ground.kafka_bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    found: dict[int, TrafficAssigned] = {}
    try:
        while len(found) < revisions:
            event = msgspec.json.decode((await consumer.getone()).value, type=TrafficAssigned)
            if event.tenant == tenant:
                found[event.revision] = event
    finally:
        await consumer.stop()
    return [found[revision] for revision in sorted(found)]


@pytest.fixture
def trainer(settings_for: SettingsFor) -> Callable[[], FastAPI]:
    def make() -> FastAPI:
        settings = settings_for(TrainerSettings, look_every_s=0.1)
        assert isinstance(settings, TrainerSettings)
        return build(settings)

    return make


async def test_feedback_becomes_a_version_that_takes_all_of_the_traffic(
    trainer: Callable[[], FastAPI], settings_for: SettingsFor, tenant: Tenant, stack: Ground
) -> None:
    jobs, rollout = "/api/models/jobs", f"/api/models/rollouts/{TASK}"
    async with asyncio.timeout(120), Bus(settings_for(TrainerSettings)) as bus:
        async with running_app(trainer(), tenant) as app:
            first, second = due(tenant.name), due(tenant.name)
            await publish(bus, [first, first, second])
            listed = await until(app, jobs, lambda page: len(page["items"]) == 2)
            assert {job["part_of"] for job in listed["items"]} == {None, str(first.event_id)}
            await until(
                app, f"{jobs}/{first.event_id}", lambda job: job["reason"] == "waiting for 50 examples, 0 are there"
            )
            assert (await app.post(jobs, {"task_type": TASK}))[0] == 422
        async with running_app(trainer(), tenant) as app:
            await publish(bus, answered(tenant.name, 300))
            job = await until(app, f"{jobs}/{first.event_id}", lambda job: job["state"] == "succeeded")
            assert job["triggers"] == [str(second.event_id)]
            canary = await until(app, rollout, lambda found: found["state"] == "canary")
            assert canary["shares"] == {job["version_id"]: 10, "base": 90}
            await _look_at_the_evaluation(app, job["version_id"])
            await publish(bus, [verdict(canary, tenant.name, "advance")] * 2)
            half = await until(app, rollout, lambda found: found["state"] == "half")
            await publish(bus, [verdict(canary, tenant.name, "roll_back"), verdict(half, tenant.name, "advance")])
            live = await until(app, rollout, lambda found: found["state"] == "live")
            assert (live["revision"], live["holdout"]["version_id"]) == (3, "base")
            await _roll_back_by_hand(app, job["version_id"])
            heard = await traffic_of(stack, tenant.name, 4)
    assert [event.shares.get(job["version_id"]) for event in heard] == [10, 50, 100, None]
    assert heard[0].versions[job["version_id"]].sha256.startswith(job["version_id"].removeprefix(f"{TASK}-"))
    assert heard[-1].revoked == (job["version_id"],)


async def _look_at_the_evaluation(app: Running, version_id: str) -> None:
    _, version = await app.get(f"/api/models/versions/{version_id}")
    assert (version["state"], version["traffic_percentage"], version["parent"]) == ("canary", 10, "base")
    _, found = await app.get(f"/api/models/evaluations/{version['evaluation_id']}")
    assert found["passed"]
    assert found["benchmark_score"] > found["against"]["score"]
    assert found["gain_over_floor"]["low"] > 0
    assert len(found["case_by_case"]) == found["cases"] > 0
    _, listed = await app.get("/api/models/versions", params={"task_type": TASK})
    assert [item["version_id"] for item in listed["items"]] == ["base", version_id]


async def _roll_back_by_hand(app: Running, version_id: str) -> None:
    path = f"/api/models/versions/{version_id}/rollback"
    assert (await app.post("/api/models/versions/summary-00000000/rollback"))[0] == 404
    status, rolled = await app.post(path, {"why": "people complain"})
    assert (status, rolled["state"], rolled["shares"]) == (200, "idle", {"base": 100})
    assert rolled["history"][-1]["why"] == "people complain"
    assert (await app.post(path))[0] == 409
    _, version = await app.get(f"/api/models/versions/{version_id}")
    assert version["state"] == "rolled_back"


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    yield mongo.database(client, f"trainer-{uuid4().hex[:8]}")
    await client.close()


async def test_however_many_triggers_race_one_job_is_open(database: Database) -> None:
    store, now = MongoJobStore(database, lease_s=30), datetime.now(UTC)
    await store.create_indexes()
    made = [triggered(due("acme"), "local", now) for _ in range(8)]
    await asyncio.gather(*(store.add_or_take_along(job, now) for job in made * 2))
    found, _ = await store.list("acme", task_type=TASK, state=None, limit=200, cursor=None)
    assert Counter(job.state for job in found) == {JobState.QUEUED: 1, JobState.CANCELLED: 7}
    (open_job,) = [job for job in found if job.state is JobState.QUEUED]
    assert {job.part_of for job in found} == {None, open_job.job_id}


async def _taken(take: Callable[[], Awaitable[Any]]) -> Any:
    while True:
        found = await take()
        if found is not None:
            return found
        await asyncio.sleep(0.05)


async def test_whoever_was_overtaken_or_cancelled_writes_nothing_more(database: Database) -> None:
    store, now = MongoJobStore(database, lease_s=0.5), datetime.now(UTC)
    await store.create_indexes()
    job: Job = triggered(due("acme"), "local", now)
    await store.add_or_take_along(job, now)
    slow = await _taken(lambda: store.take(now))
    quick = await _taken(lambda: store.take(now))  # once the lease has run out
    working = begun(quick.value, now, Patience())
    assert await store.save(quick, working)
    assert not await store.save(slow, prepared(working, "d1", now))
    assert not await store.renew(slow)
    step: Step = cancellation("ann", now)
    cancelled = await store.cancel("acme", job.job_id, step)
    assert (cancelled.state, cancelled.history[-1].reason) == (JobState.CANCELLED, "cancelled by ann")
    assert not await store.save(quick, prepared(working, "d1", now))
    await store.add_or_take_along(triggered(due("acme"), "local", now), now)
    queued, _ = await store.list("acme", task_type=None, state=JobState.QUEUED, limit=10, cursor=None)
    assert len(queued) == 1


async def test_of_changes_that_race_one_is_written_with_its_event(database: Database) -> None:
    store, by = MongoRolloutStore(database), By("ann", "because", datetime.now(UTC).replace(microsecond=0))
    await store.create_indexes()
    version = Version(
        tenant="acme",
        version_id="classification-0a1b2c3d",
        task_type=TASK,
        platform="local",
        base_model="student",
        artifact="file:///x",
        sha256="0a" * 32,
        dataset_id="d1",
        parent="base",
        job_id="j",
        created_at=by.at,
    )
    fresh = await store.get("acme", TASK)
    on_trial = start(fresh, version.version_id, "base", 10, by)
    event = assigned(on_trial, {"base": BASE_SERVING, version.version_id: serving(version)})
    written = await asyncio.gather(*(store.save(on_trial, event) for _ in range(8)))
    assert written.count(True) == 1
    assert await store.get("acme", TASK) == on_trial
    assert await store.get("other", TASK) == Rollout(tenant="other", task_type=TASK)
    document = await database.rollouts.find_one({"_id": f"acme:{TASK}"})
    assert document is not None
    assert document["unsent"] == len(document["outbox"]) == 1
    await _the_version_follows(database, version)


async def _the_version_follows(database: Database, version: Version) -> None:
    store = MongoVersionStore(database, lease_s=30)
    await store.create_indexes()
    assert await store.add(version)
    assert not await store.add(version)
    await store.stand("acme", version.version_id, Standing(VersionState.LIVE, 100), 3)
    await store.stand("acme", version.version_id, Standing(VersionState.CANARY, 10), 2)
    followed = await store.get("acme", version.version_id)
    assert (followed.state, followed.traffic_percentage) == (VersionState.LIVE, 100)
    assert await store.take_to_judge(datetime.now(UTC) + timedelta(days=1)) is None
