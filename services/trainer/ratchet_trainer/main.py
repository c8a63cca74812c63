"""The composition root: everything of the trainer meets here, in `data.py` and in `decisions.py`, and nowhere else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from ratchet_common.http import create_app
from ratchet_common.service import at_work, connections
from ratchet_common.workers import MakeWorkers, Workers
from ratchet_trainer.api import base_models as base_models_api
from ratchet_trainer.api import (
    datasets,
    documents,
    erasures,
    evaluation_runs,
    evaluations,
    examples,
    jobs,
    lineage,
    registering,
    rollouts,
    runs,
    searches,
    suites,
    versions,
)
from ratchet_trainer.artifacts import artifacts_at
from ratchet_trainer.data import data_of
from ratchet_trainer.decisions import decisions
from ratchet_trainer.evaluating import evaluating
from ratchet_trainer.judging.answering import answering
from ratchet_trainer.means import Means
from ratchet_trainer.platforms.all import tuning_platforms
from ratchet_trainer.privacy.finding.model import check_model
from ratchet_trainer.searching import searching
from ratchet_trainer.settings import TrainerSettings
from ratchet_trainer.taking_down import taking_down
from ratchet_trainer.tuning.base_models_file import read_base_models

NAME = "trainer"
ESTIMATES = "estimates"  # a folder of their own: in it, what is in use no more goes
TUNING = (jobs, runs, searches, base_models_api)
OF_VERSIONS = (versions, registering, lineage)  # lineage last: its `{version_id}` would match `compare`
OF_EVALUATIONS = (suites, evaluation_runs, evaluations)  # as would their `{evaluation_id}`
APIS = (examples, datasets, documents, erasures, *TUNING, *OF_VERSIONS, rollouts, *OF_EVALUATIONS)


def build(settings: TrainerSettings, make_workers: MakeWorkers = Workers) -> FastAPI:
    """Raises CannotStartError."""
    if settings.ner_model:
        check_model(settings.ner_model)
    artifacts = artifacts_at(settings.artifacts_url)
    base_models = read_base_models(settings.base_models)
    estimates = artifacts_at(f"{settings.artifacts_url.rstrip('/')}/{ESTIMATES}")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # Fits take minutes: in a worker of their own, so that what is collected meanwhile need not wait for them.
        async with (
            connections(NAME, settings, app, make_workers=make_workers) as its,
            make_workers(1) as fitting,
            tuning_platforms(settings, fitting, artifacts) as platforms,
            answering(its, settings) as asked,
        ):
            data = await data_of(its, settings)
            means = Means(its, settings, data, artifacts, estimates, fitting, base_models, platforms, asked.askers)
            loops = await decisions(app, means) | await evaluating(app, means) | dict(asked.loops)
            loops |= await searching(app, means) | taking_down(means)
            loops |= await its.relay(data.erasures.collection) | await its.relay(its.database.forgotten)
            app.state.data, app.state.artifacts, app.state.ready = data, artifacts, its.ready
            app.state.base_models = base_models
            async with at_work(its, loops):
                yield

    return create_app(NAME, settings, routers=[api.routes for api in APIS], lifespan=lifespan)
