"""What a job's platform says of its run, asked there and then."""

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import Final, Literal, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ratchet_common.auth import MayRead
from ratchet_common.errors import NotFoundError, RefusedError, RetryLaterError, UnavailableError
from ratchet_common.problems import documented
from ratchet_trainer.platforms.platform import RunGoneError, TuningPlatform
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.tuning.jobs import Job

routes = APIRouter(prefix="/api/models/jobs", tags=["jobs"])

PATIENCE_S: Final = 20.0
T = TypeVar("T")


class NoRunError(RefusedError):
    status = 409
    type = "no-run"
    title = "The job has no run"


class RunGoneThereError(NotFoundError):
    type = "run-gone"
    title = "The platform knows no such run"


class EventView(BaseModel):
    at: datetime
    level: Literal["info", "warn", "error"]
    message: str = Field(description="the platform's own words")


class Events(BaseModel):
    items: list[EventView] = Field(description="the latest 50 at most, oldest first")


class Curves(BaseModel):
    curves: dict[str, list[tuple[int, float]]] = Field(description="by name, such as train_loss: step and value")


@routes.get("/{job_id}/events", responses=documented(404, 409, 503))
async def job_events(job_id: UUID, caller: MayRead, request: Request) -> Events:
    job, platform = await _run(request, caller.tenant, job_id)
    found = await _told(job, platform.events(job.run_id))
    return Events(items=[EventView(at=one.at, level=one.level, message=one.message) for one in found])


@routes.get("/{job_id}/curves", responses=documented(404, 409, 503))
async def job_curves(job_id: UUID, caller: MayRead, request: Request) -> Curves:
    job, platform = await _run(request, caller.tenant, job_id)
    found = await _told(job, platform.metrics(job.run_id))
    return Curves(curves={name: list(points) for name, points in found.curves.items()})


async def _run(request: Request, tenant: str, job_id: UUID) -> tuple[Job, TuningPlatform]:
    """Raises UnknownJobError, NoRunError."""
    store: MongoJobStore = request.app.state.jobs
    platforms: Mapping[str, TuningPlatform] = request.app.state.platforms
    job = await store.get(tenant, job_id)
    platform = platforms[job.platform]
    if not job.run_id or platform.in_process:
        why = "was fitted here" if platform.in_process else f"has not begun at {job.platform}"
        raise NoRunError(f"The job {job_id} {why}: only what a platform runs has events and curves.")
    return job, platform


async def _told(job: Job, asked: Awaitable[T]) -> T:
    """Raises UnavailableError where the platform is away, RunGoneThereError where it has forgotten the run."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await asked
    except RunGoneError as error:
        raise RunGoneThereError(f"{job.platform} knows the run of the job {job.job_id} no more: {error}") from error
    except RetryLaterError as error:
        raise UnavailableError(str(error)) from error
    except TimeoutError:
        raise UnavailableError(f"{job.platform} did not answer within {PATIENCE_S:g} seconds.") from None
