"""A training job and how far it has come: a state machine, as pure functions.

Whoever works on a job may be killed at any time; whoever takes it over begins again from what the job says of itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from ratchet_common.errors import NotFoundError, RefusedError
from ratchet_common.events import RetrainingFellDue


class JobState(StrEnum):
    QUEUED = "queued"
    PREPARING = "preparing"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.QUEUED, JobState.PREPARING, JobState.RUNNING)
PROGRESS = {JobState.QUEUED: 0.0, JobState.PREPARING: 0.1, JobState.RUNNING: 0.4}


class JobEndedError(RefusedError):
    status = 409
    type = "job-ended"
    title = "The job has ended"


class JobOpenError(RefusedError):
    status = 409
    type = "job-open"
    title = "A job for this task is open already"


class UnknownJobError(NotFoundError):
    type = "unknown-job"
    title = "There is no such job"

    def __init__(self, job_id: UUID) -> None:
        super().__init__(f"There is no job {job_id}: GET /api/models/jobs lists them.")


@dataclass(frozen=True, slots=True)
class Patience:
    wait: timedelta = timedelta(days=7)  # for enough examples, from when the job was made
    first_look: timedelta = timedelta(seconds=1)  # doubled after each look, up to
    longest_look: timedelta = timedelta(minutes=5)
    attempts: int = 5  # to train, where something broke under it


@dataclass(frozen=True, slots=True)
class Step:
    state: JobState
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    job_id: UUID
    tenant: str
    task_type: str
    platform: str
    made_by: str
    reasons: tuple[str, ...]  # why it was made
    created_at: datetime
    due_at: datetime  # nobody looks at it before
    waits: bool  # for examples, where there are too few; a person's job is refused instead
    state: JobState = JobState.QUEUED
    reason: str = ""  # why it is in this state
    progress: float = 0.0
    looks: int = 0  # in vain, for examples
    attempts: int = 0
    dataset_id: str = ""
    version_id: str = ""
    part_of: UUID | None = None  # the job that was open when this trigger came, and takes it along
    history: tuple[Step, ...] = ()


def triggered(event: RetrainingFellDue, platform: str, now: datetime) -> Job:
    return _new(event.event_id, event.tenant, event.task_type, platform, "feedback", event.reasons, now, waits=True)


def asked_for(tenant: str, task_type: str, platform: str, who: str, dataset_id: str, now: datetime) -> Job:
    job = _new(uuid7(), tenant, task_type, platform, who, ("asked for",), now, waits=False)
    return replace(job, dataset_id=dataset_id)


def taken_along(job: Job, by: UUID, now: datetime) -> Job:
    """A trigger that came while a job for its task was open."""
    reason = f"The job {by} for {job.task_type} was open: it takes this trigger along."
    return replace(_moved(job, JobState.CANCELLED, now, reason), part_of=by)


def begun(job: Job, now: datetime, patience: Patience) -> Job:
    """Whoever takes a job calls this first. It fails where it has broken its workers too often."""
    if job.attempts >= patience.attempts:
        return failed(job, f"It was tried {job.attempts} times. The last time: {job.reason or 'its worker died'}", now)
    state = JobState.RUNNING if job.dataset_id else JobState.PREPARING
    begun_again = job if job.state is state else _moved(job, state, now)
    return replace(begun_again, attempts=job.attempts + 1)


def too_few(job: Job, found: int, needed: int, now: datetime, patience: Patience) -> Job:
    sentence = f"waiting for {needed} examples, {found} are there"
    if not job.waits or now - job.created_at >= patience.wait:
        return failed(job, sentence, now)
    pause = min(patience.first_look * 2 ** min(job.looks, 30), patience.longest_look)
    queued = [place for place, step in enumerate(job.history) if step.state is JobState.QUEUED]
    return replace(
        job,
        state=JobState.QUEUED,
        reason=sentence,
        progress=PROGRESS[JobState.QUEUED],
        due_at=now + pause,
        looks=job.looks + 1,
        attempts=0,
        history=job.history[: queued[-1] + 1],  # a look in vain is no step
    )


def prepared(job: Job, dataset_id: str, now: datetime) -> Job:
    return replace(_moved(job, JobState.RUNNING, now), dataset_id=dataset_id)


def broken(job: Job, reason: str, now: datetime, patience: Patience) -> Job:
    """Something was away or died: it stays where it is, and is tried again a little later."""
    pause = min(patience.first_look * 2 ** min(job.attempts, 30), patience.longest_look)
    return replace(job, reason=reason, due_at=now + pause)


def succeeded(job: Job, version_id: str, reason: str, now: datetime) -> Job:
    return replace(_moved(job, JobState.SUCCEEDED, now, reason), version_id=version_id, progress=1.0)


def failed(job: Job, reason: str, now: datetime) -> Job:
    return _moved(job, JobState.FAILED, now, reason)


def cancellation(who: str, now: datetime) -> Step:
    return Step(JobState.CANCELLED, now, f"cancelled by {who}")


def _new(
    job_id: UUID,
    tenant: str,
    task_type: str,
    platform: str,
    made_by: str,
    reasons: tuple[str, ...],
    now: datetime,
    *,
    waits: bool,
) -> Job:
    return Job(
        job_id=job_id,
        tenant=tenant,
        task_type=task_type,
        platform=platform,
        made_by=made_by,
        reasons=reasons,
        created_at=now,
        due_at=now,
        waits=waits,
        history=(Step(JobState.QUEUED, now),),
    )


def _moved(job: Job, state: JobState, now: datetime, reason: str = "") -> Job:
    step = Step(state, now, reason)
    changes: dict[str, Any] = {"progress": PROGRESS[state]} if state in PROGRESS else {}
    return replace(job, state=state, reason=reason, history=(*job.history, step), **changes)
