"""The deciding half of the composition root: what trains, judges and shares the traffic."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from fastapi import FastAPI

from ratchet_common.background import Loop
from ratchet_common.service import Connections
from ratchet_common.topics import RETRAIN_TRIGGERS, VERDICTS
from ratchet_common.workers import Workers
from ratchet_providers.local_student import LocalStudents
from ratchet_trainer.artifacts import FileArtifacts
from ratchet_trainer.data import Data
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

SETTLE_EVERY_S, HOLDOUTS_EVERY_S, FORGET_EVERY_S = 5.0, 30.0, 3600.0


@dataclass(frozen=True)
class Means:
    """What all of it works with. `fitting`: a worker of its own, since fits take minutes."""

    its: Connections
    settings: TrainerSettings
    data: Data
    artifacts: FileArtifacts
    estimates: FileArtifacts
    fitting: Workers

    @property
    def renew_every(self) -> float:
        return self.settings.lease_s / 3


@dataclass(frozen=True)
class Stores:
    jobs: MongoJobStore
    versions: MongoVersionStore
    rollouts: MongoRolloutStore
    evaluations: MongoEvaluationStore


async def decisions(app: FastAPI, means: Means) -> dict[str, Loop]:
    """Puts what the routes need on `app.state`, hears triggers and verdicts, and gives the loops to run."""
    its, settings = means.its, means.settings
    stores = await _stores(means)
    traffic = Traffic(stores.rollouts, stores.versions)
    training, judging = _training(means, stores), _judging(means, stores, traffic)
    estimating, forgetting = await _estimating(means)
    works = (judging, training, estimating) if settings.estimate_outcomes else (judging, training)
    work = Loop(partial(_one_after_the_other, works), every=settings.look_every_s)
    its.hear(RETRAIN_TRIGGERS, partial(on_retraining_due, jobs=stores.jobs, now=_now, poke=work.poke))
    its.hear(VERDICTS, partial(on_verdicts, traffic=traffic, plan=settings.plan, now=_now))
    app.state.jobs, app.state.versions = stores.jobs, stores.versions
    app.state.rollouts, app.state.evaluations = stores.rollouts, stores.evaluations
    app.state.training, app.state.traffic, app.state.poke_training = training, traffic, work.poke
    relays = await its.relay(its.database.rollouts) | await its.relay(its.database.estimates)
    return relays | {
        "judging and training": work,
        "settling": Loop(traffic.settle_once, every=SETTLE_EVERY_S),
        "holdouts": Loop(lambda: traffic.end_holdouts_once(_now()), every=HOLDOUTS_EVERY_S),
        "old estimates": forgetting,
        "old examples": _archiving(means),
    }


async def _one_after_the_other(works: Sequence[Judging | Training | Estimating]) -> bool:
    """A fit beside a judgement would spoil the latencies that are measured."""
    done = [await work.run_once() for work in works]
    return any(done)


async def _stores(means: Means) -> Stores:
    database, lease_s = means.its.database, means.settings.lease_s
    stores = Stores(
        MongoJobStore(database, lease_s=lease_s),
        MongoVersionStore(database, lease_s=lease_s),
        MongoRolloutStore(database),
        MongoEvaluationStore(database),
    )
    for store in (stores.jobs, stores.versions, stores.rollouts, stores.evaluations):
        await store.create_indexes()
    return stores


def _training(means: Means, stores: Stores) -> Training:
    settings = means.settings
    local = LocalPlatform(means.fitting, means.artifacts, seed=settings.seed, limit_s=settings.fit_limit_s)
    return Training(
        jobs=stores.jobs,
        datasets=means.data.training,
        versions=stores.versions,
        rollouts=stores.rollouts,
        platforms={LocalPlatform.name: local},
        patience=settings.patience,
        renew_every=means.renew_every,
        now=_now,
    )


def _judging(means: Means, stores: Stores, traffic: Traffic) -> Judging:
    settings = means.settings
    return Judging(
        versions=stores.versions,
        evaluations=stores.evaluations,
        rollouts=stores.rollouts,
        datasets=means.data.training,
        traffic=traffic,
        provider=LocalStudents(means.fitting),
        judge=judge_in(means.fitting, settings.limits, settings.seed),
        limits=settings.limits,
        plan=settings.plan,
        cases=settings.evaluation_cases,
        renew_every=means.renew_every,
        now=_now,
    )


async def _estimating(means: Means) -> tuple[Estimating, Loop]:
    """What trains estimates, and what forgets old ones."""
    settings, files = means.settings, means.estimates
    rest = timedelta(seconds=settings.estimate_every_s)
    store = MongoEstimateStore(means.its.database, lease_s=settings.lease_s, rest=rest)
    await store.create_indexes()

    async def fit(lessons: Lessons, path: str) -> Tried | str:
        return await means.fitting.run_while_wanted(fit_estimate, lessons, path, settings.estimate_limit_s)

    async def forget() -> None:
        await asyncio.to_thread(files.forget_all_but, await store.in_use())

    estimating = Estimating(
        outcomes=means.data.outcomes,
        estimates=store,
        weigh=means.data.training,
        artifacts=files,
        fit=fit,
        rules=settings.estimate_rules,
        seed=settings.seed,
        renew_every=means.renew_every,
        now=_now,
    )
    return estimating, Loop(forget, every=FORGET_EVERY_S)


def _archiving(means: Means) -> Loop:
    async def archive() -> None:
        await means.data.examples.archive(_now() - timedelta(days=means.settings.archive_days))

    return Loop(archive, every=FORGET_EVERY_S)


def _now() -> datetime:
    return datetime.now(UTC)
