"""A run's state, its progress and what happened, out of the platform's own words. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Literal

from ratchet_trainer.platforms.openai.answers import MOST_TEXT, EventAnswer, JobAnswer
from ratchet_trainer.platforms.platform import RunEvent, RunState, Status

STATES: Final[Mapping[str, RunState]] = {
    "validating_files": RunState.WAITING,
    "queued": RunState.WAITING,
    "pending": RunState.WAITING,
    "running": RunState.RUNNING,
    "succeeded": RunState.SUCCEEDED,
    "failed": RunState.FAILED,
    "cancelled": RunState.CANCELLED,
    "canceled": RunState.CANCELLED,
}
NEARLY: Final = 0.99  # as far as a run comes before it has ended
STEP: Final = re.compile(r"\bstep (\d+)\s*/\s*(\d+)", re.IGNORECASE)
LEVELS: Final[Mapping[str, Literal["info", "warn", "error"]]] = {
    "warn": "warn",
    "warning": "warn",
    "error": "error",
}


def state_of(job: JobAnswer) -> RunState:
    """One that we do not know, such as paused, is no end."""
    return STATES.get(job.status.lower(), RunState.RUNNING)


def status_of(job: JobAnswer, events: Sequence[EventAnswer], now: datetime) -> Status:
    """`events`: the latest first."""
    state = state_of(job)
    return Status(
        state=state,
        progress=_progress(job, state, events, now),
        trained_tokens=job.trained_tokens,
        reason=_reason(job, state),
    )


def _reason(job: JobAnswer, state: RunState) -> str:
    if state is RunState.FAILED:
        return job.said or "The platform gives no reason."
    if job.status.lower() not in STATES:
        return f"The platform calls it {job.status[:MOST_TEXT]}."
    return ""


def _progress(job: JobAnswer, state: RunState, events: Sequence[EventAnswer], now: datetime) -> float | None:
    if state is RunState.SUCCEEDED:
        return 1.0
    if state is not RunState.RUNNING:
        return None
    known = (part for event in events if (part := _part_of(event)) is not None)
    return next(known, _by_the_clock(job, now))


def _part_of(event: EventAnswer) -> float | None:
    """How many of its steps it has done."""
    data = event.data if isinstance(event.data, dict) else {}
    step, steps = data.get("step"), data.get("total_steps")
    if not isinstance(step, int) or not isinstance(steps, int):
        found = STEP.search(event.message[:MOST_TEXT])
        step, steps = (int(found[1]), int(found[2])) if found else (0, 0)
    return min(max(step / steps, 0.0), NEARLY) if steps > 0 else None


def _by_the_clock(job: JobAnswer, now: datetime) -> float | None:
    if not job.created_at or not job.estimated_finish or job.estimated_finish <= job.created_at:
        return None
    part = (now.timestamp() - job.created_at) / (job.estimated_finish - job.created_at)
    return min(max(part, 0.0), NEARLY)


def told(events: Sequence[EventAnswer]) -> list[RunEvent]:
    """`events`: the latest first. What comes out: the oldest first."""
    found = [
        RunEvent(_at(event), " ".join(event.message.split())[:MOST_TEXT], LEVELS.get(event.level.lower(), "info"))
        for event in events
        if event.message.strip()
    ]
    found.reverse()  # those of one second keep their order
    return sorted(found, key=lambda event: event.at)


def _at(event: EventAnswer) -> datetime:
    try:
        return datetime.fromtimestamp(event.created_at, UTC)
    except (OverflowError, ValueError, OSError):  # no year has this number
        return datetime.fromtimestamp(0, UTC)
