from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ratchet_common.events import RetrainingFellDue
from ratchet_trainer.tuning.job_steps import begun, broken, created, failed, prepared, succeeded, taken_along, too_few
from ratchet_trainer.tuning.jobs import Job, JobState, Patience
from ratchet_trainer.tuning.new_jobs import asked_for, triggered

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PATIENCE = Patience()
EVENT = RetrainingFellDue(tenant="acme", task_type="summary", reasons=("50 corrections",))


def fresh() -> Job:
    return triggered(EVENT, "local", NOW)


def test_a_job_has_the_id_of_the_trigger_that_made_it() -> None:
    assert fresh().job_id == EVENT.event_id


def test_a_job_goes_from_queued_to_succeeded_and_remembers_each_step() -> None:
    running = created(prepared(begun(fresh(), NOW, PATIENCE), "d1", NOW), "run-1", NOW)
    job = succeeded(running, "summary-12345678", "", NOW)
    assert [step.state for step in job.history] == ["queued", "preparing", "uploading", "running", "succeeded"]
    assert (job.dataset_id, job.version_id, job.progress) == ("d1", "summary-12345678", 1.0)


def test_too_few_examples_put_a_triggered_job_back_into_the_queue() -> None:
    job = too_few(begun(fresh(), NOW, PATIENCE), 34, 50, NOW, PATIENCE)
    assert (job.state, job.reason) == (JobState.QUEUED, "waiting for 50 examples, 34 are there")
    assert job.due_at > NOW
    assert [step.state for step in job.history] == ["queued"]


def test_it_is_looked_at_ever_more_rarely_within_a_limit() -> None:
    job, pauses = fresh(), []
    for _ in range(40):
        job = too_few(begun(job, NOW, PATIENCE), 34, 50, NOW, PATIENCE)
        pauses.append(job.due_at - NOW)
    assert pauses[:3] == [timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=4)]
    assert pauses[-1] == PATIENCE.longest_look
    assert job.state is JobState.QUEUED


@pytest.mark.parametrize("waits", [True, False])
def test_waiting_ends_after_a_week_and_a_persons_job_does_not_wait(waits: bool) -> None:
    job = fresh() if waits else replace(asked_for("acme", "summary", "local", "ann", "", NOW), dataset_id="")
    later = NOW + timedelta(days=7) if waits else NOW
    over = too_few(begun(job, later, PATIENCE), 34, 50, later, PATIENCE)
    assert (over.state, over.reason) == (JobState.FAILED, "waiting for 50 examples, 34 are there")


def test_whoever_takes_over_goes_on_where_the_job_stands() -> None:
    uploading = prepared(begun(fresh(), NOW, PATIENCE), "d1", NOW)
    taken_over = begun(uploading, NOW, PATIENCE)
    assert (taken_over.state, taken_over.dataset_id, taken_over.attempts) == (JobState.UPLOADING, "d1", 1)
    assert taken_over.history == uploading.history


def test_a_job_that_breaks_its_workers_fails_in_the_end_and_says_why() -> None:
    job = fresh()
    for _ in range(PATIENCE.attempts):
        job = broken(begun(job, NOW, PATIENCE), "The worker process died while it ran fit.", NOW, PATIENCE)
        assert job.state is JobState.PREPARING
        assert job.due_at > NOW
    over = begun(job, NOW, PATIENCE)
    assert over.state is JobState.FAILED
    assert "tried 5 times" in over.reason
    assert "The worker process died" in over.reason


def test_a_trigger_beside_an_open_job_is_kept_and_says_where_it_went() -> None:
    other = asked_for("acme", "summary", "local", "ann", "d1", NOW)
    along = taken_along(fresh(), other.job_id, NOW)
    assert (along.job_id, along.part_of, along.state) == (EVENT.event_id, other.job_id, JobState.CANCELLED)


def test_a_failure_keeps_its_sentence() -> None:
    job = failed(fresh(), "The labels are all the same.", NOW)
    assert (job.state, job.reason, job.history[-1].reason) == (
        JobState.FAILED,
        "The labels are all the same.",
        "The labels are all the same.",
    )
