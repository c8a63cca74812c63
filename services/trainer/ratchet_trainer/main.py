"""The composition root: everything of the trainer meets here and nowhere else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
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
from ratchet_trainer.estimate_fit import Lessons, fit_estimate
from ratchet_trainer.estimates import Tried
from ratchet_trainer.estimating import Estimating
from ratchet_trainer.evaluate import Judging, judge_in
from ratchet_trainer.handlers.retraining import on_retraining_due
from ratchet_trainer.handlers.verdicts import on_verdicts
from ratchet_trainer.platforms.local import LocalPlatform
from ratchet_trainer.settings import TrainerSettings
from ratchet_trainer.store.estimates import MongoEstimateStore
from ratchet_trainer.store.evaluations import MongoEvaluationStore
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.store.rollouts import MongoRolloutStore
from ratchet_trainer.store.versions import MongoVersionStore
from ratchet_trainer.traffic import Traffic
from ratchet_trainer.training import Training

NAME = "trainer"
ESTIMATES = "estimates"  # a folder of their own: in it, what is in use no more goes
ROUTERS = (examples.routes, datasets.routes, jobs.routes, versions.routes, rollouts.routes, evaluations.routes)
SETTLE_EVERY_S, HOLDOUTS_EVERY_S, FORGET_EVERY_S = 5.0, 30.0, 3600.0


def build(settings: TrainerSettings) -> FastAPI:
    """Raises CannotStartError."""
    artifacts = artifacts_at(settings.artifacts_url)
    estimates = artifacts_at(f"{settings.artifacts_url.rstrip('/')}/{ESTIMATES}")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Fits take minutes: in a worker of their own, so that what is collected meanwhile need not wait for them.
        async with connections(NAME, settings) as its, Workers(1) as fitting:
            data = await data_of(its, settings)
            estimating, forgetting = await _estimating(its, settings, data, estimates, fitting)
            loops = await _decisions(app, its, settings, data, artifacts, fitting, estimating)
            app.state.data, app.state.artifacts, app.state.ready = data, artifacts, its.ready
            async with at_work(its, loops | forgetting | {"old examples": _archiving(data, settings)}):
                yield

    return create_app(NAME, settings, routers=ROUTERS, lifespan=lifespan)


async def _decisions(
    app: FastAPI,
    its: Connections,
    settings: TrainerSettings,
    data: Data,
    artifacts: FileArtifacts,
    fitting: Workers,
    estimating: Estimating,
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

    works = (judging, training, estimating) if settings.estimate_outcomes else (judging, training)

    async def judge_and_train() -> bool:
        """One after the other: a fit beside it would spoil the latencies that are measured."""
        done = [await work.run_once() for work in works]
        return any(done)

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


async def _estimating(
    its: Connections, settings: TrainerSettings, data: Data, files: FileArtifacts, fitting: Workers
) -> tuple[Estimating, dict[str, Loop]]:
    """What trains estimates, and the loops that send them out and forget old ones."""
    rest = timedelta(seconds=settings.estimate_every_s)
    store = MongoEstimateStore(its.database, lease_s=settings.lease_s, rest=rest)
    await store.create_indexes()

    async def fit(lessons: Lessons, path: str) -> Tried | str:
        return await fitting.run_while_wanted(fit_estimate, lessons, path, settings.estimate_limit_s)

    async def forget() -> None:
        await asyncio.to_thread(files.forget_all_but, await store.in_use())

    estimating = Estimating(
        outcomes=data.outcomes,
        estimates=store,
        weigh=data.training,
        artifacts=files,
        fit=fit,
        rules=settings.estimate_rules,
        seed=settings.seed,
        renew_every=settings.lease_s / 3,
        now=_now,
    )
    return estimating, await its.relay(its.database.estimates) | {"old estimates": Loop(forget, every=FORGET_EVERY_S)}


def _archiving(data: Data, settings: TrainerSettings) -> Loop:
    async def archive() -> None:
        await data.examples.archive(_now() - timedelta(days=settings.archive_days))

    return Loop(archive, every=FORGET_EVERY_S)


def _local(fitting: Workers, artifacts: FileArtifacts, settings: TrainerSettings) -> LocalPlatform:
    return LocalPlatform(fitting, artifacts, seed=settings.seed, limit_s=settings.fit_limit_s)


def _now() -> datetime:
    return datetime.now(UTC)
