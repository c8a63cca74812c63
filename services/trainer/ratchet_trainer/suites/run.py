"""One evaluation that somebody asked for, and how far it has come: a state machine, as pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from uuid_utils.compat import uuid7

from ratchet_common.errors import RefusedError
from ratchet_common.plurals import so_many
from ratchet_trainer.suites.judged import JudgeReport
from ratchet_trainer.suites.outcomes import CaseOutcome
from ratchet_trainer.suites.summary import Summary

ATTEMPTS = 5  # where something broke under it
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=5)


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (RunState.QUEUED, RunState.RUNNING)


class RunEndedError(RefusedError):
    status = 409
    type = "evaluation-ended"
    title = "The evaluation has ended"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is asked: a version of ours, or a model of the catalogue."""

    version_id: str = ""
    model: str = ""

    @property
    def name(self) -> str:
        return self.version_id or self.model


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be compared with what, on which cases. `draws`: times that each request is asked. `max_cost_usd`: no
    call is made that might cost more than is left of it. `judge`: a model of the catalogue, or none.
    """

    candidate: Subject
    baseline: Subject | None = None
    suite_id: str = ""
    dataset_id: str = ""
    draws: int = 1
    paraphrases: bool = False
    judge: str = ""
    max_cost_usd: float = 0.0

    @property
    def material(self) -> str:
        return self.suite_id or self.dataset_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    run_id: UUID
    tenant: str
    task_type: str
    order: Order
    made_by: str
    created_at: datetime
    due_at: datetime
    cases: int
    left_out: int = 0  # held-out examples of the dataset that one of the versions has learned
    state: RunState = RunState.QUEUED
    reason: str = ""  # why it is in this state
    attempts: int = 0
    spent_usd: float = 0.0
    done: int = 0  # cases
    ended_at: datetime | None = None
    outcomes: tuple[CaseOutcome, ...] = ()
    summary: Summary | None = None
    judged: JudgeReport | None = None
    asked: str = ""  # digest of what was asked for

    @property
    def benchmark_score(self) -> float | None:
        """None while it is under way, and where it came to no result."""
        return self.summary.benchmark_score if self.summary and self.state is RunState.SUCCEEDED else None

    @property
    def progress(self) -> float:
        if self.state is RunState.SUCCEEDED:
            return 1.0
        return self.done / self.cases if self.cases else 0.0


def asked_for(
    tenant: str,
    task_type: str,
    order: Order,
    cases: int,
    who: str,
    now: datetime,
    *,
    run_id: UUID | None = None,
    asked: str = "",
) -> Run:
    return Run(
        run_id=run_id or uuid7(),
        tenant=tenant,
        task_type=task_type,
        order=order,
        made_by=who,
        created_at=now,
        due_at=now,
        cases=cases,
        asked=asked,
    )


def begun(run: Run, now: datetime) -> Run:
    """Whoever takes one calls this first. It fails where it has broken its workers too often."""
    if run.attempts >= ATTEMPTS:
        return failed(run, f"It was tried {run.attempts} times. The last time: {run.reason or 'its worker died'}", now)
    return replace(run, state=RunState.RUNNING, attempts=run.attempts + 1)


def broken(run: Run, reason: str, now: datetime) -> Run:
    """Something was away or died: the rest is tried again a little later."""
    pause = min(FIRST_PAUSE * 2**run.attempts, LONGEST_PAUSE)
    return replace(run, reason=reason, due_at=now + pause)


def ended(
    run: Run,
    outcomes: Sequence[CaseOutcome],
    found: Summary,
    judged: JudgeReport | None,
    why_nothing: str,
    now: datetime,
) -> Run:
    """It has succeeded, unless something stands against that: then what is left is shown, and is no result."""
    after = replace(run, outcomes=tuple(outcomes), summary=found, judged=judged, done=len(outcomes))
    if why_nothing:
        return failed(after, why_nothing, now)
    lost = found.cases - found.counted
    told = (
        f"{so_many(lost, 'case')} got no answer, and {'counts' if lost == 1 else 'count'} for neither side."
        if lost
        else ""
    )
    return replace(after, state=RunState.SUCCEEDED, reason=told, ended_at=now)


def failed(run: Run, reason: str, now: datetime) -> Run:
    return replace(run, state=RunState.FAILED, reason=reason, ended_at=now)
