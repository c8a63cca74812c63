"""Bad days of platforms and workers: nothing is made twice, nothing is lost, nothing goes on that nobody wants."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import Order, RunGoneError, RunState, TrainingFile
from ratchet_trainer.tuning.base_models import BaseModels
from ratchet_trainer.tuning.job_steps import cancellation
from ratchet_trainer.tuning.jobs import Job, JobState, Patience
from tests.unit.trainer.decision_fakes import NOW, dataset, example
from tests.unit.trainer.job_rig import STUDENT, TUNABLE, Rig
from tests.unit.trainer.platforms.fake import FakePlatform, Step

VALIDATED = replace(
    dataset([example(n) for n in range(40)], [example(n) for n in range(40, 50)]),
    validation=[example(n) for n in range(50, 60)],
)
STEPS: tuple[Step, ...] = ("upload", "create", "status", "result", "metrics", "discard")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_wherever_a_worker_is_killed_nothing_is_made_twice(step: Step, after: bool) -> None:
    rig = Rig(content=VALIDATED)
    job = rig.due("openai")
    if after:
        rig.openai.after(step, asyncio.CancelledError())
    else:
        rig.openai.before(step, asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await rig.until_quiet()
    rig.clock.tick(timedelta(minutes=10))
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED
    assert len(rig.openai.sent) == len(set(rig.openai.sent)) == 2
    assert rig.openai.created == [job.token]
    assert len(rig.versions.versions) == 1
    assert not rig.openai.files


@pytest.mark.parametrize("step", STEPS)
async def test_a_platform_that_loses_an_answer_is_asked_again_and_has_made_it_once(step: Step) -> None:
    rig = Rig()
    job = rig.due("openai")
    rig.openai.loses_answer(step)
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED
    assert (len(rig.openai.sent), len(rig.openai.created)) == (1, 1)


@pytest.mark.parametrize("said", [timedelta(minutes=2), timedelta(hours=1)])
async def test_a_platform_that_is_away_is_waited_for_as_long_as_it_says(said: timedelta) -> None:
    rig = Rig()
    job = rig.due("openai")
    rig.openai.away("create", retry_after_s=said.total_seconds())
    await rig.once()
    waiting = rig.now_of(job)
    assert (waiting.state, waiting.reason) == (JobState.UPLOADING, "The platform openai is away.")
    assert waiting.due_at - NOW == said
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED


async def test_what_a_platform_says_is_taken_for_no_more_than_an_hour_at_a_time() -> None:
    rig = Rig()
    job = rig.due("openai")
    rig.openai.away("status", retry_after_s=timedelta(days=3650).total_seconds())
    await rig.once()
    assert rig.now_of(job).due_at - rig.clock.time == timedelta(hours=1)


async def test_what_was_sent_and_not_answered_is_looked_for_once_a_platform_would_list_it() -> None:
    rig = Rig()
    job = rig.due("openai")
    rig.openai.loses_answer("upload")
    await rig.once()
    assert rig.now_of(job).due_at - rig.clock.time == timedelta(minutes=1)
    await rig.until_quiet()
    assert len(rig.openai.sent) == 1


async def test_a_platform_that_stays_away_fails_the_job_with_the_reason_and_since_when() -> None:
    rig = Rig(patience=Patience(away=timedelta(hours=1)))
    job = rig.due("openai")
    rig.openai.away("create", times=100)
    await rig.until_quiet()
    gone = rig.now_of(job)
    assert gone.state is JobState.FAILED
    assert gone.reason == "The platform openai is away. It has been so since 23 November 2026 00:00 UTC."
    assert not rig.openai.files


async def test_a_platform_that_is_away_for_an_hour_while_it_trains_costs_nothing() -> None:
    rig = Rig(patience=Patience(attempts=2))
    job = rig.due("openai")
    await rig.once()
    await rig.until_running(job)
    rig.openai.away("status", times=20)
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED
    assert len(rig.openai.created) == 1


async def test_what_the_platform_refuses_fails_with_its_sentence() -> None:
    rig = Rig()
    job = rig.due("openai")
    rig.openai.refuses("create", "The key in TRAINER_OPENAI_KEY was refused: set another one.")
    await rig.until_quiet()
    assert rig.now_of(job).reason == "The key in TRAINER_OPENAI_KEY was refused: set another one."
    assert not rig.openai.files


async def test_a_run_that_fails_there_fails_here_with_the_platforms_reason() -> None:
    rig = Rig(openai=FakePlatform("openai", fails_with="The file has too few examples."))
    job = rig.due("openai")
    await rig.until_quiet()
    assert (rig.now_of(job).state, rig.now_of(job).reason) == (JobState.FAILED, "The file has too few examples.")


async def test_a_run_that_was_cancelled_there_is_cancelled_here() -> None:
    rig = Rig()
    job = rig.due("openai")
    await rig.once()
    await rig.until_running(job)
    await rig.openai.cancel(rig.now_of(job).run_id)
    await rig.until_quiet()
    assert (rig.now_of(job).state, rig.now_of(job).reason) == (JobState.CANCELLED, "It was cancelled at openai.")


async def test_a_run_that_is_known_there_no_more_is_not_begun_again_for_money() -> None:
    rig = Rig()
    job = rig.due("openai")
    await rig.once()
    await rig.until_running(job)
    rig.openai.runs.clear()
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.FAILED
    assert rig.now_of(job).reason.startswith("openai knows its run no more")
    assert len(rig.openai.created) == 1


async def test_a_run_that_a_lagging_copy_does_not_know_yet_is_looked_for_again() -> None:
    rig = Rig()
    job = rig.due("openai")
    await rig.once()
    await rig.until_running(job)
    rig.openai.before("status", RunGoneError("The platform openai knows no run."), times=3)
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED


async def test_a_key_that_is_refused_while_it_runs_costs_no_run() -> None:
    rig = Rig()
    job = rig.due("openai")
    await rig.once()
    await rig.until_running(job)
    for _ in range(5):
        rig.openai.refuses("status", "The key in TRAINER_OPENAI_KEY was refused: set another one.")
    rig.clock.time = rig.now_of(job).due_at
    await rig.once()
    assert rig.now_of(job).state is JobState.RUNNING
    assert rig.now_of(job).reason.startswith("The key in TRAINER_OPENAI_KEY was refused")
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED


async def test_what_a_refused_key_could_not_remove_is_removed_with_the_right_one() -> None:
    rig = Rig(openai=FakePlatform("openai", fails_with="The file has too few examples."))
    job = rig.due("openai")
    for _ in range(4):
        rig.openai.refuses("discard", "The key in TRAINER_OPENAI_KEY was refused: set another one.")
    await rig.until_quiet()
    assert rig.now_of(job).reason == "The file has too few examples."
    assert not rig.openai.files


class Lagging(FakePlatform):
    """A run is in its lists only some looks after it was made."""

    def __init__(self, lag: int) -> None:
        super().__init__("openai")
        self.lag = lag

    async def find(self, order: Order) -> str | None:
        found = await super().find(order)
        if found is not None and self.lag > 0:
            self.lag -= 1
            return None
        return found

    async def create(self, order: Order, files: Mapping[Side, str]) -> str:
        """As a platform without idempotency: what its lists do not show is made again."""
        if await self.find(order) is None:
            self.runs.pop(f"run-{order.token}", None)
        return await super().create(order, files)


async def test_a_create_whose_answer_was_lost_is_waited_for_until_the_list_would_show_it() -> None:
    rig = Rig(openai=Lagging(lag=1))
    job = rig.due("openai")
    rig.openai.loses_answer("create")
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED
    assert rig.openai.created == [job.token]


async def test_a_file_that_is_listed_only_after_its_job_was_cancelled_is_removed_too() -> None:
    rig = Rig()
    job = rig.due("openai")
    rig.openai.before("upload", asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await rig.once()
    cancelled_by_a_person(rig, job)
    await rig.once()
    order = Order(token=job.token, tenant="acme", task_type="classification", base_model="tunable")
    late = TrainingFile(side=Side.TRAIN, path=Path("none"), sha256="", bytes=1)
    reference = await rig.openai.upload(order, late)
    rig.jobs.jobs[job.job_id] = replace(rig.now_of(job), files={"train": reference})
    await rig.until_quiet()
    assert not rig.openai.files


async def test_a_job_cancelled_while_its_run_is_created_ends_that_run_when_it_is_seen() -> None:
    rig = Rig(openai=Lagging(lag=1))
    job = rig.due("openai")
    rig.openai.loses_answer("create")
    await rig.once()
    cancelled_by_a_person(rig, job)
    await rig.until_quiet()
    assert rig.openai.runs[f"run-{job.token}"].state is RunState.CANCELLED
    assert not rig.openai.files
    assert rig.now_of(job).reason == "cancelled by ann"


@pytest.mark.parametrize(
    "later",
    [
        BaseModels((STUDENT,)),
        BaseModels((STUDENT, msgspec.structs.replace(TUNABLE, jobs_until=date(2026, 1, 6)))),
        BaseModels((STUDENT, msgspec.structs.replace(TUNABLE, methods={"dpo": "openai_preference"}))),
    ],
    ids=["gone", "past its date", "other methods"],
)
async def test_a_run_goes_on_whatever_becomes_of_its_base_model(later: BaseModels) -> None:
    rig = Rig()
    job = rig.due("openai")
    await rig.once()
    await rig.until_running(job)
    after = Rig(jobs=rig.jobs, openai=rig.openai, versions=rig.versions, models=later)
    after.clock.time = rig.clock.time
    await after.until_quiet()
    assert after.now_of(job).state is JobState.SUCCEEDED
    assert [version.base_model for version in rig.versions.versions.values()] == ["tunable"]
    assert not rig.openai.files


async def test_a_run_that_takes_too_long_is_ended_there() -> None:
    rig = Rig(openai=FakePlatform("openai", looks=10_000), patience=Patience(run=timedelta(hours=2)))
    job = rig.due("openai")
    await rig.until_quiet(most=500)
    assert rig.now_of(job).reason == "It ran for more than 2 hours, and was ended."
    assert rig.openai.runs[f"run-{job.token}"].state is RunState.CANCELLED


def cancelled_by_a_person(rig: Rig, job: Job) -> None:
    step = cancellation("ann", rig.clock.time)
    there = rig.now_of(job)
    rig.jobs.jobs[job.job_id] = replace(
        there, state=step.state, reason=step.reason, left=True, due_at=rig.clock.time, history=(*there.history, step)
    )


async def test_a_job_that_a_person_cancels_ends_there_too_and_leaves_no_file() -> None:
    rig = Rig()
    job = rig.due("openai")
    await rig.once()
    await rig.until_running(job)
    cancelled_by_a_person(rig, job)
    await rig.until_quiet()
    assert rig.openai.runs[f"run-{job.token}"].state is RunState.CANCELLED
    assert not rig.openai.files
    assert rig.now_of(job).reason == "cancelled by ann"


async def test_a_job_cancelled_before_its_run_was_known_here_is_found_and_ended_there() -> None:
    rig = Rig()
    job = rig.due("openai")
    rig.openai.loses_answer("create")
    await rig.once()
    assert not rig.now_of(job).run_id
    cancelled_by_a_person(rig, job)
    await rig.until_quiet()
    assert rig.openai.runs[f"run-{job.token}"].state is RunState.CANCELLED


async def test_what_cannot_be_removed_there_is_said_and_not_tried_for_ever() -> None:
    rig = Rig(patience=Patience(away=timedelta(hours=1)))
    job = rig.due("openai")
    rig.openai.away("discard", times=1000)
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED
    assert "could not be removed: The platform openai is away." in rig.now_of(job).reason
