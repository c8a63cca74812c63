"""The evaluating part of the composition root: suites, and evaluations that people ask for."""

from datetime import UTC, datetime

from fastapi import FastAPI

from ratchet_catalogue.catalogue import Catalogue
from ratchet_common.background import Loop
from ratchet_common.errors import CannotStartError
from ratchet_trainer.judging.answering import SETTING
from ratchet_trainer.means import Means
from ratchet_trainer.store.runs import MongoRunStore
from ratchet_trainer.store.suites import MongoSuiteStore
from ratchet_trainer.suites.learned import Lessons
from ratchet_trainer.suites.material import Materials
from ratchet_trainer.suites.ordering import Ordering
from ratchet_trainer.suites.running import Running, score_in, summarise_in


async def evaluating(app: FastAPI, means: Means) -> dict[str, Loop]:
    """Puts what the routes need on `app.state`, and gives the loops to run. Raises CannotStartError."""
    settings, database, askers = means.settings, means.its.database, means.askers
    _insist_on(askers.catalogue, settings.judge_model, "judge", "TRAINER_JUDGE_MODEL")
    _insist_on(askers.catalogue, settings.baseline_model, "model for base", "TRAINER_BASELINE_MODEL")
    suites, runs = MongoSuiteStore(database), MongoRunStore(database, lease_s=settings.lease_s)
    for store in (suites, runs):
        await store.create_indexes()
    lessons = Lessons(askers.versions, means.data.training, means.data.seen_among)
    materials = Materials(suites, means.data.training, lessons, settings.evaluation_cases)
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
    work = Loop(running.run_once, **settings.pace)
    app.state.suites, app.state.runs, app.state.poke_evaluating = suites, runs, work.poke
    app.state.workers, app.state.seed = means.its.workers, settings.seed
    app.state.ordering = Ordering(runs, materials, askers, settings.judge_model, settings.evaluation_cost_usd, _now)
    return {"evaluating": work, **await means.its.relay(database.evaluations)}


def _insist_on(catalogue: Catalogue, model: str, what: str, setting: str) -> None:
    if model and model not in catalogue.models:
        raise CannotStartError(
            f"The {what} {model} (setting {setting}) is no model of the catalogue (setting {SETTING}): "
            f"known are {', '.join(sorted(catalogue.models))}."
        )


def _now() -> datetime:
    return datetime.now(UTC)
