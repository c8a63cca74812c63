"""Jobs at platforms that work by themselves: nothing is made there twice, and nothing is left."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ratchet_trainer.base_models import BaseModelRefusedError, BaseModels
from ratchet_trainer.budget import Budget
from ratchet_trainer.job_steps import cancellation
from ratchet_trainer.jobs import Job, JobState, Patience, Recipe
from ratchet_trainer.platforms.platform import RunState
from tests.unit.trainer.decision_fakes import NOW, dataset, example
from tests.unit.trainer.job_rig import STUDENT, TUNABLE, Rig
from tests.unit.trainer.platforms.fake import FakePlatform, Step

PRICED = BaseModels((STUDENT, msgspec.structs.replace(TUNABLE, usd_per_million_tokens=Decimal(25))))
VALIDATED = replace(
    dataset([example(n) for n in range(40)], [example(n) for n in range(40, 50)]),
    validation=[example(n) for n in range(50, 60)],
)


async def test_a_job_leaves_a_version_that_the_platform_serves_by_name_and_nothing_uploaded() -> None:
    rig = Rig(content=VALIDATED)
    job = rig.due("openai")
    await rig.until_quiet()
    done = rig.now_of(job)
    assert [step.state for step in done.history] == ["queued", "preparing", "uploading", "running", "succeeded"]
    (made,) = rig.versions.versions.values()
    assert (made.platform, made.base_model, made.model, made.artifact) == (
        "openai",
        "tunable",
        f"tuned-{job.token}",
        "",
    )
    assert rig.openai.sent == [f"ratchet-{job.token}-train.jsonl", f"ratchet-{job.token}-validation.jsonl"]
    assert rig.openai.created == rig.openai.discarded == [job.token]
    assert not rig.openai.files
    assert done.metrics == {"train_loss": 0.25}


async def test_it_is_asked_for_ever_more_rarely_and_its_lease_is_free_meanwhile() -> None:
    rig = Rig(openai=FakePlatform("openai", looks=12))
    job = rig.due("openai")
    pauses = []
    while rig.now_of(job).state is not JobState.SUCCEEDED:
        assert await rig.once()
        pauses.append((rig.now_of(job).due_at - rig.clock.time).total_seconds())
        rig.clock.time = max(rig.clock.time, rig.now_of(job).due_at)
    assert pauses[8] > 3 * pauses[2]
    assert max(pauses) <= 1.25 * rig.patience.longest_look.total_seconds()


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


async def test_a_platform_that_is_away_is_waited_for_as_long_as_it_says() -> None:
    rig = Rig()
    job = rig.due("openai")
    rig.openai.away("create", retry_after_s=120)
    await rig.once()
    waiting = rig.now_of(job)
    assert (waiting.state, waiting.reason) == (JobState.UPLOADING, "The platform openai is away.")
    assert waiting.due_at - NOW == timedelta(seconds=120)
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED


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


async def test_a_model_whose_curves_are_refused_is_kept() -> None:
    rig = Rig()
    job = rig.due("openai")
    rig.openai.refuses("metrics", "The bucket may not be read.")
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.SUCCEEDED
    assert rig.now_of(job).metrics == {}


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


async def test_uploads_stay_where_that_is_wanted() -> None:
    rig = Rig(keep_uploads=True)
    rig.due("openai")
    await rig.until_quiet()
    assert rig.openai.files
    assert not rig.openai.discarded


async def test_the_tokens_and_the_price_are_estimated_before_anything_is_sent() -> None:
    rig = Rig(models=PRICED)
    job = rig.due("openai", recipe=Recipe(hyperparameters={"epochs": 3}))
    rig.openai.before("upload", asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await rig.once()
    estimate = rig.now_of(job).estimate
    assert estimate is not None
    assert (estimate.examples, estimate.epochs) == (40, 3)
    assert estimate.cost_usd == pytest.approx(25 * estimate.tokens * 3 / 1e6)


async def test_what_it_has_cost_is_known_by_the_tokens_that_the_platform_counts() -> None:
    rig = Rig(models=PRICED, openai=FakePlatform("openai", tokens=40_000))
    job = rig.due("openai")
    await rig.until_quiet()
    assert rig.now_of(job).cost_usd == pytest.approx(1.0)


async def test_the_cost_so_far_goes_with_the_progress() -> None:
    rig = Rig(models=PRICED)
    job = rig.due("openai")
    await rig.once()
    await rig.until_running(job)
    rig.clock.time = rig.now_of(job).due_at
    await rig.once()
    there = rig.now_of(job)
    assert there.estimate is not None
    assert there.estimate.cost_usd is not None
    assert there.cost_usd is not None
    assert 0 < there.cost_usd < there.estimate.cost_usd
    assert 0.2 < there.progress < 1


@pytest.mark.parametrize(
    ("budget", "recipe", "spent", "said"),
    [
        (Budget(), Recipe(max_cost_usd=0.001), 0.0, "and may cost 0.00 USD"),
        (Budget(job_usd=0.001), Recipe(), 0.0, "a job may cost 0.00 USD (TRAINER_JOB_MAX_USD)"),
        (Budget(month_usd=50), Recipe(), 49.99, "have taken 49.99 USD of the 50.00"),
    ],
)
async def test_a_budget_refuses_a_job_before_anything_is_sent(
    budget: Budget, recipe: Recipe, spent: float, said: str
) -> None:
    rig = Rig(models=PRICED, budget=budget, spent_usd=spent)
    job = rig.due("openai", recipe=recipe)
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.FAILED
    assert said in rig.now_of(job).reason
    assert not rig.openai.sent


async def test_a_limit_where_no_price_is_known_is_refused_too() -> None:
    rig = Rig()
    job = rig.due("openai", recipe=Recipe(max_cost_usd=5))
    await rig.until_quiet()
    assert "what it would cost is not known" in rig.now_of(job).reason


async def test_the_validation_side_is_cut_to_what_the_base_model_takes() -> None:
    limits = msgspec.structs.replace(TUNABLE.validation, most_lines=4)
    rig = Rig(content=VALIDATED, models=BaseModels((msgspec.structs.replace(TUNABLE, validation=limits),)))
    rig.due("openai")
    await rig.until_quiet()
    assert len(rig.openai.sent) == 2


async def test_too_few_lines_for_the_platform_are_refused_with_both_numbers() -> None:
    content = dataset([example(n) for n in range(9)], [])
    rig = Rig(content=content)
    job = rig.due("openai")
    await rig.until_quiet()
    assert rig.now_of(job).reason == (
        "The train file would be refused. The file has 9 examples, and at least 10 are needed."
    )


async def test_private_data_that_is_left_is_never_uploaded_and_told_by_line_and_kind() -> None:
    texts = [f"document {n}" + (" 078-05-1120" if n == 7 else "") for n in range(40)]
    rig = Rig(content=dataset([example(n, document=text) for n, text in enumerate(texts)], []))
    job = rig.due("openai")
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.FAILED
    assert "private data is left in it (1 of SSN; first in line 8)" in rig.now_of(job).reason
    assert "078-05" not in rig.now_of(job).reason
    assert not rig.openai.sent


async def test_pairs_need_a_rejected_answer_and_without_any_there_is_nothing_to_upload() -> None:
    content = dataset([example(n, source="accepted") for n in range(40)], [])
    rig = Rig(content=content)
    job = rig.due("openai", recipe=Recipe(method="dpo"))
    await rig.until_quiet()
    assert "The file has 0 examples" in rig.now_of(job).reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"jobs_until": date(2026, 1, 6), "successor": "other"}, "no jobs since 06 January 2026: take other instead"),
        ({"methods": {"dpo": "openai_preference"}}, "is not tuned by supervised: its methods are dpo"),
    ],
)
async def test_what_its_base_model_cannot_do_is_said_when_a_person_asks(change: dict[str, Any], said: str) -> None:
    rig = Rig(models=BaseModels((msgspec.structs.replace(TUNABLE, **change),)))
    with pytest.raises(BaseModelRefusedError, match=said):
        await rig.training.ask("acme", "classification", "openai", "ann", Recipe())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"epochs": 51}, "epochs of tunable is a whole number from 1 to 50"),
        ({"epochs": 1.5}, "epochs of tunable is a whole number from 1 to 50"),
        ({"rank": 8}, "tunable has no hyper-parameter rank: it has beta, epochs, learning_rate_multiplier"),
    ],
)
async def test_a_hyper_parameter_out_of_its_range_is_said_when_a_person_asks(
    given: dict[str, int | float | str], said: str
) -> None:
    rig = Rig()
    with pytest.raises(BaseModelRefusedError, match=said):
        await rig.training.ask("acme", "classification", "openai", "ann", Recipe(hyperparameters=given))


async def test_an_estimate_sends_and_keeps_nothing() -> None:
    rig = Rig(models=PRICED)
    job = await rig.training.estimate("acme", "classification", "openai", "ann", Recipe())
    assert job.estimate is not None
    assert job.hyperparameters == {"epochs": 5, "learning_rate_multiplier": 2.0}
    assert not rig.jobs.jobs
    assert not rig.openai.calls


async def test_a_thousand_jobs_that_were_made_together_are_not_asked_for_together() -> None:
    rig = Rig(openai=FakePlatform("openai", looks=10_000))
    jobs = [rig.due("openai") for _ in range(200)]
    for _ in range(5):
        while await rig.once():
            pass
        rig.clock.tick(timedelta(minutes=1))
    due = sorted(rig.now_of(job).due_at for job in jobs)
    assert due[-1] - due[0] > timedelta(seconds=2)
