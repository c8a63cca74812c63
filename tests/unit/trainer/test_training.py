"""Jobs at the platform that is here: the student's."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_trainer.platforms.platform import RunGoneError, Status, Tuned
from ratchet_trainer.tuning.jobs import IdempotencyMismatchError, Job, JobState, Patience, Recipe
from ratchet_trainer.tuning.steps import CannotTrainError
from tests.unit.trainer.decision_fakes import NOW, FakeJobs, FakeVersions
from tests.unit.trainer.job_rig import Rig
from tests.unit.trainer.platforms.fake import FakePlatform


async def test_a_job_leaves_a_candidate_that_is_named_by_its_content() -> None:
    rig = Rig()
    job = rig.due()
    assert await rig.once()
    done = rig.now_of(job)
    assert done.state is JobState.SUCCEEDED
    (made,) = rig.versions.versions.values()
    assert made.version_id == done.version_id
    assert (made.dataset_id, made.parent, made.learned_until, made.state) == ("d1", "base", NOW, "candidate")
    assert made.metrics["training_examples"] == 40
    await rig.until_quiet()
    assert not await rig.once()


async def test_too_few_examples_are_waited_for() -> None:
    rig = Rig(found=34)
    job = rig.due()
    await rig.once()
    assert rig.now_of(job).reason == "waiting for 50 examples, 34 are there"
    assert not await rig.once()
    rig.clock.tick(timedelta(seconds=1))
    rig.datasets.found = 50
    assert await rig.once()
    assert rig.now_of(job).state is JobState.SUCCEEDED


async def test_a_worker_that_was_killed_after_the_dataset_was_built_is_resumed_without_building_it_again() -> None:
    rig = Rig()
    job = rig.due()
    await rig.once()
    prepared = next(one for one in rig.jobs.saved if one.state is JobState.UPLOADING)
    again = Rig(jobs=FakeJobs({job.job_id: prepared}))
    await again.once()
    assert again.now_of(job).state is JobState.SUCCEEDED
    assert again.datasets.built == 0


async def test_training_done_twice_is_one_version() -> None:
    versions, one_name = FakeVersions(), SameName()
    first, second = Rig(versions=versions, local=one_name), Rig(versions=versions, local=SameName())
    first.due()
    job = second.due()
    await first.once()
    await second.once()
    assert len(versions.versions) == 1
    assert "The same as before" in second.now_of(job).reason


async def test_a_run_whose_process_died_is_begun_anew_a_little_later() -> None:
    rig = Rig()
    job = rig.due()
    rig.local.before("status", RunGoneError("The worker process died while it ran fit."))
    await rig.once()
    lost = rig.now_of(job)
    assert (lost.state, lost.run_id) == (JobState.UPLOADING, "")
    assert lost.due_at > NOW
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED


async def test_a_run_that_dies_each_time_is_given_up_with_the_reason() -> None:
    rig = Rig(patience=Patience(attempts=3))
    job = rig.due()
    rig.local.before("status", RunGoneError("The worker process died while it ran fit."), times=10)
    await rig.until_quiet()
    gone = rig.now_of(job)
    assert gone.state is JobState.FAILED
    assert gone.reason == "Its run was lost 3 times. The last time: The worker process died while it ran fit."


async def test_a_task_that_no_student_learns_is_refused_with_those_that_it_learns() -> None:
    rig = Rig()
    job = rig.due(task_type="qa")
    await rig.once()
    assert rig.now_of(job).state is JobState.FAILED
    assert rig.now_of(job).reason == "student cannot learn qa: it learns classification."


async def test_what_cannot_be_learned_fails_with_the_platforms_sentence() -> None:
    rig = Rig(local=FakePlatform("local", in_process=True, fails_with="All labels are the same."))
    job = rig.due()
    await rig.once()
    assert (rig.now_of(job).state, rig.now_of(job).reason) == (JobState.FAILED, "All labels are the same.")


async def test_a_bug_stops_one_job_only_and_its_text_stays_inside() -> None:
    rig = Rig()
    job = rig.due()
    rig.local.before("create", ZeroDivisionError("private text"))
    assert await rig.once()
    assert rig.now_of(job).reason == "ZeroDivisionError: see the trainer's log"


async def test_a_store_that_is_away_for_a_moment_loses_nothing() -> None:
    rig = Rig()
    job = rig.due()
    rig.local.before("create", RetryLaterError("The store is away."))
    await rig.once()
    assert rig.now_of(job).state is JobState.UPLOADING
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED


async def test_a_worker_that_was_overtaken_writes_nothing_more_and_its_run_ends() -> None:
    jobs = FakeJobs()
    rig = Rig(jobs=jobs, local=Slow(jobs))
    job = rig.due()
    await rig.once()
    assert rig.now_of(job).state is JobState.RUNNING
    assert not rig.versions.versions
    assert rig.local.discarded == [job.token]


async def test_a_persons_job_is_refused_at_once_where_there_are_too_few_examples() -> None:
    rig = Rig(found=34)
    with pytest.raises(CannotTrainError, match="34"):
        await rig.training.ask("acme", "classification", "local", "ann", Recipe())
    assert not rig.jobs.jobs


async def test_a_persons_job_trains_on_the_dataset_that_was_there_when_it_was_made() -> None:
    rig = Rig()
    job: Job = await rig.training.ask("acme", "classification", "local", "ann", Recipe())
    await rig.once()
    states = [step.state for step in rig.now_of(job).history]
    assert states == ["queued", "uploading", "running", "succeeded"]


async def test_the_same_request_again_is_the_same_job_and_another_one_is_refused() -> None:
    rig, job_id = Rig(), uuid4()
    first = await rig.training.ask("acme", "classification", "local", "ann", Recipe(), "", job_id)
    await rig.until_quiet()
    again = await rig.training.ask("acme", "classification", "local", "ann", Recipe(), "", job_id)
    assert (again.job_id, again.state) == (first.job_id, JobState.SUCCEEDED)
    with pytest.raises(IdempotencyMismatchError):
        await rig.training.ask("acme", "classification", "openai", "ann", Recipe(), "", job_id)
    with pytest.raises(IdempotencyMismatchError):
        await rig.training.ask("acme", "classification", "local", "ann", Recipe(), "another", job_id)
    assert len(rig.jobs.jobs) == 1


async def test_a_job_with_more_attempts_than_it_has_ends() -> None:
    rig = Rig(patience=Patience(attempts=2))
    job = rig.due()
    rig.jobs.jobs[job.job_id] = replace(job, attempts=2, reason="its worker died")
    await rig.once()
    assert rig.now_of(job).reason == "It was tried 2 times. The last time: its worker died"


class Slow(FakePlatform):
    """Trains until somebody else has the lease."""

    def __init__(self, jobs: FakeJobs) -> None:
        super().__init__("local", in_process=True)
        self._jobs = jobs

    async def status(self, run_id: str) -> Status:
        self._jobs.taken_over = True
        await asyncio.Event().wait()
        raise AssertionError(f"{run_id} never ends")


class SameName(FakePlatform):
    """What it makes of an order is always the same."""

    def __init__(self) -> None:
        super().__init__("local", in_process=True)

    async def result(self, run_id: str) -> Tuned:
        return replace(await super().result(run_id), model="the same")
