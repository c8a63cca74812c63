"""The composition root: everything of the trainer meets here and nowhere else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI

from ratchet_common.background import Loop
from ratchet_common.http import create_app
from ratchet_common.service import Connections, at_work, connections
from ratchet_common.topics import RETRAIN_TRIGGERS, VERDICTS
from ratchet_common.workers import Workers
from ratchet_providers.local_student import LocalStudents
from ratchet_trainer.api import datasets, evaluations, examples, jobs, rollouts, versions
from ratchet_trainer.artifacts import FileArtifacts, artifacts_at
from ratchet_trainer.data import Data, data_of
from ratchet_trainer.evaluate import Judging, judge_in
from ratchet_trainer.handlers.retraining import on_retraining_due
from ratchet_trainer.handlers.verdicts import on_verdicts
from ratchet_trainer.platforms.local import LocalPlatform
from ratchet_trainer.settings import TrainerSettings
from ratchet_trainer.store.evaluations import MongoEvaluationStore
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.store.rollouts import MongoRolloutStore
from ratchet_trainer.store.versions import MongoVersionStore
from ratchet_trainer.traffic import Traffic
from ratchet_trainer.training import Training

NAME = "trainer"
ROUTERS = (examples.routes, datasets.routes, jobs.routes, versions.routes, rollouts.routes, evaluations.routes)
SETTLE_EVERY_S, HOLDOUTS_EVERY_S = 5.0, 30.0


def build(settings: TrainerSettings) -> FastAPI:
    """Raises CannotStartError."""
    artifacts = artifacts_at(settings.artifacts_url)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Fits take minutes: in a worker of their own, so that what is collected meanwhile need not wait for them.
        async with connections(NAME, settings) as its, Workers(1) as fitting:
            data = await data_of(its, settings)
            loops = await _decisions(app, its, settings, data, artifacts, fitting)
            app.state.data, app.state.artifacts, app.state.ready = data, artifacts, its.ready
            async with at_work(its, loops):
                yield

    return create_app(NAME, settings, routers=ROUTERS, lifespan=lifespan)


async def _decisions(
    app: FastAPI, its: Connections, settings: TrainerSettings, data: Data, artifacts: FileArtifacts, fitting: Workers
) -> dict[str, Loop]:
    """What trains, judges and shares the traffic."""
    job_store = MongoJobStore(its.database, lease_s=settings.lease_s)
    version_store = MongoVersionStore(its.database, lease_s=settings.lease_s)
    rollout_store, evaluation_store = MongoRolloutStore(its.database), MongoEvaluationStore(its.database)
    for store in (job_store, version_store, rollout_store, evaluation_store):
        await store.create_indexes()
    traffic = Traffic(rollout_store, version_store)
    renew_every = settings.lease_s / 3
    training = Training(
        jobs=job_store,
        datasets=data.training,
        versions=version_store,
        rollouts=rollout_store,
        platforms={LocalPlatform.name: _local(fitting, artifacts, settings)},
        patience=settings.patience,
        renew_every=renew_every,
        now=_now,
    )
    judging = Judging(
        versions=version_store,
        evaluations=evaluation_store,
        rollouts=rollout_store,
        datasets=data.training,
        traffic=traffic,
        provider=LocalStudents(fitting),
        judge=judge_in(fitting, settings.limits, settings.seed),
        limits=settings.limits,
        plan=settings.plan,
        cases=settings.evaluation_cases,
        renew_every=renew_every,
        now=_now,
    )

    async def judge_and_train() -> bool:
        """One after the other: a fit beside it would spoil the latencies that are measured."""
        judged = await judging.run_once()
        return await training.run_once() or judged

    work = Loop(judge_and_train, every=settings.look_every_s)
    its.hear(RETRAIN_TRIGGERS, partial(on_retraining_due, jobs=job_store, now=_now, poke=work.poke))
    its.hear(VERDICTS, partial(on_verdicts, traffic=traffic, plan=settings.plan, now=_now))
    app.state.jobs, app.state.versions = job_store, version_store
    app.state.rollouts, app.state.evaluations = rollout_store, evaluation_store
    app.state.training, app.state.traffic, app.state.poke_training = training, traffic, work.poke
    return await its.relay(its.database.rollouts) | {
        "judging and training": work,
        "settling": Loop(traffic.settle_once, every=SETTLE_EVERY_S),
        "holdouts": Loop(lambda: traffic.end_holdouts_once(_now()), every=HOLDOUTS_EVERY_S),
    }


def _local(fitting: Workers, artifacts: FileArtifacts, settings: TrainerSettings) -> LocalPlatform:
    return LocalPlatform(fitting, artifacts, seed=settings.seed, limit_s=settings.fit_limit_s)


def _now() -> datetime:
    return datetime.now(UTC)
