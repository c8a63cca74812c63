"""The evaluating part of the composition root: suites, and the models that are asked for them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI

from ratchet_catalogue.adapters import Adapter, adapter
from ratchet_catalogue.catalogue import LOCAL_STUDENT, SIMULATED, Catalogue
from ratchet_catalogue.catalogue_file import read_catalogue
from ratchet_common.background import Loop
from ratchet_common.errors import CannotStartError
from ratchet_providers.base import Provider
from ratchet_providers.local_student import LocalStudents
from ratchet_providers.simulated import Simulated
from ratchet_providers.wire import Wire
from ratchet_trainer.decisions import Means
from ratchet_trainer.store.runs import MongoRunStore
from ratchet_trainer.store.suites import MongoSuiteStore
from ratchet_trainer.suites.asking import Askers
from ratchet_trainer.suites.material import Materials
from ratchet_trainer.suites.ordering import Ordering
from ratchet_trainer.suites.running import Running, score_in, summarise_in

SETTING = "TRAINER_CATALOGUE"
BODY_LIMIT_BYTES = 8 * 1024 * 1024  # of an answer


@asynccontextmanager
async def evaluating(app: FastAPI, means: Means) -> AsyncIterator[dict[str, Loop]]:
    """Puts what the routes need on `app.state`, and gives the loops to run. Raises CannotStartError."""
    settings, database = means.settings, means.its.database
    catalogue = read_catalogue(settings.catalogue, SETTING)
    _insist_on_judge(catalogue, settings.judge_model)
    suites, runs = MongoSuiteStore(database), MongoRunStore(database, lease_s=settings.lease_s)
    for store in (suites, runs):
        await store.create_indexes()
    async with Wire() as wire:
        adapters = {name: adapter(name, table, wire, BODY_LIMIT_BYTES) for name, table in catalogue.providers.items()}
        for one in adapters.values():
            await one.start()
        materials = Materials(suites, means.data.training, settings.evaluation_cases)
        askers = _askers(app, means, catalogue, adapters)
        running = Running(
            runs=runs,
            materials=materials,
            askers=askers,
            score=score_in(means.its.workers),
            summarise=summarise_in(means.its.workers, settings.seed),
            most_tokens=settings.evaluation_answer_tokens,
            at_once=settings.evaluation_at_once,
            renew_every=means.renew_every,
            now=_now,
        )
        work = Loop(running.run_once, every=settings.look_every_s)
        app.state.suites, app.state.runs, app.state.poke_evaluating = suites, runs, work.poke
        app.state.workers, app.state.seed = means.its.workers, settings.seed
        app.state.ordering = Ordering(runs, materials, askers, settings.judge_model, settings.evaluation_cost_usd, _now)
        yield {"evaluating": work} | {name: loop for one in adapters.values() for name, loop in one.loops.items()}


def _askers(app: FastAPI, means: Means, catalogue: Catalogue, adapters: Mapping[str, Adapter]) -> Askers:
    students = LocalStudents(means.its.workers)

    def simulated(latency_ms: float, reads: int) -> Provider:
        return Simulated(latency_ms=latency_ms, reads=reads)

    models = {
        name: simulated(model.latency_ms, model.reads)
        if model.provider == SIMULATED
        else adapters[model.provider].answers
        for name, model in catalogue.models.items()
    }
    platforms = {
        name: students if platform.provider == LOCAL_STUDENT else adapters[platform.provider].answers
        for name, platform in catalogue.platforms.items()
    }
    return Askers(catalogue, models, platforms, students, app.state.versions)


def _insist_on_judge(catalogue: Catalogue, judge: str) -> None:
    if judge and judge not in catalogue.models:
        raise CannotStartError(
            f"The judge {judge} (setting TRAINER_JUDGE_MODEL) is no model of the catalogue (setting {SETTING}): "
            f"known are {', '.join(sorted(catalogue.models))}."
        )


def _now() -> datetime:
    return datetime.now(UTC)
