"""The deciding half of the composition root: what trains, judges and shares the traffic."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from fastapi import FastAPI

from ratchet_common.background import Loop
from ratchet_common.topics import RETRAIN_TRIGGERS, VERDICTS
from ratchet_providers.local_student import LocalStudents
from ratchet_trainer.datasets.exporting import Exports
from ratchet_trainer.estimate.estimates import Tried
from ratchet_trainer.estimate.estimating import Estimating
from ratchet_trainer.estimate.fit import Lessons, fit_estimate
from ratchet_trainer.formats.checking import Checked, FileLimits
from ratchet_trainer.handlers.retraining import on_retraining_due
from ratchet_trainer.handlers.verdicts import on_verdicts
from ratchet_trainer.job_metrics import measured
from ratchet_trainer.judging.asked_baseline import AskedBaseline
from ratchet_trainer.judging.asking import Elsewhere
from ratchet_trainer.judging.evaluate import Judging, judge_in
from ratchet_trainer.judging.fresh_cases import FreshCases
from ratchet_trainer.judging.held_out import HeldOut
from ratchet_trainer.judging.shadow_cases import ShadowCases
from ratchet_trainer.means import Means, Stores, stores_of
from ratchet_trainer.platforms.all import names
from ratchet_trainer.privacy.inspecting import inspect
from ratchet_trainer.privacy.rescan import Rescan, rescanned
from ratchet_trainer.rollouts.lineage import Lineage
from ratchet_trainer.rollouts.registering import Registering
from ratchet_trainer.rollouts.shadowing import ShadowFirst
from ratchet_trainer.rollouts.student_files import fault_in
from ratchet_trainer.rollouts.traffic import Traffic
from ratchet_trainer.store.estimates import MongoEstimateStore
from ratchet_trainer.tuning.rounds import Round, one_after_the_other, side_by_side
from ratchet_trainer.tuning.steps import Steps
from ratchet_trainer.tuning.training import Training
from ratchet_trainer.tuning.training_files import TrainingFiles

SETTLE_EVERY_S, HOLDOUTS_EVERY_S, FORGET_EVERY_S = 5.0, 30.0, 3600.0


async def decisions(app: FastAPI, means: Means) -> dict[str, Loop]:
    """Puts what the routes need on `app.state`, hears triggers and verdicts, and gives the loops to run."""
    its, settings = means.its, means.settings
    stores = await stores_of(means)
    traffic = Traffic(stores.rollouts, stores.versions)
    training, judging = _training(means, stores), _judging(means, stores, traffic)
    estimating, forgetting = await _estimating(means)
    here, away = names(training.steps.platforms, here=True), names(training.steps.platforms, here=False)
    rounds: list[Round] = [partial(judging.run_once, here=True), partial(training.run_once, here)]
    rounds += [estimating.run_once] if settings.estimate_outcomes else []
    work = Loop(partial(one_after_the_other, rounds), **settings.pace)
    elsewhere = Loop(partial(side_by_side, partial(training.run_once, away)), **settings.pace)

    def poke() -> None:
        work.poke()
        elsewhere.poke()

    its.database.on_write("versions", work.poke)  # what was tuned is judged

    its.hear(
        RETRAIN_TRIGGERS,
        partial(
            on_retraining_due,
            jobs=stores.jobs,
            platform=settings.retrain_platform,
            recipe=settings.retrain_recipe,
            now=_now,
            poke=poke,
        ),
    )
    its.hear(VERDICTS, partial(on_verdicts, traffic=traffic, plan=settings.plan, now=_now))
    measured(its.measures, stores.jobs, stores.versions, means.platforms, _now)
    app.state.jobs, app.state.versions = stores.jobs, stores.versions
    app.state.rollouts, app.state.evaluations = stores.rollouts, stores.evaluations
    app.state.platforms, app.state.served_platforms = means.platforms, frozenset(means.askers.catalogue.platforms)
    app.state.registering, app.state.lineage = _registering(means, stores), _lineage(means, stores)
    app.state.training, app.state.traffic, app.state.poke_training = training, traffic, poke
    relays = await its.relay(its.database.rollouts) | await its.relay(its.database.estimates)
    relays |= await its.relay(its.database.jobs)
    return relays | {
        "judging and training": work,
        "training elsewhere": elsewhere,
        "judging elsewhere": Loop(partial(side_by_side, partial(judging.run_once, here=False)), **settings.pace),
        "settling": Loop(traffic.settle_once, every=SETTLE_EVERY_S),
        "holdouts": Loop(lambda: traffic.end_holdouts_once(_now()), every=HOLDOUTS_EVERY_S),
        "old estimates": forgetting,
        "old examples": _archiving(means),
    }


def _training(means: Means, stores: Stores) -> Training:
    settings, data = means.settings, means.data
    exports = Exports(data.training)

    async def look_through(path: Path, format_name: str, limits: FileLimits) -> Checked:
        return await means.its.workers.run(inspect, path, format_name, limits)

    async def look_again(lines: AsyncIterator[bytes]) -> Rescan:
        return await rescanned(lines, means.its.workers, settings.sought)

    steps = Steps(
        datasets=data.training,
        files=TrainingFiles(exports, means.artifacts.draft, look_through, look_again),
        versions=stores.versions,
        rollouts=stores.rollouts,
        platforms=means.platforms,
        base_models=means.base_models,
        patience=settings.patience,
        budget=settings.budget,
        spent=stores.jobs.spent,
        keep_uploads=settings.keep_uploads,
        seed=settings.seed,
        now=_now,
    )
    return Training(jobs=stores.jobs, steps=steps, renew_every=means.renew_every, now=_now, tracing=means.its.tracing)


def _judging(means: Means, stores: Stores, traffic: Traffic) -> Judging:
    settings = means.settings
    shadows = ShadowCases(means.data.shadows, means.data.examples)
    elsewhere = Elsewhere(
        means.askers,
        most_tokens=settings.evaluation_answer_tokens,
        at_once=settings.evaluation_at_once,
        most_usd=Decimal(str(settings.evaluation_cost_usd)),
    )
    baseline = AskedBaseline(elsewhere, stores.versions, means.data.examples, settings.baseline_model)
    return Judging(
        versions=stores.versions,
        evaluations=stores.evaluations,
        rollouts=stores.rollouts,
        datasets=means.data.training,
        traffic=traffic,
        provider=LocalStudents(means.fitting),
        elsewhere=elsewhere,
        shadows=shadows,
        held_out=HeldOut(shadows, FreshCases(means.data.examples), baseline, settings.evaluation_cases),
        judge=judge_in(means.fitting, settings.limits, settings.seed),
        limits=settings.limits,
        plan=settings.plan,
        shadow_answers=settings.shadow_answers,
        shadow_first=ShadowFirst(
            settings.shadow_first,
            timedelta(days=settings.shadow_first_days),
            frozenset(means.askers.catalogue.platforms),
        ),
        renew_every=means.renew_every,
        now=_now,
    )


def _registering(means: Means, stores: Stores) -> Registering:
    return Registering(
        versions=stores.versions,
        datasets=means.data.training,
        rollouts=stores.rollouts,
        artifacts=means.artifacts,
        fault_of=fault_in(means.its.workers),
        platforms=tuple(means.askers.catalogue.platforms),
        now=_now,
    )


def _lineage(means: Means, stores: Stores) -> Lineage:
    data = means.data
    return Lineage(stores.versions, data.datasets, stores.jobs, data.examples, data.served)


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
