"""The trainer's workers, killed at every step."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ratchet_common import mongo
from ratchet_common.events import RetrainingFellDue
from ratchet_common.mongo import Database
from ratchet_scoring.advance import Limits
from ratchet_trainer.collecting.preparing import found_in
from ratchet_trainer.judging import evaluation
from ratchet_trainer.judging.evaluate import Judging
from ratchet_trainer.judging.evaluation import Case, Verdict
from ratchet_trainer.judging.held_out import HeldOut
from ratchet_trainer.judging.worth import Answer
from ratchet_trainer.platforms.platform import Tuned
from ratchet_trainer.rollouts.rollout import Plan
from ratchet_trainer.rollouts.traffic import Traffic
from ratchet_trainer.rollouts.versions import Version
from ratchet_trainer.store.evaluations import MongoEvaluationStore
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.store.rollouts import MongoRolloutStore
from ratchet_trainer.store.versions import MongoVersionStore
from ratchet_trainer.tuning.budget import Budget
from ratchet_trainer.tuning.jobs import Patience
from ratchet_trainer.tuning.new_jobs import triggered
from ratchet_trainer.tuning.steps import Steps
from ratchet_trainer.tuning.training import Training
from ratchet_trainer.tuning.training_files import TrainingFiles
from tests.integration.conftest import Ground
from tests.integration.mortal import Killed, Life, Mortal
from tests.unit.trainer.decision_fakes import (
    FakeBaseline,
    FakeDatasets,
    FakeFresh,
    FakeProvider,
    FakeShadows,
    dataset,
    example,
)
from tests.unit.trainer.job_rig import MODELS, look_again, look_through, scratch
from tests.unit.trainer.platforms.fake import FakePlatform

TASK = "classification"
LEASE_S = 0.05


def due(tenant: str) -> RetrainingFellDue:
    return RetrainingFellDue(tenant=tenant, task_type=TASK, reasons=("50 corrections (limit 50)",))


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    yield mongo.database(client, f"trainer-{uuid4().hex[:8]}")
    await client.close()


TRAIN = [example(n, "ham") for n in range(1000, 1040)]
TEST = [example(n, "spam" if n % 2 else "ham") for n in range(40)]


async def judge(task: str, cases: Sequence[Case], answers: Sequence[Answer], commonest: str | None) -> Verdict:
    return evaluation.verdict(task, cases, answers, commonest, Limits(), 42, found_in)


class Hurrying:
    """A clock that is an hour later at each look: what was put off is due."""

    def __init__(self) -> None:
        self._time = datetime.now(UTC)

    def __call__(self) -> datetime:
        self._time += timedelta(hours=1)
        return self._time


class Platform(FakePlatform):
    """Whatever it is asked to tune, the same comes out."""

    async def result(self, run_id: str) -> Tuned:
        await super().result(run_id)
        return Tuned(artifact="file:///artifacts/x", sha256="ab" * 32)


class Right:
    """A platform's model that knows what is right."""

    async def answers(self, _version: Version, cases: Sequence[Case]) -> list[Answer]:
        return [Answer(str(case.example.target), 5.0, 0.001) for case in cases]


def _platform(name: str) -> Platform:
    return Platform(name, in_process=name == "local", looks=2)


async def _never(_tenant: str, _at: datetime, _but: UUID) -> float:
    return 0.0


def _training(jobs: Any, datasets: Any, versions: Any, rollouts: Any, platform: Any, now: Hurrying) -> Training:
    steps = Steps(
        datasets=datasets,
        files=TrainingFiles(datasets, scratch, look_through, look_again),
        versions=versions,
        rollouts=rollouts,
        platforms={platform.name: platform},
        base_models=MODELS,
        patience=Patience(run=timedelta(days=365), settle=timedelta(0)),
        budget=Budget(),
        spent=_never,
        keep_uploads=False,
        seed=42,
        now=now,
    )
    return Training(jobs=jobs, steps=steps, renew_every=60, now=now)


