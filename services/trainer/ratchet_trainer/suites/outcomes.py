"""What one answer, or several to the same request, came to. Burns CPU: runs in a worker process."""

import statistics
from dataclasses import dataclass, field
from typing import Literal

from ratchet_scoring.agreement import consistency
from ratchet_scoring.coverage import completeness, relevance
from ratchet_scoring.named import Wanted, score_by
from ratchet_scoring.scorers import LABEL_TASKS
from ratchet_trainer.privacy.giving_away import Find, gives_away
from ratchet_trainer.suites.faults import schema_of
from ratchet_trainer.suites.suite import Case, Check, Suite
from ratchet_trainer.suites.texts import known_of

Preferred = Literal["candidate", "baseline", "tie", "unclear"]


@dataclass(frozen=True, slots=True)
class Said:
    """One side's answers to a case: draws of the same request, then those to its paraphrases.

    `error`: why there is no answer; the others are then empty. `refused`: the model could not answer this request, and
    that is its score; else whether it could is not known. `abstained`: it was not sure, and left the request to the
    other side; or to nobody, and these are its own answers all the same.
    """

    outputs: tuple[str, ...] = field(default=(), repr=False)
    rephrased: tuple[str, ...] = field(default=(), repr=False)
    latency_ms: float = 0.0  # median
    cost_usd: float = 0.0  # mean
    error: str = ""
    refused: bool = False
    abstained: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """`score`, 0 to 1: None where no answer came. `malformed`: empty, or without the form that was asked for."""

    score: float | None
    passed: bool
    malformed: bool = False
    private: bool = False
    latency_ms: float = 0.0
    cost_usd: float = 0.0
    relevance: float | None = None
    completeness: float | None = None
    consistency: float | None = None
    error: str = ""
    abstained: bool = False


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """Both sides of a case. Ids and numbers, no text. Cases of one `group` are drawn together; by its `digest` a case
    is known in whatever suite it stands.
    """

    case_id: str
    digest: str
    weight: float
    group: str
    slices: tuple[str, ...]
    candidate: Outcome
    baseline: Outcome | None = None
    preferred: Preferred | None = None


def outcome(suite: Suite, case: Case, said: Said, find: Find) -> Outcome:
    """`suite` need not have its cases. The score is the mean over the draws, and most of them must pass."""
    if said.error:
        score = 0.0 if said.refused else None
        return Outcome(score, passed=False, malformed=said.refused, error=said.error, cost_usd=said.cost_usd)
    judged = [_judged(suite, case, output) for output in said.outputs]
    first, question, context = said.outputs[0], _asked(case), "\n".join(case.passages.values())
    return Outcome(
        score=statistics.fmean(one.score for one in judged),
        passed=2 * sum(one.passed for one in judged) > len(judged),
        malformed=any(one.malformed for one in judged),
        private=any(gives_away(output, known_of(case), find) for output in said.outputs),
        latency_ms=said.latency_ms,
        cost_usd=said.cost_usd,
        relevance=relevance(suite.task_type, first, *((question, context) if context else ("", question))),
        completeness=None if case.reference is None else completeness(suite.task_type, first, case.reference),
        consistency=consistency(suite.task_type, [*said.outputs, *said.rephrased]),
        abstained=said.abstained,
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    score: float
    passed: bool
    malformed: bool


def _judged(suite: Suite, case: Case, output: str) -> _Judged:
    if not case.checks:
        score = score_by("task", output, _wanted(suite, case, Check(scorer="task")))
        return _Judged(score, score >= suite.passes_at, _is_malformed(suite, case, output))
    scores = [(check, score_by(check.scorer, output, _wanted(suite, case, check))) for check in case.checks]
    formless = any(score < check.pass_at for check, score in scores if check.scorer in ("json", "label", "list"))
    passed = all(score >= check.pass_at for check, score in scores)
    return _Judged(statistics.fmean(score for _, score in scores), passed, formless or not output.strip())


def _is_malformed(suite: Suite, case: Case, output: str) -> bool:
    if suite.task_type in LABEL_TASKS and case.labels:
        return score_by("label", output, Wanted(suite.task_type, labels=case.labels)) == 0
    return not output.strip()


def _wanted(suite: Suite, case: Case, check: Check) -> Wanted:
    return Wanted(
        suite.task_type,
        reference=case.reference,
        passages=case.passages,
        labels=case.labels,
        json_schema=schema_of(check),
        words=check.words,
        tolerance=check.tolerance,
        most_words=check.most_words,
    )


def _asked(case: Case) -> str:
    return case.input or case.messages[-1].content
