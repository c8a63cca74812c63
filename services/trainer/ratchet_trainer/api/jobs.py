"""Training jobs over HTTP."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.problems import documented
from ratchet_common.vocabulary import known_task
from ratchet_trainer.api.parameters import Cursor, IdempotencyKey, Limit, TaskFilter, id_by, name_of, task_in
from ratchet_trainer.platforms.platform import Method
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.tuning.base_models import PlatformName
from ratchet_trainer.tuning.job_steps import cancellation
from ratchet_trainer.tuning.jobs import Job, JobState, Recipe
from ratchet_trainer.tuning.training import Training

routes = APIRouter(prefix="/api/models/jobs", tags=["jobs"])

StateFilter = Annotated[JobState | None, Query(description="only jobs in this state")]
Number = Annotated[int | float, Field(allow_inf_nan=False)]


class JobRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    task_type: str = Field(max_length=100)
    platform: PlatformName = "local"
    base_model: str = Field("", max_length=200, description="empty: the platform's first; /api/models/base-models")
    method: Method = "supervised"
    dataset_id: str = Field("", max_length=100, description="empty: one is built of what is there now")
    hyperparameters: dict[Annotated[str, Field(max_length=100)], Number] = Field(
        {}, max_length=20, description="those that are left out are chosen by the number of examples"
    )
    max_cost_usd: float | None = Field(None, ge=0, allow_inf_nan=False, description="refused where more is estimated")

    @property
    def recipe(self) -> Recipe:
        return Recipe(
            base_model=self.base_model,
            method=self.method,
            hyperparameters=self.hyperparameters,
            max_cost_usd=self.max_cost_usd,
        )


class StepView(BaseModel):
    state: JobState
    at: datetime
    reason: str


class EstimateView(BaseModel):
    examples: int
    tokens: int = Field(description="of the training file, once; estimated by its length")
    epochs: float
    cost_usd: float | None = Field(description="null where the base model has no price")
    left_out: int = Field(0, description="examples that the platform would refuse; many are a failure")
    left_out_because: list[str] = Field([], description="of the first of them")


class JobView(BaseModel):
    job_id: UUID
    task_type: str
    platform: str
    base_model: str | None = Field(description="null: the platform's first")
    method: Method
    state: JobState
    reason: str
    progress: float = Field(ge=0, le=1)
    hyperparameters: dict[str, int | float | str]
    estimate: EstimateView | None
    max_cost_usd: float | None
    cost_usd: float | None = Field(description="so far; null where it is not known")
    metrics: dict[str, float]
    run_id: str | None = Field(description="the platform's name for it")
    tuned: str | None = Field(
        description="the model or artifact that came out, where it is no version: of a search's trial, or for vectors"
    )
    made_by: str
    reasons: list[str] = Field(description="why it was made")
    created_at: datetime
    dataset_id: str | None
    version_id: str | None
    search_id: UUID | None = Field(description="that it is a trial of")
    part_of: UUID | None = Field(description="the job that was open already, and takes this trigger along")
    history: list[StepView]


class Preview(BaseModel):
    """What a job would be."""

    dataset_id: str
    estimate: EstimateView
    hyperparameters: dict[str, int | float | str]


class JobWithTriggers(JobView):
    triggers: list[UUID] = Field(description="triggers that came while it was open")


class Jobs(BaseModel):
    items: list[JobView]
    next: str | None


@routes.post("", status_code=201, responses=documented(404, 409))
async def create_job(
    body: JobRequest, caller: MayOperate, request: Request, idempotency_key: IdempotencyKey = None
) -> JobView:
    """Trains on what is there now, or on a dataset; 422 where that is too little, or cannot be trained so."""
    training: Training = request.app.state.training
    task = str(known_task(body.task_type))
    job_id = id_by(idempotency_key, caller.tenant, "job")
    job = await training.ask(caller.tenant, task, body.platform, name_of(caller), body.recipe, body.dataset_id, job_id)
    request.app.state.poke_training()
    return JobView.model_validate(_fields(job))


@routes.post("/estimate", responses=documented(404))
async def estimate_job(body: JobRequest, caller: MayOperate, request: Request) -> Preview:
    """What such a job would be tuned with, and cost. The files are made and checked; nothing is kept or sent."""
    training: Training = request.app.state.training
    task = str(known_task(body.task_type))
    job = await training.estimate(caller.tenant, task, body.platform, name_of(caller), body.recipe, body.dataset_id)
    return Preview.model_validate(
        {"dataset_id": job.dataset_id, "estimate": _estimate(job), "hyperparameters": dict(job.hyperparameters)}
    )


@routes.get("", responses=documented(404))
async def list_jobs(
    caller: MayRead,
    request: Request,
    task_type: TaskFilter = None,
    state: StateFilter = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Jobs:
    found, after = await _store(request).list(
        caller.tenant, task_type=task_in(task_type), state=state, limit=limit, cursor=cursor
    )
    return Jobs(items=[JobView.model_validate(_fields(job)) for job in found], next=after)


@routes.get("/{job_id}", responses=documented(404))
async def get_job(job_id: UUID, caller: MayRead, request: Request) -> JobWithTriggers:
    store = _store(request)
    return await _with_triggers(store, await store.get(caller.tenant, job_id))


@routes.post("/{job_id}/cancel", responses=documented(404, 409))
async def cancel_job(job_id: UUID, caller: MayOperate, request: Request) -> JobWithTriggers:
    """What is being computed for it is thrown away."""
    store = _store(request)
    step = cancellation(name_of(caller), datetime.now(UTC))
    return await _with_triggers(store, await store.cancel(caller.tenant, job_id, step))


def _store(request: Request) -> MongoJobStore:
    store: MongoJobStore = request.app.state.jobs
    return store


async def _with_triggers(store: MongoJobStore, job: Job) -> JobWithTriggers:
    triggers = await store.triggers(job.tenant, job.job_id)
    return JobWithTriggers.model_validate(_fields(job) | {"triggers": [trigger.job_id for trigger in triggers]})


def _fields(job: Job) -> dict[str, object]:
    return {
        "job_id": job.job_id,
        "task_type": job.task_type,
        "platform": job.platform,
        "base_model": job.recipe.base_model or None,
        "method": job.recipe.method,
        "state": job.state,
        "reason": job.reason,
        "progress": job.progress,
        "hyperparameters": dict(job.hyperparameters or job.recipe.hyperparameters),
        "estimate": _estimate(job),
        "max_cost_usd": job.recipe.max_cost_usd,
        "cost_usd": job.cost_usd,
        "metrics": dict(job.metrics),
        "run_id": job.run_id or None,
        "tuned": (job.tuned.model or job.tuned.artifact) if job.tuned else None,
        "made_by": job.made_by,
        "reasons": list(job.reasons),
        "created_at": job.created_at,
        "dataset_id": job.dataset_id or None,
        "version_id": job.version_id or None,
        "search_id": job.search_id,
        "part_of": job.part_of,
        "history": [{"state": step.state, "at": step.at, "reason": step.reason} for step in job.history],
    }


def _estimate(job: Job) -> dict[str, object] | None:
    its = job.estimate
    if its is None:
        return None
    return asdict(its) | {"left_out_because": list(its.left_out_because)}
