"""A customization job as Bedrock tells of it, and what it means here. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeVar

import msgspec

from ratchet_trainer.platforms.platform import PlatformAwayError, RunEvent, RunState, Status

Phase = Literal["InProgress", "Completed", "Stopping", "Stopped", "Failed", "NotStarted"]
MOST_CHARACTERS: Final = 500
STATES: Final[Mapping[str, RunState]] = {
    "InProgress": RunState.RUNNING,
    "Completed": RunState.SUCCEEDED,
    "Failed": RunState.FAILED,
    "Stopping": RunState.RUNNING,  # until it has stopped, it may still come out whole
    "Stopped": RunState.CANCELLED,
}


class Details(msgspec.Struct, frozen=True, rename="camel"):
    status: Phase = "NotStarted"
    creation_time: datetime | None = None
    last_modified_time: datetime | None = None


class Phases(msgspec.Struct, frozen=True, rename="camel"):
    validation_details: Details = Details()
    data_processing_details: Details = Details()
    training_details: Details = Details()

    @property
    def named(self) -> tuple[tuple[str, Details], ...]:
        return (
            ("Checking the data", self.validation_details),
            ("Preparing the data", self.data_processing_details),
            ("Training", self.training_details),
        )


class Place(msgspec.Struct, frozen=True, rename={"s3_uri": "s3Uri"}):
    s3_uri: str


class Job(msgspec.Struct, frozen=True, rename="camel"):
    """Of GetModelCustomizationJob's answer, what is read here."""

    job_name: str
    status: Literal["InProgress", "Completed", "Failed", "Stopping", "Stopped"]
    creation_time: datetime
    output_data_config: Place
    end_time: datetime | None = None
    status_details: Phases | None = None
    failure_message: str = ""
    output_model_arn: str = ""

    @property
    def has_ended(self) -> bool:
        return self.status in ("Completed", "Failed", "Stopped")


Answer = TypeVar("Answer", bound=msgspec.Struct)


def read(answer: Mapping[str, Any], kind: type[Answer]) -> Answer:
    """Raises PlatformAwayError for an answer that has not what it must have."""
    try:
        return msgspec.convert(answer, kind)
    except msgspec.ValidationError as error:
        raise PlatformAwayError(f"AWS answered what cannot be read: {error}.") from None


def status_of(job: Job) -> Status:
    """Bedrock says neither how far it is nor how many tokens it bills."""
    phases = job.status_details.named if job.status_details else ()
    begun = not phases or any(details.status != "NotStarted" for _, details in phases)
    state = STATES[job.status] if begun or job.status != "InProgress" else RunState.WAITING
    reason = job.failure_message[:MOST_CHARACTERS] if state is RunState.FAILED else ""
    return Status(state=state, progress=1.0 if state is RunState.SUCCEEDED else None, reason=reason)


def events_of(job: Job) -> list[RunEvent]:
    """Bedrock keeps no log: only when each phase began and last changed."""
    events = [RunEvent(_utc(job.creation_time), "The job was created.")]
    for name, details in job.status_details.named if job.status_details else ():
        at = details.last_modified_time or details.creation_time
        if at is not None and details.status != "NotStarted":
            level: Literal["info", "error"] = "error" if details.status == "Failed" else "info"
            events.append(RunEvent(_utc(at), f"{name}: {details.status}.", level))
    if job.has_ended:
        events.append(_end_of(job))
    return sorted(events, key=lambda event: event.at)


def _end_of(job: Job) -> RunEvent:
    at = _utc(job.end_time or job.creation_time)
    if job.status == "Failed":
        return RunEvent(at, f"The job failed: {job.failure_message}"[:MOST_CHARACTERS], "error")
    return RunEvent(at, f"The job has ended: {job.status}.")


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
