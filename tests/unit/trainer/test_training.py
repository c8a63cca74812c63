import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_common.events import RetrainingFellDue
from ratchet_trainer.jobs import Job, JobState, Patience, triggered
from ratchet_trainer.training import CannotTrainError, Training
from tests.unit.trainer.decision_fakes import (
    NOW,
    Clock,
    FakeDatasets,
    FakeJobs,
    FakePlatform,
    FakeRollouts,
    FakeVersions,
    dataset,
    example,
)

DATA = dataset([example(n) for n in range(40)], [example(n) for n in range(40, 50)])


def training(
    jobs: FakeJobs, *, platform: FakePlatform | None = None, found: int = 50, versions: FakeVersions | None = None
) -> tuple[Training, Clock]:
    clock = Clock()
    made = Training(
        jobs=jobs,
        datasets=FakeDatasets(DATA, found),
        versions=versions or FakeVersions(),
        rollouts=FakeRollouts(),
        platforms={"local": platform or FakePlatform()},
        patience=Patience(),
        renew_every=0.01,
        now=clock,
    )
    return made, clock


def with_job(task_type: str = "classification") -> tuple[FakeJobs, UUID]:
    job = triggered(RetrainingFellDue(tenant="acme", task_type=task_type, reasons=("drift",)), "local", NOW)
    return FakeJobs({job.job_id: job}), job.job_id


async def test_a_job_leaves_a_candidate_that_is_named_by_its_content() -> None:
    jobs, job_id = with_job()
    versions = FakeVersions()
    work, _ = training(jobs, versions=versions)
    assert await work.run_once()
    assert (jobs.jobs[job_id].state, jobs.jobs[job_id].version_id) == (JobState.SUCCEEDED, "classification-abababab")
    made = versions.versions["classification-abababab"]
    assert (made.dataset_id, made.parent, made.learned_until, made.state) == ("d1", "base", NOW, "candidate")
    assert not await work.run_once()


async def test_too_few_examples_are_waited_for() -> None:
    jobs, job_id = with_job()
    work, clock = training(jobs, found=34)
    await work.run_once()
    assert jobs.jobs[job_id].reason == "waiting for 50 examples, 34 are there"
    assert not await work.run_once()
    clock.tick(timedelta(seconds=1))
    assert isinstance(work.datasets, FakeDatasets)
    work.datasets.found = 50
    assert await work.run_once()
    assert jobs.jobs[job_id].state is JobState.SUCCEEDED


async def test_a_worker_that_was_killed_after_the_dataset_was_built_is_resumed_without_building_it_again() -> None:
    jobs, job_id = with_job()
    work, _ = training(jobs)
    await work.run_once()
    prepared = next(job for job in jobs.saved if job.state is JobState.RUNNING)
    again = FakeJobs({job_id: prepared})
    resumed, _ = training(again)
    await resumed.run_once()
    assert again.jobs[job_id].state is JobState.SUCCEEDED
    assert isinstance(resumed.datasets, FakeDatasets)
    assert resumed.datasets.built == 0


async def test_training_done_twice_is_one_version() -> None:
    versions = FakeVersions()
    first, _ = with_job()
    second, second_id = with_job()
    for jobs in (first, second):
        work, _ = training(jobs, versions=versions)
        await work.run_once()
    assert len(versions.versions) == 1
    assert "The same as before" in second.jobs[second_id].reason


async def test_a_dead_worker_process_is_tried_again_later() -> None:
    jobs, job_id = with_job()
    platform = FakePlatform(RetryLaterError("The worker process died while it ran fit."))
    work, clock = training(jobs, platform=platform)
    await work.run_once()
    assert jobs.jobs[job_id].state is JobState.RUNNING
    platform.error = None
    clock.tick(timedelta(minutes=1))
    await work.run_once()
    assert jobs.jobs[job_id].state is JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("task_type", "error", "reason"),
    [
        ("qa", None, "cannot train for qa: it trains classification"),
        ("classification", CannotTrainError("All labels are the same."), "All labels are the same."),
    ],
)
async def test_what_cannot_be_trained_fails_with_the_sentence(
    task_type: str, error: Exception | None, reason: str
) -> None:
    jobs, job_id = with_job(task_type)
    work, _ = training(jobs, platform=FakePlatform(error))
    await work.run_once()
    assert jobs.jobs[job_id].state is JobState.FAILED
    assert reason in jobs.jobs[job_id].reason


async def test_a_bug_stops_one_job_only_and_its_text_stays_inside() -> None:
    jobs, job_id = with_job()
    work, _ = training(jobs, platform=FakePlatform(ZeroDivisionError("private text")))
    assert await work.run_once()
    assert jobs.jobs[job_id].reason == "ZeroDivisionError: see the trainer's log"


async def test_a_worker_that_was_overtaken_writes_nothing_more() -> None:
    jobs, job_id = with_job()
    versions = FakeVersions()
    work, _ = training(jobs, platform=Slow(jobs), versions=versions)
    await work.run_once()
    assert jobs.jobs[job_id].state is JobState.RUNNING
    assert not versions.versions


async def test_a_persons_job_is_refused_at_once_where_there_are_too_few_examples() -> None:
    jobs = FakeJobs()
    work, _ = training(jobs, found=34)
    with pytest.raises(CannotTrainError, match="34"):
        await work.ask("acme", "classification", "local", "ann")
    assert not jobs.jobs


async def test_a_persons_job_trains_on_the_dataset_that_was_there_when_it_was_made() -> None:
    jobs = FakeJobs()
    work, _ = training(jobs)
    job: Job = await work.ask("acme", "classification", "local", "ann")
    await work.run_once()
    assert [step.state for step in jobs.jobs[job.job_id].history] == ["queued", "running", "succeeded"]


class Slow(FakePlatform):
    """Trains until somebody else has the lease."""

    def __init__(self, jobs: FakeJobs) -> None:
        super().__init__()
        self._jobs = jobs

    async def train(self, *_: object) -> None:  # type: ignore[override]  # it never comes to that
        self._jobs.taken_over = True
        await asyncio.Event().wait()
