"""How evaluations are shown that somebody asked for, and comparisons: ids and numbers, no text."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from ratchet_trainer.suites.outcomes import Preferred
from ratchet_trainer.suites.run import Run, RunState, Subject


class Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class EstimateView(Shown):
    mean: float
    low: float = Field(description="of the 95 % interval")
    high: float


class MeasuredSide(Shown):
    accuracy: EstimateView = Field(description="weighted mean score, 0 to 1")
    passed: float = Field(description="share of the cases")
    relevance: float | None
    completeness: float | None
    consistency: float | None = Field(description="of several draws and paraphrases, where they were asked for")
    latency_p50_ms: float
    latency_p95_ms: float
    cost_usd: float = Field(description="mean of an answer")
    malformed: int
    private: int
    unanswered: int
    abstained: int = Field(description="cases that a student was not sure of: the baseline's, or its own all the same")


class ImprovementView(Shown):
    absolute: EstimateView
    relative: float | None = Field(description=".1 for 10 % more")


class MeasuredSlice(Shown):
    name: str
    n: int
    candidate: EstimateView
    baseline: EstimateView | None
    gain: EstimateView | None


class SummaryView(Shown):
    cases: int
    counted: int = Field(description="that every side answered")
    groups: int = Field(description="of cases that share a text")
    candidate: MeasuredSide
    baseline: MeasuredSide | None
    improvement: ImprovementView | None
    slices: list[MeasuredSlice]


class AgreementView(Shown):
    accuracy: float
    low: float
    high: float
    kappa: float | None = Field(description="Cohen's")
    pairs: int = Field(description="of answers that people rated")


class JudgeView(Shown):
    model: str
    wins: int = Field(description="of the candidate, in both orders")
    losses: int
    ties: int
    unclear: int
    win_rate: float | None
    low: float
    high: float
    people: AgreementView | None = Field(description="null: people rated no two answers to one request")
    silent: bool = Field(description="it gave no answer again and again, and was not asked any more")


class OutcomeView(Shown):
    score: float | None
    passed: bool
    malformed: bool
    private: bool
    latency_ms: float
    cost_usd: float
    relevance: float | None
    completeness: float | None
    consistency: float | None
    error: str
    abstained: bool


class CaseOutcomeView(Shown):
    case_id: str
    weight: float
    slices: list[str]
    candidate: OutcomeView
    baseline: OutcomeView | None
    preferred: Preferred | None = Field(description="by the judge")


class RunView(Shown):
    kind: Literal["asked"] = "asked"
    evaluation_id: UUID
    task_type: str
    state: RunState
    reason: str
    progress: float
    version_id: str | None
    model: str | None
    baseline: str | None = Field(description="version or model")
    suite_id: str | None
    dataset_id: str | None
    draws: int
    judge: str | None = Field(description="null: none was configured, or none was wanted")
    made_by: str
    created_at: datetime
    ended_at: datetime | None
    cases: int
    left_out: int = Field(description="held-out examples that one of the versions has learned")
    done: int
    spent_usd: float
    max_cost_usd: float
    benchmark_score: float | None = Field(description="the mean score of what was evaluated; null: no result")
    summary: SummaryView | None
    judged: JudgeView | None


class RunWithCases(RunView):
    case_by_case: list[CaseOutcomeView]


class HalfView(Shown):
    evaluation_id: UUID
    name: str
    side: MeasuredSide
    only_here: int


class ComparisonView(Shown):
    common: int = Field(description="cases that both answered")
    a: HalfView
    b: HalfView
    improvement: ImprovementView = Field(description="of b over a")
    slices: list[MeasuredSlice] = Field(description="candidate: b; baseline: a")
    newly_passed: list[str]
    newly_failed: list[str]


def run_view(run: Run) -> RunView:
    return RunView(
        evaluation_id=run.run_id,
        task_type=run.task_type,
        state=run.state,
        reason=run.reason,
        progress=run.progress,
        version_id=run.order.candidate.version_id or None,
        model=run.order.candidate.model or None,
        baseline=_name(run.order.baseline),
        suite_id=run.order.suite_id or None,
        dataset_id=run.order.dataset_id or None,
        draws=run.order.draws,
        judge=run.order.judge or None,
        made_by=run.made_by,
        created_at=run.created_at,
        ended_at=run.ended_at,
        cases=run.cases,
        left_out=run.left_out,
        done=run.done,
        spent_usd=round(run.spent_usd, 6),
        max_cost_usd=run.order.max_cost_usd,
        benchmark_score=run.benchmark_score,
        summary=SummaryView.model_validate(run.summary) if run.summary else None,
        judged=JudgeView.model_validate(run.judged) if run.judged else None,
    )


def with_cases(run: Run) -> RunWithCases:
    cases = [CaseOutcomeView.model_validate(case) for case in run.outcomes]
    return RunWithCases(**dict(run_view(run)), case_by_case=cases)


def _name(subject: Subject | None) -> str | None:
    return subject.name if subject else None
