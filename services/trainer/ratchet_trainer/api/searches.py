"""Searches for hyper-parameters, over HTTP."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.problems import documented
from ratchet_common.vocabulary import known_task
from ratchet_trainer.api.jobs import JobRequest, Number
from ratchet_trainer.api.parameters import Cursor, IdempotencyKey, Limit, TaskFilter, id_by, name_of, task_in
from ratchet_trainer.search.asking import Asking, Wanted
from ratchet_trainer.search.search import MOST_JOBS, Search, SearchState, Strategy
from ratchet_trainer.search.space import Span
from ratchet_trainer.store.searches import MongoSearchStore

routes = APIRouter(prefix="/api/models/searches", tags=["jobs"])


class SpanBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    least: Number
    most: Number
    log: bool = Field(False, description="as likely in each power of ten")


Values = Annotated[list[Number], Field(min_length=1, max_length=MOST_JOBS)]
Name = Annotated[str, Field(max_length=100)]


class SearchRequest(JobRequest):
    """A job's fields, and what is tried. `hyperparameters` are the same in all trials."""

    strategy: Strategy = Field("random", description="halving ends the worse ones early, where the platform allows it")
    space: dict[Name, Values | SpanBody] = Field(
        {}, max_length=10, description="by hyper-parameter: values, or a range; empty: around what is suggested"
    )
    jobs: int = Field(6, ge=2, le=MOST_JOBS, description="at most")
    at_once: int = Field(2, ge=1, le=16)
    seed: int = Field(42, ge=0, le=2**31)
    max_cost_usd: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="of all trials together; none is begun beyond"
    )

    def wanted(self, task: str) -> Wanted:
        return Wanted(
            task_type=task,
            platform=self.platform,
            recipe=self.recipe,
            strategy=self.strategy,
            space={name: _axis(axis) for name, axis in self.space.items()},
            most_jobs=self.jobs,
            at_once=self.at_once,
            dataset_id=self.dataset_id,
            seed=self.seed,
        )


class TrialView(BaseModel):
    job_id: UUID | None = Field(description="null: not begun")
    hyperparameters: dict[str, int | float | str]
    loss: float | None = Field(description="on the validation side")
    stopped: bool = Field(description="it was among the worse, and was ended early")


class SearchView(BaseModel):
    search_id: UUID
    task_type: str
    platform: str
    base_model: str
    method: str
    strategy: Strategy
    dataset_id: str
    state: SearchState
    reason: str
    max_cost_usd: float | None
    made_by: str
    created_at: datetime
    trials: list[TrialView]
    best: int | None = Field(description="of the trials, counted from 1")
    version_id: str | None = Field(description="a candidate: the gate says how good it is on the test side")


class Searches(BaseModel):
    items: list[SearchView]
    next: str | None


@routes.post("", status_code=201, responses=documented(404, 409))
async def create_search(
    body: SearchRequest, caller: MayOperate, request: Request, idempotency_key: IdempotencyKey = None
) -> SearchView:
    """Tunes several times on one dataset, and makes a version of the best on its validation side."""
    asking: Asking = request.app.state.asking_searches
    search_id = id_by(idempotency_key, caller.tenant, "search")
    wanted = body.wanted(str(known_task(body.task_type)))
    search = await asking.ask(caller.tenant, wanted, name_of(caller), search_id)
    request.app.state.poke_searching()
    return _view(search)


@routes.get("", responses=documented(404))
async def list_searches(
    caller: MayRead, request: Request, task_type: TaskFilter = None, limit: Limit = 50, cursor: Cursor = None
) -> Searches:
    task = task_in(task_type)
    found, after = await _store(request).list(caller.tenant, task_type=task, limit=limit, cursor=cursor)
    return Searches(items=[_view(search) for search in found], next=after)


@routes.get("/{search_id}", responses=documented(404))
async def get_search(search_id: UUID, caller: MayRead, request: Request) -> SearchView:
    return _view(await _store(request).get(caller.tenant, search_id))


@routes.post("/{search_id}/cancel", responses=documented(404, 409))
async def cancel_search(search_id: UUID, caller: MayOperate, request: Request) -> SearchView:
    """Its jobs are ended, at their platform too."""
    search = await _store(request).cancel(caller.tenant, search_id, name_of(caller), datetime.now(UTC))
    request.app.state.poke_searching()
    return _view(search)


def _store(request: Request) -> MongoSearchStore:
    store: MongoSearchStore = request.app.state.searches
    return store


def _axis(given: list[int | float] | SpanBody) -> tuple[int | float, ...] | Span:
    return Span(given.least, given.most, given.log) if isinstance(given, SpanBody) else tuple(given)


def _view(search: Search) -> SearchView:
    return SearchView(
        search_id=search.search_id,
        task_type=search.task_type,
        platform=search.platform,
        base_model=search.base_model,
        method=search.method,
        strategy=search.strategy,
        dataset_id=search.dataset_id,
        state=search.state,
        reason=search.reason,
        max_cost_usd=search.max_cost_usd,
        made_by=search.made_by,
        created_at=search.created_at,
        trials=[
            TrialView(
                job_id=search.job_id(number) if trial.begun else None,
                hyperparameters=dict(trial.hyperparameters),
                loss=trial.loss,
                stopped=trial.stopped,
            )
            for number, trial in enumerate(search.trials)
        ],
        best=None if search.best is None else search.best + 1,
        version_id=search.version_id or None,
    )
