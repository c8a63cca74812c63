"""The searching part of the composition root: jobs with several hyper-parameters beside each other."""

from datetime import UTC, datetime

from fastapi import FastAPI

from ratchet_common.background import Loop
from ratchet_trainer.means import Means
from ratchet_trainer.search.asking import Asking, Wanted
from ratchet_trainer.search.searching import Searching
from ratchet_trainer.store.searches import MongoSearchStore
from ratchet_trainer.tuning.jobs import Job
from ratchet_trainer.tuning.training import Training


async def searching(app: FastAPI, means: Means) -> dict[str, Loop]:
    """Puts what the routes need on `app.state`, and gives the loop to run."""
    training: Training = app.state.training
    store, steps = MongoSearchStore(means.its.database, lease_s=means.settings.lease_s), training.steps
    await store.create_indexes()

    async def job_of(tenant: str, wanted: Wanted, who: str) -> Job:
        return await training.wanted(tenant, wanted.task_type, wanted.platform, who, wanted.recipe, wanted.dataset_id)

    work = Searching(
        searches=store,
        jobs=app.state.jobs,
        platforms=means.platforms,
        datasets=steps.datasets,
        versions=steps.versions,
        rollouts=steps.rollouts,
        poke_jobs=app.state.poke_training,
        renew_every=means.renew_every,
        now=_now,
    )
    loop = Loop(work.run_once, **means.settings.pace)
    app.state.searches, app.state.poke_searching = store, loop.poke
    app.state.asking_searches = Asking(store, steps, job_of, _now)
    return {"searching": loop}


def _now() -> datetime:
    return datetime.now(UTC)
