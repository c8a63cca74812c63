"""The trainer's jobs and rollouts, crashed at each await."""

from collections.abc import Callable
from functools import partial
from typing import Literal
from uuid import NAMESPACE_OID, uuid5

import msgspec
import pytest

from ratchet_common.events import RetrainingFellDue, TrafficAssigned, VerdictReached
from ratchet_common.messaging import Handle
from ratchet_common.mongo import Database
from ratchet_common.topics import RETRAIN_TRIGGERS, VERDICTS
from ratchet_trainer.handlers.retraining import on_retraining_due
from ratchet_trainer.handlers.verdicts import on_verdicts
from ratchet_trainer.rollouts.rollout import By, Plan, start
from ratchet_trainer.rollouts.traffic import Traffic
from ratchet_trainer.rollouts.versions import VersionState
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.store.rollouts import MongoRolloutStore
from ratchet_trainer.store.versions import MongoVersionStore
from ratchet_trainer.tuning.job_steps import cancellation
from ratchet_trainer.tuning.jobs import Recipe
from ratchet_trainer.tuning.new_jobs import triggered
from tests.integration.conftest import Ground
from tests.integration.crashes.lives import Scene, crash_at_each_await
from tests.unit.trainer.decision_fakes import NOW, Clock, version

TASK, V = "classification", "classification-abababab"
PLAN = Plan(steps=(10, 30, 60))


class Triggers:
    """Of each task one job is open; the trigger of a job that has ended already is delivered again."""

    topic = RETRAIN_TRIGGERS

    def __init__(self, tenant: str) -> None:
        self.tenant, self.poked = tenant, 0
        self.first, self.second = self.due("first"), self.due("second")
        self.ended, self.other = self.due("ended", "qa"), self.due("other", "summary")
        self.events: list[RetrainingFellDue] = [self.first, self.second, self.first, self.ended, self.other]

    def due(self, name: str, task_type: str = TASK) -> RetrainingFellDue:
        event_id = uuid5(NAMESPACE_OID, f"{self.tenant}/{name}")
        return RetrainingFellDue(tenant=self.tenant, event_id=event_id, task_type=task_type, reasons=("drift",))

    def poke(self) -> None:
        self.poked += 1

    def handler(self, database: Database) -> Handle:
        jobs = MongoJobStore(database, lease_s=30)
        return partial(on_retraining_due, jobs=jobs, platform="local", recipe=Recipe(), now=Clock(), poke=self.poke)

    async def before(self, database: Database) -> None:
        jobs, job = MongoJobStore(database, lease_s=30), triggered(self.ended, "local", NOW)
        await jobs.create_indexes()
        await jobs.add(job)
        await jobs.cancel(self.tenant, job.job_id, cancellation("ann", NOW))

    async def check(self, database: Database) -> None:
        jobs = MongoJobStore(database, lease_s=30)
        found, _ = await jobs.list(self.tenant, task_type=None, state=None, limit=100, cursor=None)
        assert {job.job_id: (str(job.state), job.part_of) for job in found} == {
            self.first.event_id: ("queued", None),
            self.second.event_id: ("cancelled", self.first.event_id),
            self.ended.event_id: ("cancelled", None),
            self.other.event_id: ("queued", None),
        }
        assert len(found) == 4
        assert self.poked >= 2  # once a batch: the worker looks at once


class Verdicts:
    """Two good verdicts are two steps; what comes again, or too late, changes nothing."""

    topic = VERDICTS

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self.events: list[VerdictReached] = [
            self.verdict(1, "advance"),
            self.verdict(1, "advance"),
            self.verdict(2, "advance"),
            self.verdict(1, "roll_back"),
            self.verdict(3, "hold"),
        ]

    def verdict(self, revision: int, conclusion: Literal["advance", "hold", "roll_back"]) -> VerdictReached:
        return VerdictReached(
            tenant=self.tenant,
            task_type=TASK,
            revision=revision,
            experiment_id=f"{TASK}:{V}:{revision}",
            version_id=V,
            conclusion=conclusion,
            why="the numbers say so",
        )

    def traffic(self, database: Database) -> Traffic:
        return Traffic(MongoRolloutStore(database), MongoVersionStore(database, lease_s=30))

    def handler(self, database: Database) -> Handle:
        return partial(on_verdicts, traffic=self.traffic(database), plan=PLAN, now=Clock())

    async def before(self, database: Database) -> None:
        await MongoVersionStore(database, lease_s=30).add(version(V, tenant=self.tenant))
        by = By("trainer", "it is better", NOW)
        await self.traffic(database).change(self.tenant, TASK, lambda rollout: start(rollout, V, "base", 10, by))

    async def check(self, database: Database) -> None:
        rollout = await MongoRolloutStore(database).get(self.tenant, TASK)
        assert (rollout.revision, rollout.shares) == (3, {V: 60, "base": 40})
        stored = await database.rollouts.find_one({"tenant": self.tenant})
        assert stored is not None
        assert stored["unsent"] == 3
        told = [msgspec.json.decode(entry["body"], type=TrafficAssigned) for entry in stored["outbox"]]
        assert [(event.revision, event.shares) for event in told] == [
            (1, {V: 10, "base": 90}),
            (2, {V: 30, "base": 70}),
            (3, {V: 60, "base": 40}),
        ]
        await self.traffic(database).settle_once()
        followed = await MongoVersionStore(database, lease_s=30).get(self.tenant, V)
        assert (followed.state, followed.traffic_percentage) == (VersionState.CANARY, 60)


@pytest.mark.parametrize("scene_of", [Triggers, Verdicts])
async def test_each_event_has_its_effect_once(
    scene_of: Callable[[str], Scene], stack: Ground, database: Database
) -> None:
    await MongoRolloutStore(database).create_indexes()
    await crash_at_each_await("trainer", scene_of, stack, database)
