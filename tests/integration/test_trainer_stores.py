"""The trainer's stores under races."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from ratchet_common import mongo
from ratchet_common.events import CostIncurred, RetrainingFellDue
from ratchet_common.mongo import Database
from ratchet_trainer.rollouts.assigning import assigned
from ratchet_trainer.rollouts.rollout import By, Rollout, Standing, start
from ratchet_trainer.rollouts.versions import BASE_SERVING, Version, VersionState, serving
from ratchet_trainer.store.evaluations import MongoEvaluationStore, UnknownEvaluationError
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.store.rollouts import MongoRolloutStore
from ratchet_trainer.store.runs import MongoRunStore
from ratchet_trainer.store.versions import MongoVersionStore
from ratchet_trainer.suites.outcomes import CaseOutcome, Outcome
from ratchet_trainer.suites.run import Order, Run, RunEndedError, RunState, Subject, asked_for
from ratchet_trainer.suites.run import begun as begin
from ratchet_trainer.tuning.job_steps import (
    begun,
    cancellation,
    created,
    creating,
    estimated,
    prepared,
    succeeded,
    tidied,
    uploaded,
)
from ratchet_trainer.tuning.jobs import Estimate, Job, JobState, Patience, Recipe, Step
from ratchet_trainer.tuning.new_jobs import triggered
from tests.integration.conftest import Ground

TASK = "classification"


def due(tenant: str) -> RetrainingFellDue:
    return RetrainingFellDue(tenant=tenant, task_type=TASK, reasons=("50 corrections (limit 50)",))


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


LOCAL = ("local",)


async def _taken(take: Callable[[], Awaitable[Any]]) -> Any:
    while True:
        found = await take()
        if found is not None:
            return found
        await asyncio.sleep(0.05)


async def test_what_a_job_and_an_evaluation_have_cost_waits_in_their_outboxes(database: Database) -> None:
    """Written with the job and the evaluation themselves: only the last amount."""
    jobs, runs, now = MongoJobStore(database, lease_s=30), MongoRunStore(database, lease_s=30), datetime.now(UTC)
    job = triggered(due("acme"), "local", now)
    await jobs.add(job)
    held = await _taken(lambda: jobs.take(now, LOCAL))
    for usd in (0.25, 0.5):
        assert await jobs.save(held, replace(begun(held.value, now, Patience()), cost_usd=usd))
    run = asked_for("acme", TASK, Order(candidate=Subject(model="large")), 3, "ann", now)
    await runs.add(run)
    leased = await _taken(lambda: runs.take(now))
    assert await runs.keep(leased, [], 0.125)
    told = [
        (entry["topic"], msgspec.json.decode(entry["body"], type=CostIncurred))
        for collection in (database.jobs, database.evaluations)
        for document in await collection.find({"unsent": 1}).to_list()
        for entry in document["outbox"]
    ]
    assert [(topic, one.kind, one.about, one.cost_usd) for topic, one in told] == [
        ("spending", "training", str(job.job_id), Decimal("0.5")),
        ("spending", "evaluation", str(run.run_id), Decimal("0.125")),
    ]


async def test_whoever_was_overtaken_or_cancelled_writes_nothing_more(database: Database) -> None:
    store, now = MongoJobStore(database, lease_s=0.5), datetime.now(UTC)
    await store.create_indexes()
    job: Job = triggered(due("acme"), "local", now)
    await store.add_or_take_along(job, now)
    slow = await _taken(lambda: store.take(now, LOCAL))
    quick = await _taken(lambda: store.take(now, LOCAL))  # once the lease has run out
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


async def test_a_job_is_found_by_its_platform_and_is_what_it_was(database: Database) -> None:
    store, now = MongoJobStore(database, lease_s=30), datetime.now(UTC).replace(microsecond=0)
    await store.create_indexes()
    recipe = Recipe(base_model="a", method="dpo", hyperparameters={"epochs": 3, "a.b": 0.5}, max_cost_usd=2.5)
    await store.add(triggered(due("acme"), "openai", now, recipe))
    assert await store.take(now, LOCAL) is None
    held = await _taken(lambda: store.take(now, ["openai", "bedrock"]))
    estimate = Estimate(examples=9, tokens=1000, epochs=3, cost_usd=0.25)
    sent = uploaded(estimated(prepared(held.value, "d1", now), "m", estimate, {"epochs": 3}), "train", "file-1")
    running = created(creating(sent, now), "run-1", now)
    assert await store.save(held, running)
    assert await store.get("acme", running.job_id) == running
    assert await store.spent("acme", now, uuid4()) == 0.25
    assert await store.spent("acme", now, running.job_id) == 0.0
    assert await store.spent("other", now, uuid4()) == 0.0
    assert await store.save(held, replace(running, cost_usd=0.0))
    assert await store.spent("acme", now, uuid4()) == 0.25  # what it has cost so far is no bound
    assert await store.save(held, succeeded(running, "v", "", now, cost_usd=0.2))
    assert await store.spent("acme", now, uuid4()) == 0.2


async def test_what_a_cancelled_job_left_at_its_platform_is_worked_on_once(database: Database) -> None:
    store, now = MongoJobStore(database, lease_s=30), datetime.now(UTC)
    await store.create_indexes()
    await store.add(triggered(due("acme"), "openai", now))
    held = await _taken(lambda: store.take(now, ["openai"]))
    assert await store.save(held, created(prepared(held.value, "d1", now), "run-1", now))
    await store.release(held)
    await store.cancel("acme", held.value.job_id, cancellation("ann", now))
    left = await _taken(lambda: store.take(now, ["openai"]))
    assert (left.value.state, left.value.left, left.value.run_id) == (JobState.CANCELLED, True, "run-1")
    assert await store.renew(left)
    assert await store.save(left, tidied(left.value, now))
    assert not await store.save(left, tidied(left.value, now))
    await store.release(left)
    assert await store.take(now, ["openai"]) is None


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
    await store.stand("acme", version.version_id, Standing(VersionState.CANARY, 50, "ann: more of it"), 2)
    await store.stand("acme", version.version_id, Standing(VersionState.LIVE, 100), 3)
    await store.stand("acme", version.version_id, Standing(VersionState.CANARY, 10), 2)
    followed = await store.get("acme", version.version_id)
    assert (followed.state, followed.traffic_percentage) == (VersionState.LIVE, 100)
    assert followed.reason == "ann: more of it"
    assert await store.take_to_judge(datetime.now(UTC) + timedelta(days=1), here=True) is None


async def test_whoever_takes_over_an_evaluation_has_what_was_kept_of_it(database: Database) -> None:
    store, reports = MongoRunStore(database, lease_s=0.5), MongoEvaluationStore(database)
    await store.create_indexes()
    await reports.create_indexes()
    now = datetime.now(UTC)
    run = asked_for("acme", "qa", Order(candidate=Subject(model="m"), suite_id="s-0"), 2, "ann", now)
    await store.add(run)
    slow = await _taken(lambda: store.take(now))
    outcome = CaseOutcome("q1", "d1", 1.0, "g", ("hard",), Outcome(0.5, passed=True))
    assert await store.save(slow, begin(slow.value, now))
    assert await store.keep(slow, [outcome], 0.25)
    quick = await _taken(lambda: store.take(now))  # once the lease has run out
    assert (quick.value.outcomes, quick.value.done, quick.value.spent_usd) == ((outcome,), 1, 0.25)
    assert (quick.value.attempts, quick.value.order) == (1, run.order)
    assert not await store.keep(slow, [outcome], 0.5)
    assert not await store.save(slow, slow.value)
    assert not await store.renew(slow)
    await store.cancel("acme", run.run_id, "cancelled by ann", now)
    assert not await store.keep(quick, [outcome], 0.5)
    with pytest.raises(RunEndedError):
        await store.cancel("acme", run.run_id, "cancelled by bob", now)
    found = await reports.get("acme", run.run_id)
    assert isinstance(found, Run)
    assert (found.state, found.reason, found.done) == (RunState.CANCELLED, "cancelled by ann", 1)
    assert await reports.find("acme", run.run_id) is None  # the gate's only
    with pytest.raises(UnknownEvaluationError):
        await reports.get("other", run.run_id)


async def test_a_version_comes_back_as_it_was_kept_and_is_judged_where_it_answers(database: Database) -> None:
    store, now = MongoVersionStore(database, lease_s=30), datetime(2026, 11, 24, tzinfo=UTC)
    tuned = Version(
        tenant="acme",
        version_id="classification-0a1b2c3d",
        task_type=TASK,
        platform="openai",
        base_model="small",
        artifact="",
        sha256="",
        model="ft:small:acme::1",
        dataset_id="",
        parent="base",
        job_id="",
        created_at=now,
        learned_until=now,
        metrics={"f1": 0.5, "a.b": 1.0},
        registered_by="ann",
        why="tuned by hand",
    )
    assert await store.add(tuned)
    assert not await store.add(replace(tuned, why="once more"))
    assert await store.get("acme", tuned.version_id) == tuned
    await store.add(replace(tuned, tenant="globex"))
    assert await store.by_state() == {str(state): 0 for state in VersionState} | {"candidate": 2}
    await database.versions.delete_one({"tenant": "globex"})
    assert await store.take_to_judge(now, here=True) is None
    held = await store.take_to_judge(now, here=False)
    assert held is not None
    waits = replace(tuned, exam="classification-000000000000", reason="It waits.")
    assert await store.judge(held, waits, now + timedelta(minutes=5))
    assert await store.get("acme", tuned.version_id) == waits
