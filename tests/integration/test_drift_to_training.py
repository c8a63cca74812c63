"""From answers that get worse to a new version: monitor, two replicas of feedback, and trainer on one bus."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from aiokafka import AIOKafkaConsumer

from ratchet_common import mongo
from ratchet_common.bus import Bus
from ratchet_common.events import AlertChanged, Event, RetrainingFellDue
from ratchet_common.topics import RETRAIN_TRIGGERS
from ratchet_feedback.main import build as feedback
from ratchet_feedback.settings import FeedbackSettings
from ratchet_monitor.main import build as monitor
from ratchet_monitor.settings import MonitorSettings
from ratchet_trainer.main import build as trainer
from ratchet_trainer.settings import TrainerSettings
from tests.integration.conftest import Running, SettingsFor, Tenant, running_app
from tests.integration.test_monitor import publish
from tests.integration.test_trainer_rollout import ABOUT, LABELS, SAID, TASK
from tests.patience import PATIENCE_S
from tests.ready_workers import ready_workers
from tests.unit.monitor.make import joined, prediction

NEEDED = f"/api/models/feedback/retraining-needed?task_type={TASK}"


@dataclass(frozen=True, slots=True)
class Site:
    feedback: tuple[Running, Running]
    trainer: Running
    bus: Bus
    settings: FeedbackSettings


@asynccontextmanager
async def site(settings_for: SettingsFor, tenant: Tenant) -> AsyncIterator[Site]:
    watching = settings_for(
        MonitorSettings, drift_look_hours=0.001, drift_false_alarms_per_month=1000, measured_at_once=0
    )
    counting, training = settings_for(FeedbackSettings), settings_for(TrainerSettings, look_every_s=0.1)
    assert isinstance(watching, MonitorSettings)
    assert isinstance(counting, FeedbackSettings)
    assert isinstance(training, TrainerSettings)
    async with AsyncExitStack() as parts:
        await parts.enter_async_context(running_app(monitor(watching), tenant))
        first, second = [await parts.enter_async_context(running_app(feedback(counting), tenant)) for _ in range(2)]
        its = await parts.enter_async_context(running_app(trainer(training, ready_workers), tenant))
        yield Site((first, second), its, await parts.enter_async_context(Bus(counting)), counting)


def answered(tenant: str, first: int, at: datetime, *, right: float) -> list[Event]:
    """150 answers, and what people say of them: the label that would have been right."""
    dice = random.Random(first)
    found: list[Event] = []
    for number in range(first, first + 150):
        label, other = LABELS[:: 1 if dice.random() < 0.5 else -1]
        text = f"{dice.choice(SAID[label])} {dice.choice(ABOUT)} number {dice.randrange(10**6)}, {dice.choice(ABOUT)}."
        output = label if dice.random() < right else other
        asked = msgspec.Raw(msgspec.json.encode([{"role": "user", "name": "document", "content": text}]))
        its: dict[str, Any] = {"tenant": tenant, "task_type": TASK, "labels": LABELS, "input": asked, "output": output}
        found += [
            prediction(number, at=at, **its),
            joined(number, float(output == label), at=at, event_id=uuid4(), corrections={"label": label}, **its),
        ]
    return found


async def triggers_of(settings: FeedbackSettings, tenant: str, fewest: int) -> list[RetrainingFellDue]:
    """All that the topic has once there are so many, and nothing more comes for a second."""
    consumer = AIOKafkaConsumer(
        RETRAIN_TRIGGERS.name, bootstrap_servers=settings.kafka_bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    found: dict[UUID, RetrainingFellDue] = {}
    try:
        while (batches := await consumer.getmany(timeout_ms=1000)) or len(found) < fewest:
            said = [
                msgspec.json.decode(one.value, type=RetrainingFellDue) for batch in batches.values() for one in batch
            ]
            found |= {one.event_id: one for one in said if one.tenant == tenant}
    finally:
        await consumer.stop()
    return list(found.values())


async def until(app: Running, path: str, holds: Callable[[Any], bool]) -> Any:
    while True:
        status, body = await app.get(path)
        assert status == 200, body
        if holds(body):
            return body
        await asyncio.sleep(0.2)


async def opens_again(its: Site, tenant: str) -> None:
    """The drift closes and opens anew, and is counted again by whichever replica comes first."""
    client = mongo.connect(its.settings.mongodb_url)
    tallies = mongo.database(client, "feedback").tallies
    begun = datetime.now(UTC) + timedelta(minutes=1)
    alert = AlertChanged(
        tenant=tenant,
        alert_id=f"drift:{TASK}:again",
        kind="drift",
        severity="warning",
        state="open",
        subject=TASK,
        task_type=TASK,
        occurred_at=begun,
    )
    closed = msgspec.structs.replace(alert, event_id=uuid4(), state="closed", occurred_at=begun - timedelta(seconds=30))
    await publish(its.bus, closed, alert, alert)
    at = begun.replace(microsecond=begun.microsecond // 1000 * 1000)  # as the store keeps it
    while True:
        if await tallies.find_one({"tenant": tenant, "task_type": TASK, "drifted_at": at}):
            break
        await asyncio.sleep(0.2)
    await client.close()


async def test_drift_that_the_monitor_sees_becomes_one_training(settings_for: SettingsFor, tenant: Tenant) -> None:
    now, name = datetime.now(UTC), tenant.name
    async with asyncio.timeout(PATIENCE_S), site(settings_for, tenant) as its:
        was = answered(name, 0, now - timedelta(days=12), right=0.95)
        await publish(its.bus, *was, *answered(name, 1000, now, right=0.3))
        (trigger,) = await triggers_of(its.settings, name, 1)
        assert (trigger.task_type, trigger.reasons) == (TASK, ("drift",))

        job = await until(
            its.trainer, f"/api/models/jobs/{trigger.event_id}", lambda found: found["state"] == "succeeded"
        )
        assert (job["made_by"], job["reasons"]) == ("feedback", ["drift"])
        assert job["dataset_id"] is not None
        assert job["version_id"].startswith(f"{TASK}-")

        await opens_again(its, name)
        for replica in its.feedback:
            (need,) = (await replica.get(NEEDED))[1]["items"]
            assert (need["reasons"], need["due"], need["last_trigger"]["number"]) == (["drift"], False, 1)
            assert datetime.fromisoformat(need["cools_down_until"]) == datetime.fromisoformat(
                need["last_trigger"]["at"]
            ) + timedelta(hours=24)
        assert [one.event_id for one in await triggers_of(its.settings, name, 1)] == [trigger.event_id]
