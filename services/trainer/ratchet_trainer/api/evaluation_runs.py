"""Evaluations over HTTP: asked for, cancelled, compared."""

from datetime import UTC, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ratchet_common.auth import MayOperate, MayRead
from ratchet_common.errors import NotFoundError
from ratchet_common.pages.page import POLICY
from ratchet_common.problems import documented
from ratchet_common.workers import Workers
from ratchet_trainer.api.evaluation_views import ComparisonView, RunView, run_view
from ratchet_trainer.api.parameters import IdempotencyKey, id_by, name_of
from ratchet_trainer.store.evaluations import MongoEvaluationStore
from ratchet_trainer.store.runs import MongoRunStore
from ratchet_trainer.suites import at_work
from ratchet_trainer.suites.ordering import Ordering
from ratchet_trainer.suites.run import Order, Run, Subject

routes = APIRouter(prefix="/api/models/evaluations", tags=["evaluations"])

MEDIA_TYPES = {"json": "application/json", "html": "text/html", "md": "text/markdown"}
SUITE_ID, DATASET_ID = r"^[a-z0-9._-]{1,64}-[0-9a-f]{12}$", r"^[a-z_]{1,40}-[0-9a-f]{12}$"
Id = Annotated[str | None, Field(min_length=1, max_length=100)]


class EvaluationRequest(BaseModel):
    """One of `version_id` and `model`, one of `suite` and `dataset_id`; of the baseline's two at most one."""

    model_config = ConfigDict(extra="forbid")

    version_id: Id = None
    model: Id = Field(None, description="of the trainer's catalogue")
    baseline_version_id: Id = None
    baseline_model: Id = None
    suite: str | None = Field(None, pattern=SUITE_ID, description="its suite_id")
    dataset_id: str | None = Field(None, pattern=DATASET_ID, description="its held-out side")
    draws: int = Field(1, ge=1, le=10, description="times that each request is asked; from 2, consistency is measured")
    paraphrases: bool = Field(False, description="ask those of the suite as well, for consistency")
    judge: bool | None = Field(None, description="left out: where one is configured")
    max_cost_usd: float | None = Field(None, ge=0, le=100_000)

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        for names, needed in (
            (("version_id", "model"), True),
            (("suite", "dataset_id"), True),
            (("baseline_version_id", "baseline_model"), False),
        ):
            given = [name for name in names if getattr(self, name) is not None]
            if len(given) > 1 or (needed and not given):
                raise ValueError(f"name {'one' if needed else 'one at most'} of {' and '.join(names)}")
        return self

    def order(self) -> Order:
        baseline = Subject(self.baseline_version_id or "", self.baseline_model or "")
        return Order(
            candidate=Subject(self.version_id or "", self.model or ""),
            baseline=baseline if baseline.name else None,
            suite_id=self.suite or "",
            dataset_id=self.dataset_id or "",
            draws=self.draws,
            paraphrases=self.paraphrases,
        )


@routes.post("", status_code=201, responses=documented(404, 409))
async def ask_for_evaluation(
    body: EvaluationRequest, caller: MayOperate, request: Request, idempotency_key: IdempotencyKey = None
) -> RunView:
    """It is done in the background: look at it by its id. Both sides are asked anew; what they answer is not kept."""
    ordering: Ordering = request.app.state.ordering
    run = await ordering.ask(
        caller.tenant,
        name_of(caller),
        body.order(),
        judge=body.judge,
        cost_usd=body.max_cost_usd,
        run_id=id_by(idempotency_key, caller.tenant, "evaluation"),
    )
    request.app.state.poke_evaluating()
    return run_view(run)


@routes.get("/compare", responses=documented(404, 409))
async def compare_evaluations(
    a: Annotated[UUID, Query(description="the one before")],
    b: Annotated[UUID, Query(description="the one after")],
    caller: MayRead,
    request: Request,
) -> ComparisonView:
    """What b was about, beside what a was about, on the cases that both have: paired, with 95 % intervals."""
    store: MongoEvaluationStore = request.app.state.evaluations
    workers: Workers = request.app.state.workers
    one, other = await store.get(caller.tenant, a), await store.get(caller.tenant, b)
    found = await workers.run(at_work.compared, one, other, request.app.state.seed)
    return ComparisonView.model_validate(found)


@routes.get(
    "/{evaluation_id}/report",
    response_class=Response,
    responses=documented(404) | {200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}, "description": "It."}},
)
async def read_report(
    evaluation_id: UUID,
    caller: MayRead,
    request: Request,
    format_: Annotated[Literal["json", "html", "md"], Query(alias="format")] = "json",
) -> Response:
    """Of both kinds: numbers, slices, case by case; as a page with plots, or as Markdown. No text of any case."""
    store: MongoEvaluationStore = request.app.state.evaluations
    workers: Workers = request.app.state.workers
    found = await store.get(caller.tenant, evaluation_id)
    body = await workers.run(at_work.reported, found, format_, request.app.state.seed)
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type=MEDIA_TYPES[format_], headers=headers)


@routes.post("/{evaluation_id}/cancel", responses=documented(404, 409))
async def cancel_evaluation(evaluation_id: UUID, caller: MayOperate, request: Request) -> RunView:
    """What was done and spent by then stays on it."""
    runs: MongoRunStore = request.app.state.runs
    store: MongoEvaluationStore = request.app.state.evaluations
    found = await store.get(caller.tenant, evaluation_id)
    if not isinstance(found, Run):
        raise NotFoundError(f"The evaluation {evaluation_id} is the gate's: it has ended, and cannot be cancelled.")
    await runs.cancel(caller.tenant, evaluation_id, f"cancelled by {name_of(caller)}", datetime.now(UTC))
    after = await store.get(caller.tenant, evaluation_id)
    return run_view(after if isinstance(after, Run) else found)
