"""What becomes of a training job: a state machine, as pure functions.

Whoever works on a job may be killed at any time; whoever takes it over begins again from what the job says of itself.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ratchet_common.plurals import so_many
from ratchet_trainer.platforms.platform import Status, Tuned, Value
from ratchet_trainer.tuning.jobs import AT_PLATFORM, Estimate, Job, JobState, Patience, Step
from ratchet_trainer.tuning.pauses import between_polls, doubled

PROGRESS = {JobState.QUEUED: 0.0, JobState.PREPARING: 0.05, JobState.UPLOADING: 0.1, JobState.RUNNING: 0.2}


def taken_along(job: Job, by: UUID, now: datetime) -> Job:
    """A trigger that came while a job for its task was open."""
    reason = f"The job {by} for {job.task_type} was open: it takes this trigger along."
    return replace(_moved(job, JobState.CANCELLED, now, reason), part_of=by)


def begun(job: Job, now: datetime, patience: Patience) -> Job:
    """Whoever takes a job calls this first. It fails where it has broken its workers too often."""
    if job.attempts >= patience.attempts:
        return failed(job, f"It was tried {job.attempts} times. The last time: {job.reason or 'its worker died'}", now)
    state = _next_state(job)
    begun_again = job if job.state is state else _moved(job, state, now)
    return replace(begun_again, attempts=job.attempts + 1)


def _next_state(job: Job) -> JobState:
    if job.run_id:
        return JobState.RUNNING
    return JobState.UPLOADING if job.dataset_id else JobState.PREPARING


def too_few(job: Job, found: int, needed: int, now: datetime, patience: Patience) -> Job:
    sentence = f"waiting for {so_many(needed, 'example')}, {found} {'is' if found == 1 else 'are'} there"
    if not job.waits or now - job.created_at >= patience.wait:
        return failed(job, sentence, now)
    queued = [place for place, step in enumerate(job.history) if step.state is JobState.QUEUED]
    return replace(
        job,
        state=JobState.QUEUED,
        reason=sentence,
        progress=PROGRESS[JobState.QUEUED],
        due_at=now + doubled(patience, job.looks),
        looks=job.looks + 1,
        attempts=0,
        history=job.history[: queued[-1] + 1],  # a look in vain is no step
    )


def prepared(job: Job, dataset_id: str, now: datetime) -> Job:
    return replace(_moved(job, JobState.UPLOADING, now), dataset_id=dataset_id, attempts=0)


def estimated(job: Job, base_model: str, estimate: Estimate, hyperparameters: Mapping[str, Value]) -> Job:
    return replace(job, base_model=base_model, estimate=estimate, hyperparameters=dict(hyperparameters))


def uploaded(job: Job, side: str, reference: str) -> Job:
    return replace(job, files={**job.files, side: reference}, **_answered())


def begun_anew(job: Job) -> Job:
    """Its files had somebody who asked to be forgotten, and no run has them yet: they are made without him."""
    return replace(job, files={}, spared=job.erasures)


def creating(job: Job, now: datetime) -> Job:
    """Written before the run is asked for."""
    return replace(job, creating_at=now)


def may_be_there(job: Job, now: datetime, patience: Patience) -> bool:
    """A run may have been created whose creation was not answered, and that the platform does not list yet."""
    return not job.run_id and job.creating_at is not None and now - job.creating_at < patience.settle


def not_listed_yet(job: Job, patience: Patience) -> Job:
    """Another one is created only once the first would have been seen."""
    why = f"Whether {job.platform} has created its run was not answered: it is looked for again."
    return replace(job, reason=why, due_at=_settled_at(job, patience), attempts=0)


def _settled_at(job: Job, patience: Patience) -> datetime:
    return (job.creating_at or job.due_at) + patience.settle


def created(job: Job, run_id: str, now: datetime) -> Job:
    return replace(_moved(job, JobState.RUNNING, now), run_id=run_id, began_at=now, polls=0, attempts=0, **_answered())


def polled(job: Job, status: Status, cost_usd: float | None, now: datetime, patience: Patience) -> Job:
    """It runs on, and is looked at again later and later."""
    done = PROGRESS[JobState.RUNNING] + (1 - PROGRESS[JobState.RUNNING]) * min(max(status.progress or 0.0, 0.0), 1.0)
    return replace(
        job,
        progress=max(job.progress, min(done, 0.99)),
        cost_usd=cost_usd,
        polls=job.polls + 1,
        attempts=0,
        due_at=now + between_polls(job, patience),
        reason="",
        **_answered(),
    )


def runs_too_long(job: Job, now: datetime, patience: Patience) -> bool:
    return job.began_at is not None and now - job.began_at >= patience.run


def lost(job: Job, why: str, now: datetime, patience: Patience) -> Job:
    """Its run ended with the process that it ran in: it is begun anew, a little later, and not for ever."""
    losses = job.losses + 1
    if losses >= patience.attempts:
        return failed(job, f"Its run was lost {losses} times. The last time: {why}", now)
    again = replace(_moved(job, JobState.UPLOADING, now, f"It is begun anew: {why}"), run_id="", losses=losses)
    return replace(again, due_at=now + doubled(patience, losses))


def away(
    job: Job, why: str, retry_after_s: float, now: datetime, patience: Patience, limit: timedelta | None = None
) -> Job:
    """The platform cannot be asked now, or not for this job. It stays where it is, and fails where that lasts too long:
    as long as a platform may be away, or `limit`."""
    since = job.away_since or now
    if now - since >= (limit or patience.away):
        return failed(job, f"{why} It has been so since {since:%d %B %Y %H:%M} UTC.", now)
    if job.state is JobState.UPLOADING:  # what was sent and not answered may be there, and not be listed yet
        retry_after_s = max(retry_after_s, patience.settle.total_seconds())
    return replace(_asked_in_vain(job, since, retry_after_s, now, patience), reason=why)


def _asked_in_vain(job: Job, since: datetime, retry_after_s: float, now: datetime, patience: Patience) -> Job:
    """Not before the platform said, which counts what comes too soon against whoever asks. What it says may be wrong,
    or be over before (a limit is raised), so that an hour is the longest it is taken at its word."""
    told = timedelta(seconds=min(retry_after_s, patience.longest_told.total_seconds()))
    again = now + max(told, doubled(patience, job.misses))
    return replace(job, away_since=since, misses=job.misses + 1, attempts=0, due_at=again)


def broken(job: Job, reason: str, now: datetime, patience: Patience) -> Job:
    """Something was away or died: it stays where it is, and is tried again a little later."""
    return replace(job, reason=reason, due_at=now + doubled(patience, job.attempts))


def succeeded(
    job: Job,
    version_id: str,
    reason: str,
    now: datetime,
    *,
    cost_usd: float | None = None,
    metrics: Mapping[str, float] | None = None,
    tuned: Tuned | None = None,
) -> Job:
    """`version_id`: none where it is a trial of a search, which alone makes a version of the best, or gives vectors."""
    done = replace(_ended(job, JobState.SUCCEEDED, reason, now), version_id=version_id, progress=1.0)
    return replace(done, cost_usd=cost_usd, metrics=dict(metrics or {}), tuned=tuned)


def failed(job: Job, reason: str, now: datetime) -> Job:
    return _ended(job, JobState.FAILED, reason, now)


def cancelled(job: Job, reason: str, now: datetime) -> Job:
    return _ended(job, JobState.CANCELLED, reason, now)


def cancellation(who: str, now: datetime) -> Step:
    return Step(JobState.CANCELLED, now, f"cancelled by {who}")


def tidied(job: Job, now: datetime, why_not: str = "", *, kept: bool = False) -> Job:
    """Nothing of an ended job is left at the platform, or what was uploaded is kept there; or what is left cannot be
    removed, and the job says so.
    """
    if not why_not:
        return replace(job, left=False, files=job.files if kept else {})
    reason = f"{job.reason} What was uploaded for it could not be removed: {why_not}".strip()
    return replace(job, left=False, reason=reason, history=(*job.history, Step(job.state, now, reason)))


def to_tidy_later(job: Job, why: str, retry_after_s: float, now: datetime, patience: Patience) -> Job:
    """What an ended job has left cannot be removed now; given up where that lasts as long as a platform may be away."""
    since = job.away_since or now
    if now - since >= patience.away:
        return tidied(job, now, why)
    return _asked_in_vain(job, since, retry_after_s, now, patience)


def may_show_up_yet(job: Job, now: datetime, patience: Patience) -> bool:
    """A file or a run that was on its way when the job ended may be listed only later."""
    return not job.run_id and now - job.history[-1].at < patience.settle


def to_tidy_once_settled(job: Job, patience: Patience) -> Job:
    """What shows up until then is ended and removed."""
    return replace(job, due_at=job.history[-1].at + patience.settle)


def _ended(job: Job, state: JobState, reason: str, now: datetime) -> Job:
    """Looked at once more, soon, where something of it may be left at the platform."""
    left = job.state in AT_PLATFORM
    return replace(_moved(job, state, now, reason), left=left, due_at=now, attempts=0, misses=0, away_since=None)


def _answered() -> dict[str, Any]:
    """The platform has answered: it is not away, if it was."""
    return {"misses": 0, "away_since": None}


def _moved(job: Job, state: JobState, now: datetime, reason: str = "") -> Job:
    step = Step(state, now, reason)
    changes: dict[str, Any] = {"progress": PROGRESS[state]} if state in PROGRESS else {}
    return replace(job, state=state, reason=reason, history=(*job.history, step), **changes)
