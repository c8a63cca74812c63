"""A tuning job as Vertex tells of it, and what it means here. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from ratchet_trainer.platforms.platform import PlatformAwayError, RunEvent, RunState, Status

if TYPE_CHECKING:
    from google.genai.types import TuningJob

MOST_CHARACTERS: Final = 500
CANCELLING: Final = "JOB_STATE_CANCELLING"
STATES: Final[Mapping[str, RunState]] = {
    "JOB_STATE_UNSPECIFIED": RunState.WAITING,
    "JOB_STATE_QUEUED": RunState.WAITING,
    "JOB_STATE_PENDING": RunState.WAITING,
    "JOB_STATE_RUNNING": RunState.RUNNING,
    "JOB_STATE_PAUSED": RunState.RUNNING,
    "JOB_STATE_UPDATING": RunState.RUNNING,
    CANCELLING: RunState.RUNNING,  # until it is cancelled, it may still come out whole
    "JOB_STATE_SUCCEEDED": RunState.SUCCEEDED,
    "JOB_STATE_PARTIALLY_SUCCEEDED": RunState.SUCCEEDED,
    "JOB_STATE_FAILED": RunState.FAILED,
    "JOB_STATE_EXPIRED": RunState.FAILED,
    "JOB_STATE_CANCELLED": RunState.CANCELLED,
}


def name_of_state(job: "TuningJob") -> str:
    return job.state.value if job.state else ""


def state_of(job: "TuningJob") -> RunState:
    """Raises PlatformAwayError for a state that nobody knows: it may be an end, or none."""
    state = STATES.get(name_of_state(job))
    if state is None:
        raise PlatformAwayError(f"Vertex says {name_of_state(job)[:50] or 'nothing'} of the job {job.name}.")
    return state


def status_of(job: "TuningJob") -> Status:
    """Vertex does not say how far it is."""
    state = state_of(job)
    return Status(
        state=state,
        progress=1.0 if state is RunState.SUCCEEDED else None,
        trained_tokens=_billed(job),
        reason=_reason(job)[:MOST_CHARACTERS] if state is RunState.FAILED else "",
    )


def events_of(job: "TuningJob") -> list[RunEvent]:
    """Vertex keeps no log: only when it was created, began and ended, and how many examples it left out."""
    events = [(job.create_time, "The job was created."), (job.start_time, "Training has begun.")]
    told = [RunEvent(at, message) for at, message in events if at is not None]
    left_out = _left_out(job)
    noticed = job.start_time or job.update_time or job.create_time
    if left_out and noticed:
        told.append(RunEvent(noticed, f"Vertex left out {left_out} of the examples.", "warn"))
    if job.end_time is not None:
        told.append(_end_of(job, job.end_time))
    return sorted(told, key=lambda event: event.at)


def _end_of(job: "TuningJob", at: datetime) -> RunEvent:
    if state_of(job) is RunState.FAILED:
        return RunEvent(at, f"The job failed: {_reason(job)}"[:MOST_CHARACTERS], "error")
    return RunEvent(at, f"The job has ended: {name_of_state(job).removeprefix('JOB_STATE_').lower()}.")


def _reason(job: "TuningJob") -> str:
    said = job.error.message if job.error else ""
    return said or f"Vertex gives no reason for {name_of_state(job)}."


def _billed(job: "TuningJob") -> int | None:
    """Vertex counts the tokens of the dataset once, and bills them for each epoch."""
    stats = job.tuning_data_stats and job.tuning_data_stats.supervised_tuning_data_stats
    spec = job.supervised_tuning_spec and job.supervised_tuning_spec.hyper_parameters
    once = stats.total_billable_token_count if stats else None
    epochs = spec.epoch_count if spec else None
    return once * epochs if once is not None and epochs is not None else None


def _left_out(job: "TuningJob") -> int:
    stats = job.tuning_data_stats and job.tuning_data_stats.supervised_tuning_data_stats
    return (stats.total_truncated_example_count or 0) if stats else 0
