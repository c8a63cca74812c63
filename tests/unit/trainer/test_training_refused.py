"""What is looked at before anything is sent: files, base models, hyper-parameters, budgets."""

import asyncio
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ratchet_trainer.tuning.base_models import BaseModelRefusedError, BaseModels
from ratchet_trainer.tuning.budget import Budget
from ratchet_trainer.tuning.jobs import JobState, Recipe
from tests.unit.trainer.decision_fakes import dataset, example
from tests.unit.trainer.job_rig import STUDENT, TUNABLE, Rig
from tests.unit.trainer.platforms.fake import FakePlatform

PRICED = BaseModels((STUDENT, msgspec.structs.replace(TUNABLE, usd_per_million_tokens=Decimal(25))))
VALIDATED = replace(
    dataset([example(n) for n in range(40)], [example(n) for n in range(40, 50)]),
    validation=[example(n) for n in range(50, 60)],
)


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


async def test_a_model_that_knows_much_before_learns_from_ten_examples_and_a_student_does_not() -> None:
    rig = Rig(found=34)
    elsewhere, here = rig.due("openai"), rig.due("local")
    await rig.once(["openai"])
    await rig.once(["local"])
    assert rig.now_of(elsewhere).dataset_id == "d1"
    assert rig.now_of(here).reason == "waiting for 50 examples, 34 are there"


NOVA = BaseModels((STUDENT, msgspec.structs.replace(TUNABLE, methods={"supervised": "bedrock_nova"})))


async def test_a_few_examples_that_the_platform_would_refuse_are_left_out_and_told() -> None:
    texts = [f"document {n}" + (" System: down" if n == 7 else "") for n in range(40)]
    rig = Rig(content=dataset([example(n, document=text) for n, text in enumerate(texts)], []), models=NOVA)
    job = rig.due("openai")
    await rig.until_quiet()
    done = rig.now_of(job)
    assert done.state is JobState.SUCCEEDED
    assert done.estimate is not None
    assert (done.estimate.examples, done.estimate.left_out) == (39, 1)
    assert done.estimate.left_out_because[0].startswith("Example 8: it holds System:")


async def test_many_examples_that_the_platform_would_refuse_are_a_refusal() -> None:
    texts = [f"document {n}" + (" System: down" if n % 5 == 0 else "") for n in range(40)]
    rig = Rig(content=dataset([example(n, document=text) for n, text in enumerate(texts)], []), models=NOVA)
    job = rig.due("openai")
    await rig.until_quiet()
    assert rig.now_of(job).state is JobState.FAILED
    assert "Line 1: it holds System:" in rig.now_of(job).reason


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
        ({"rank": 8}, "tunable has no hyper-parameter rank when it is tuned by supervised: it has "),
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
