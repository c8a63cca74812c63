"""A training job: what was asked for, and how far it has come. What becomes of it next is in `job_steps.py`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from ratchet_common.errors import NotFoundError, RefusedError
from ratchet_trainer.platforms.platform import Method, Tuned, Value


class JobState(StrEnum):
    QUEUED = "queued"
    PREPARING = "preparing"
    UPLOADING = "uploading"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.QUEUED, JobState.PREPARING, JobState.UPLOADING, JobState.RUNNING)
AT_PLATFORM = (JobState.UPLOADING, JobState.RUNNING)  # something of it may be there


class JobEndedError(RefusedError):
    status = 409
    type = "job-ended"
    title = "The job has ended"


class JobOpenError(RefusedError):
    status = 409
    type = "job-open"
    title = "A job for this task is open already"


class IdempotencyMismatchError(RefusedError):
    type = "idempotency-mismatch"
    title = "The idempotency key belongs to another request"

    def __init__(self) -> None:
        super().__init__("Another request had this Idempotency-Key: give each request of its own a key of its own.")


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
    longest_told: timedelta = timedelta(hours=1)  # that a platform is left alone because it says so, at a time
    attempts: int = 5  # at one step, where something broke under it
    away: timedelta = timedelta(days=1)  # for a platform that is away, since it answered last
    run: timedelta = timedelta(days=3)  # for what runs at a platform
    settle: timedelta = timedelta(minutes=1)  # until a platform's list shows a run whose creation was not answered
    gone: timedelta = timedelta(minutes=10)  # for a run that its platform does not know: it may be a lagging copy


@dataclass(frozen=True, slots=True)
class Step:
    state: JobState
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What a person asked for. `base_model`: none, the platform's first. `max_cost_usd`: the job is refused above."""

    base_model: str = ""
    method: Method = "supervised"
    hyperparameters: Mapping[str, Value] = field(default_factory=dict)
    max_cost_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Before anything is sent. `tokens`: of the training file, once. `cost_usd`: None where no price is known."""

    examples: int
    tokens: int
    epochs: float
    cost_usd: float | None
    left_out: int = 0  # examples that the platform would refuse
    left_out_because: tuple[str, ...] = ()  # sentences on the first of them


PLAIN = Recipe()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`left`: something of an ended job may be left at the platform, and is still to be removed there."""

    job_id: UUID
    tenant: str
    task_type: str
    platform: str
    made_by: str
    reasons: tuple[str, ...]  # why it was made
    created_at: datetime
    due_at: datetime  # nobody looks at it before
    waits: bool  # for examples, where there are too few; a person's job is refused instead
    recipe: Recipe = PLAIN
    state: JobState = JobState.QUEUED
    reason: str = ""  # why it is in this state
    progress: float = 0.0
    looks: int = 0  # in vain, for examples
    attempts: int = 0  # at the step that it is at
    dataset_id: str = ""
    base_model: str = ""  # that it is tuned on, from when its files are made
    hyperparameters: Mapping[str, Value] = field(default_factory=dict)  # those that it is tuned with
    estimate: Estimate | None = None
    files: Mapping[str, str] = field(default_factory=dict)  # by side: what the platform knows each by
    creating_at: datetime | None = None  # when its run was last asked for: one may be there that nobody knows yet
    run_id: str = ""  # the platform's
    began_at: datetime | None = None  # to run
    polls: int = 0  # since then
    losses: int = 0  # of runs that ended with the process that they ran in
    misses: int = 0  # how often the platform was away, one after the other
    away_since: datetime | None = None
    cost_usd: float | None = None  # so far; None: not known
    metrics: Mapping[str, float] = field(default_factory=dict)
    version_id: str = ""
    search_id: UUID | None = None  # that it is a trial of
    tuned: Tuned | None = None  # what came out, where no version has it: of a trial, or vectors
    part_of: UUID | None = None  # the job that was open when this trigger came, and takes it along
    left: bool = False
    erasures: int = 0  # of users and documents whose examples its files may have: they went after these were begun
    spared: int = 0  # of those, how many had gone before its files were made anew
    history: tuple[Step, ...] = ()
    trace: str | None = None  # of what asked for it, where that was traced

    @property
    def tells_of_the_erased(self) -> bool:
        """Its files may have examples of users who asked to be forgotten since, or of documents that were deleted."""
        return self.erasures > self.spared

    @property
    def token(self) -> str:
        """What all that it makes at a platform is named after."""
        return self.job_id.hex