async def _loop_turns(database: Database, life: Life, now: Hurrying, platform: Platform) -> None:
    """One process: trains and judges until nothing is left to do."""
    jobs: Any = Mortal(MongoJobStore(database, lease_s=LEASE_S), life)
    versions: Any = Mortal(MongoVersionStore(database, lease_s=LEASE_S), life)
    rollouts: Any = Mortal(MongoRolloutStore(database), life)
    evaluations: Any = Mortal(MongoEvaluationStore(database), life)
    datasets: Any = Mortal(FakeDatasets(dataset(TRAIN, TEST)), life)
    traffic = Traffic(rollouts, versions)
    training = _training(jobs, datasets, versions, rollouts, Mortal(platform, life), now)
    judging = Judging(
        versions=versions,
        evaluations=evaluations,
        rollouts=rollouts,
        datasets=datasets,
        traffic=traffic,
        provider=FakeProvider(says={e.document: str(e.target) for e in TEST}),
        elsewhere=Mortal(Right(), life),
        shadows=FakeShadows(),
        held_out=HeldOut(FakeShadows(), FakeFresh(), FakeBaseline(), 2000),
        judge=judge,
        limits=Limits(),
        plan=Plan(),
        shadow_answers=20,
        renew_every=60,
        now=now,
    )
    here = platform.in_process
    while await training.run_once([platform.name]) or await judging.run_once(here=here):
        await traffic.settle_once()


@dataclass(frozen=True)
class Outcome:
    jobs: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str, int], ...]
    evaluations: int
    shares: dict[str, int]
    revisions: int
    events: int


async def _outcome(database: Database, tenant: str) -> Outcome:
    jobs, _ = await MongoJobStore(database, lease_s=1).list(tenant, task_type=None, state=None, limit=9, cursor=None)
    versions, _ = await MongoVersionStore(database, lease_s=1).list(
        tenant, task_type=None, state=None, limit=9, cursor=None
    )
    rollout = await MongoRolloutStore(database).get(tenant, TASK)
    document = await database.rollouts.find_one({"_id": f"{tenant}:{TASK}"})
    return Outcome(
        jobs=tuple((job.state, job.version_id) for job in jobs),
        versions=tuple((v.version_id, v.state, v.traffic_percentage) for v in versions),
        evaluations=await database.evaluations.count_documents({"tenant": tenant}),
        shares=rollout.shares,
        revisions=rollout.revision,
        events=len(document["outbox"]) if document else 0,
    )


@pytest.mark.slow
@pytest.mark.parametrize("where", ["local", "openai"])
async def test_wherever_a_worker_is_killed_the_next_one_brings_the_same_about(database: Database, where: str) -> None:
    await _make_indexes(database)
    whole = Life(10**6)
    expected = await _turned(database, whole, "whole", where)
    steps = 10**6 - whole.steps
    name = "classification-abababab"
    assert expected == Outcome((("succeeded", name),), ((name, "canary", 10),), 1, {name: 10, "base": 90}, 1, 1)
    assert steps > 30
    for step in range(1, steps + 1):
        came_about = await _turned(database, Life(step), f"killed-at-{step}", where)
        assert came_about == expected, f"killed at step {step} of {steps}"


async def _make_indexes(database: Database) -> None:
    await MongoJobStore(database, lease_s=LEASE_S).create_indexes()
    await MongoVersionStore(database, lease_s=LEASE_S).create_indexes()
    await MongoRolloutStore(database).create_indexes()
    await MongoEvaluationStore(database).create_indexes()


async def _turned(database: Database, life: Life, tenant: str, where: str) -> Outcome:
    store, now, platform = MongoJobStore(database, lease_s=LEASE_S), Hurrying(), _platform(where)
    await store.add_or_take_along(triggered(due(tenant), where, now()), now())
    try:
        await _loop_turns(database, life, now, platform)
    except Killed:
        await asyncio.sleep(2 * LEASE_S)
        platform.restart()
        await _loop_turns(database, Life(10**6), now, platform)
    if where != "local":
        assert (len(platform.sent), len(platform.created), len(platform.files)) == (1, 1, 0)
    return await _outcome(database, tenant)
