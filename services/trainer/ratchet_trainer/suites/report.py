"""An evaluation as it is reported, whether the gate made it or somebody asked for it. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from ratchet_trainer.judging.evaluate import Evaluation
from ratchet_trainer.judging.evaluation import CaseScore
from ratchet_trainer.judging.worth import Judged
from ratchet_trainer.suites.judged import JudgeReport
from ratchet_trainer.suites.material import digest_of_example
from ratchet_trainer.suites.outcomes import CaseOutcome, Outcome
from ratchet_trainer.suites.run import Run
from ratchet_trainer.suites.suite import passes_at
from ratchet_trainer.suites.summary import Summary, summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Ids and numbers, no text. `material`: the suite or the dataset. `reasons`: the gate's, or why it is in
    its state. `summary` is None while it is under way.
    """

    evaluation_id: UUID
    kind: Literal["gate", "asked"]
    task_type: str
    candidate: str
    baseline: str | None
    material: str
    created_at: datetime
    state: str
    reasons: tuple[str, ...]
    spent_usd: float | None
    cases: tuple[CaseOutcome, ...]
    summary: Summary | None
    judged: JudgeReport | None = None
    benchmark_score: float | None = None  # the candidate's mean score, once there is a result


def report_of(found: Evaluation | Run, seed: int) -> Report:
    """Burns CPU where the gate made it: its intervals are computed anew."""
    return _of_run(found) if isinstance(found, Run) else _of_gate(found, seed)


def _of_run(run: Run) -> Report:
    return Report(
        evaluation_id=run.run_id,
        kind="asked",
        task_type=run.task_type,
        candidate=run.order.candidate.name,
        baseline=run.order.baseline.name if run.order.baseline else None,
        material=run.order.material,
        created_at=run.created_at,
        state=str(run.state),
        reasons=(run.reason,) if run.reason else (),
        spent_usd=run.spent_usd,
        cases=run.outcomes,
        summary=run.summary,
        judged=run.judged,
        benchmark_score=run.benchmark_score,
    )


def _of_gate(evaluation: Evaluation, seed: int) -> Report:
    bar = passes_at(evaluation.task_type)  # as where somebody asks for it: the two are compared case by case
    cases = tuple(_case(score, bar) for score in evaluation.verdict.scores)
    return Report(
        evaluation_id=evaluation.evaluation_id,
        kind="gate",
        task_type=evaluation.task_type,
        candidate=evaluation.version_id,
        baseline=evaluation.baseline,
        material=evaluation.dataset_id,
        created_at=evaluation.created_at,
        state="passed" if evaluation.ruling.passed else "rejected",
        reasons=evaluation.ruling.reasons,
        spent_usd=None,
        cases=cases,
        summary=summary(cases, seed),
        benchmark_score=evaluation.benchmark_score,
    )


def _case(score: CaseScore, bar: float) -> CaseOutcome:
    return CaseOutcome(
        case_id=str(score.example_id),
        digest=digest_of_example(str(score.example_id)),
        weight=score.weight,
        group=score.group,
        slices=score.slices,
        candidate=_outcome(score.candidate, bar),
        baseline=_outcome(score.baseline, bar),
    )


def _outcome(judged: Judged, bar: float) -> Outcome:
    return Outcome(
        score=judged.score,
        passed=judged.score >= bar,
        malformed=judged.malformed,
        private=judged.private,
        latency_ms=judged.latency_ms,
        cost_usd=judged.cost_usd,
        relevance=judged.relevance,
        completeness=judged.completeness,
        abstained=judged.abstained,
    )
