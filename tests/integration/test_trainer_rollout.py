"""From feedback to all of the traffic: the trainer with real parts around it."""

import asyncio
import random
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Literal
from uuid import uuid4

import msgspec
from aiokafka import AIOKafkaConsumer

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
from ratchet_common.topics import TOPIC_OF, TRAFFIC
from ratchet_trainer.main import build
from ratchet_trainer.settings import TrainerSettings
from tests.integration.conftest import Ground, Running, SettingsFor, Tenant, running_app
from tests.patience import PATIENCE_S
from tests.ready_workers import ready_workers

TASK = "classification"
LABELS = ("request", "risk")
SAID = {
    "request": ("please send", "could you provide", "we kindly ask for", "would you share"),
    # In words that the simulated model does not know: else it may be right in all of the few that are held out.
    "risk": ("the late start endangers", "we might miss", "the budget overruns threaten", "an outage would stop"),
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


def verdict(
    rollout: dict[str, Any], tenant: str, conclusion: Literal["advance", "hold", "roll_back"]
) -> VerdictReached:
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


ENOUGH = 250


async def test_feedback_becomes_a_version_that_takes_all_of_the_traffic(
    settings_for: SettingsFor, tenant: Tenant, stack: Ground
) -> None:
    jobs, rollout = "/api/models/jobs", f"/api/models/rollouts/{TASK}"
    settings = settings_for(TrainerSettings, look_every_s=0.1, min_examples=ENOUGH)  # the words come bit by bit
    assert isinstance(settings, TrainerSettings)
    async with (
        asyncio.timeout(PATIENCE_S),
        Bus(settings) as bus,
        running_app(build(settings, ready_workers), tenant) as app,
    ):
        first, second = due(tenant.name), due(tenant.name)
        await publish(bus, [first, first, second])
        listed = await until(app, jobs, lambda page: len(page["items"]) == 2)
        assert {job["part_of"] for job in listed["items"]} == {None, str(first.event_id)}
        waits = f"waiting for {ENOUGH} examples, 0 are there"
        await until(app, f"{jobs}/{first.event_id}", lambda job: job["reason"] == waits)
        assert (await app.post(jobs, {"task_type": TASK}))[0] == 422
        await publish(bus, answered(tenant.name, 300))
        job = await until(app, f"{jobs}/{first.event_id}", lambda job: job["state"] == "succeeded")
        assert job["triggers"] == [str(second.event_id)]
        canary = await until(app, rollout, lambda found: found["state"] == "canary")
        assert canary["shares"] == {job["version_id"]: 10, "base": 90}
        await _look_at_the_evaluation(app, job["version_id"])
        await _evaluate_it_beside_another_model(app, job["version_id"], job["dataset_id"])
        await publish(bus, [verdict(canary, tenant.name, "hold")])
        await until(app, rollout, lambda found: found["waits_for"].endswith("the numbers say so"))
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
    about = f"/api/models/versions/{version_id}"
    version = await until(app, about, lambda found: found["state"] != "evaluated")  # the rollout is written before it
    assert (version["state"], version["traffic_percentage"], version["parent"]) == ("canary", 10, "base")
    _, found = await app.get(f"/api/models/evaluations/{version['evaluation_id']}")
    assert found["passed"]
    assert found["benchmark_score"] > found["against"]["score"]
    assert found["gain_over_floor"]["low"] > 0
    assert len(found["case_by_case"]) == found["cases"] > 0
    _, listed = await app.get("/api/models/versions", params={"task_type": TASK})
    assert [item["version_id"] for item in listed["items"]] == ["base", version_id]


async def _evaluate_it_beside_another_model(app: Running, version_id: str, dataset_id: str) -> None:
    """As somebody may ask for it; the gate's evaluation is compared with that, and has the same pages."""
    evaluations = "/api/models/evaluations"
    order = {"version_id": version_id, "baseline_model": "simulated-fast", "dataset_id": dataset_id}
    status, run = await app.post(evaluations, order)
    assert status == 201, run
    run = await until(app, f"{evaluations}/{run['evaluation_id']}", lambda found: found["state"] == "succeeded")
    assert run["benchmark_score"] > run["summary"]["baseline"]["accuracy"]["mean"]
    assert run["spent_usd"] >= 0
    _, listed = await app.get(evaluations, params={"version_id": version_id})
    assert [one["kind"] for one in listed["items"]] == ["asked", "gate"]
    gates = listed["items"][1]["evaluation_id"]
    _, compared = await app.get(f"{evaluations}/compare?a={gates}&b={run['evaluation_id']}")
    assert compared["common"] > 0
    left_to_others = {case["case_id"] for case in run["case_by_case"] if case["candidate"]["abstained"]}
    assert {*compared["newly_passed"], *compared["newly_failed"]} <= left_to_others  # base here, a model there
    assert compared["a"]["side"]["abstained"] == compared["b"]["side"]["abstained"]
    async with app.http.get(f"{app.url}{evaluations}/{gates}/report?format=html") as response:
        assert f"{version_id} is better than base" in await response.text()


async def _roll_back_by_hand(app: Running, version_id: str) -> None:
    path = f"/api/models/versions/{version_id}/rollback"
    assert (await app.post("/api/models/versions/summary-00000000/rollback"))[0] == 404
    status, rolled = await app.post(path, {"why": "people complain"})
    assert (status, rolled["state"], rolled["shares"]) == (200, "idle", {"base": 100})
    assert rolled["history"][-1]["why"] == "people complain"
    assert (await app.post(path))[0] == 409
    _, version = await app.get(f"/api/models/versions/{version_id}")
    assert version["state"] == "rolled_back"
