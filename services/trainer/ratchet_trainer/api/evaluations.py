"""Evaluations over HTTP: what was compared, case by case. Ids and scores, no text."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from ratchet_common.auth import MayRead
from ratchet_common.problems import documented
from ratchet_trainer.api.evaluation_views import RunView, RunWithCases, run_view, with_cases
from ratchet_trainer.api.parameters import Cursor, Limit, TaskFilter, task_in
from ratchet_trainer.judging.evaluate import Evaluation
from ratchet_trainer.judging.evaluation import CaseScore, Gain, Side, saved
from ratchet_trainer.store.evaluations import MongoEvaluationStore
from ratchet_trainer.suites.run import Run

routes = APIRouter(prefix="/api/models/evaluations", tags=["evaluations"])


class SideView(BaseModel):
    score: float = Field(description="weighted mean, 0 to 1")
    malformed: int
    private: int
    latency_ms: float = Field(description="median")
    cost_usd: float = Field(description="mean")
    relevance: float | None = Field(description="null: of labels, and before it was measured")
    completeness: float | None
    abstained: int = Field(description="cases that a student was not sure of: they count as the baseline answered them")


class GainView(BaseModel):
    mean: float
    low: float = Field(description="of the 95 % interval")
    high: float


class SliceView(BaseModel):
    name: str
    gain: float
    n: int


class EvaluationView(BaseModel):
    kind: Literal["gate"] = "gate"
    evaluation_id: UUID
    task_type: str
    version_id: str
    baseline: str
    dataset_id: str
    created_at: datetime
    passed: bool
    reasons: list[str]
    benchmark_score: float = Field(description="the version's mean score")
    test_examples: int = Field(description="held out, whether or not they could be used")
    cases: int = Field(description="held out, answered by the baseline, with a usable reference")
    from_shadow: int = Field(description="cases whose answer the version gave in the shadow; the others it was asked")
    baseline_asked: int = Field(
        description="cases that nobody had answered, such as imported ones, and that the baseline was asked only now"
    )
    baseline_model: str = Field(description="as which version or model it was asked; empty: it was not")
    spent_usd: float = Field(description="for the answers that it and the baseline were asked only now")
    groups: int = Field(description="of cases that share a document or a session")
    version: SideView
    against: SideView
    gain: GainView
    cheaper: float = Field(description="the share of the cost that is saved")
    faster: float = Field(description="the share of the time that is saved")
    floor: float | None = Field(description="the score of answers that say nothing about the very case")
    gain_over_floor: GainView | None
    worse_slices: list[SliceView]


class CaseView(BaseModel):
    example_id: UUID
    passed: bool = Field(description="the version's answer is no worse")
    score: float
    baseline_score: float
    weight: float
    abstained: bool = Field(description="it was not sure: the baseline's answer")


class EvaluationWithCases(EvaluationView):
    case_by_case: list[CaseView]


class Evaluations(BaseModel):
    items: list[Annotated[EvaluationView | RunView, Field(discriminator="kind")]]
    next: str | None


@routes.get("", responses=documented(404))
async def list_evaluations(
    caller: MayRead,
    request: Request,
    version_id: Annotated[str | None, Query(max_length=100)] = None,
    task_type: TaskFilter = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Evaluations:
    """The gate's, of versions on trial, and those that somebody asked for; the newest first."""
    store: MongoEvaluationStore = request.app.state.evaluations
    found, after = await store.list(
        caller.tenant, version_id=version_id, task_type=task_in(task_type), limit=limit, cursor=cursor
    )
    return Evaluations(items=[run_view(one) if isinstance(one, Run) else view(one) for one in found], next=after)


@routes.get("/{evaluation_id}", responses=documented(404))
async def get_evaluation(
    evaluation_id: UUID, caller: MayRead, request: Request
) -> Annotated[EvaluationWithCases | RunWithCases, Field(discriminator="kind")]:
    store: MongoEvaluationStore = request.app.state.evaluations
    found = await store.get(caller.tenant, evaluation_id)
    if isinstance(found, Run):
        return with_cases(found)
    cases = [_case(score) for score in found.verdict.scores]
    return EvaluationWithCases(**dict(view(found)), case_by_case=cases)


def view(evaluation: Evaluation) -> EvaluationView:
    report = evaluation.verdict.report
    over = report.gain_over_floor
    return EvaluationView(
        evaluation_id=evaluation.evaluation_id,
        task_type=evaluation.task_type,
        version_id=evaluation.version_id,
        baseline=evaluation.baseline,
        dataset_id=evaluation.dataset_id,
        created_at=evaluation.created_at,
        passed=evaluation.ruling.passed,
        reasons=list(evaluation.ruling.reasons),
        benchmark_score=evaluation.benchmark_score,
        test_examples=evaluation.test_examples,
        cases=report.n,
        from_shadow=evaluation.from_shadow,
        baseline_asked=evaluation.baseline_asked,
        baseline_model=evaluation.baseline_model,
        spent_usd=round(evaluation.spent_usd, 6),
        groups=report.groups,
        version=_side(report.candidate),
        against=_side(report.baseline),
        gain=_gain(report.gain),
        cheaper=saved(report.candidate.cost_usd, report.baseline.cost_usd),
        faster=saved(report.candidate.latency_ms, report.baseline.latency_ms),
        floor=report.floor,
        gain_over_floor=_gain(over) if over else None,
        worse_slices=[SliceView(name=loss.name, gain=loss.gain, n=loss.n) for loss in report.worse_slices],
    )


def _side(side: Side) -> SideView:
    return SideView(
        score=side.score,
        malformed=side.malformed,
        private=side.private,
        latency_ms=side.latency_ms,
        cost_usd=round(side.cost_usd, 6),
        relevance=side.relevance,
        completeness=side.completeness,
        abstained=side.abstained,
    )


def _gain(gain: Gain) -> GainView:
    return GainView(mean=gain.mean, low=gain.low, high=gain.high)


def _case(score: CaseScore) -> CaseView:
    return CaseView(
        example_id=score.example_id,
        passed=score.candidate.score >= score.baseline.score,
        score=score.candidate.score,
        baseline_score=score.baseline.score,
        weight=score.weight,
        abstained=score.candidate.abstained,
    )
