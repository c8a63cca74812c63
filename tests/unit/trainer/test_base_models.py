"""What can be tuned, as the file says; what is wrong in a file is told with its line."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import ratchet_student
from ratchet_common.errors import CannotStartError
from ratchet_trainer.tuning.base_models import (
    BaseModel,
    BaseModelRefusedError,
    allowed,
    ended_on,
    enough,
    in_range,
    training_usd,
)
from ratchet_trainer.tuning.base_models_file import read_base_models, understood
from ratchet_trainer.tuning.fewest_lines import Fewest, fewest_lines, limits_by
from ratchet_trainer.tuning.hyperparameters import epochs_of, suggested

KNOWN = read_base_models()
MINI = KNOWN.of("openai", "gpt-4.1-mini-2025-04-14")
ONE = """
[[models]]
platform = "openai"
name = "mine"
methods = { supervised = "openai" }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "models.toml"


def test_the_file_that_ships_has_each_platform_and_where_its_figures_were_read() -> None:
    assert {model.platform for model in KNOWN.models} == {"local", "openai", "bedrock", "vertex", "lora"}
    assert all(model.source for model in KNOWN.models)


def test_the_local_platform_trains_what_a_student_can_learn() -> None:
    assert KNOWN.of("local", "").tasks == frozenset(ratchet_student.TASKS)


def test_five_hundred_examples_take_three_epochs_and_one_and_a_half() -> None:
    assert suggested(MINI, "supervised", "summary", 500) == {
        "epochs": 3,
        "batch_size": 8,
        "learning_rate_multiplier": 1.5,
    }


@pytest.mark.parametrize("examples", [10, 99, 100, 101, 999, 1_001, 20_000, 10**6])
@pytest.mark.parametrize("method", ["supervised", "dpo"])
def test_what_is_suggested_is_within_the_ranges(examples: int, method: str) -> None:
    for model in KNOWN.models:
        if method in model.methods:
            found = suggested(model, method, "classification", examples)
            assert in_range(model, method, found) == found
            assert epochs_of(model, found) >= 1


@pytest.mark.parametrize(
    ("today", "takes"), [(date(2027, 1, 6), True), (date(2027, 1, 7), False), (date(2030, 1, 1), False)]
)
def test_a_model_takes_jobs_up_to_its_last_day_and_then_its_successor_is_named(today: date, takes: bool) -> None:
    assert (ended_on(MINI, today) is None) is takes
    if not takes:
        with pytest.raises(BaseModelRefusedError, match=r"no jobs since 06 January 2027: take amazon\.nova-lite"):
            allowed(MINI, "qa", "supervised", today)


def test_a_price_is_by_tokens_and_epochs_and_exact() -> None:
    assert training_usd(MINI, 300_000, 3) == Decimal("4.5")
    assert training_usd(KNOWN.of("lora", "weights"), 300_000, 3) is None


def test_any_weights_may_be_tuned_at_home_and_nothing_that_nobody_named() -> None:
    assert KNOWN.of("lora", "./weights").name == "./weights"
    with pytest.raises(BaseModelRefusedError, match="Name the base model that lora shall tune"):
        KNOWN.of("lora", "")


def test_who_knows_much_before_needs_fewer_examples() -> None:
    assert enough(KNOWN.of("local", "")) is None
    assert enough(MINI) == 10


def test_only_some_values_are_taken_where_the_platform_has_only_some() -> None:
    with pytest.raises(BaseModelRefusedError, match="is one of 1, 2, 4, 8, 16"):
        in_range(KNOWN.of("vertex", "gemini-2.5-flash"), "supervised", {"adapter_size": 3})


@pytest.mark.parametrize("model", [MINI, KNOWN.of("lora", "weights")], ids=["openai", "lora"])
def test_a_hyper_parameter_of_another_method_is_refused(model: BaseModel) -> None:
    assert in_range(model, "dpo", {"beta": 0.3}) == {"beta": 0.3}
    with pytest.raises(BaseModelRefusedError, match="no hyper-parameter beta when it is tuned by supervised") as said:
        in_range(model, "supervised", {"beta": 0.3})
    assert said.value.extra["field"] == "hyperparameters.beta"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "models"),
        (ONE + ONE, "openai has two base models mine"),
        (ONE.replace('"openai" }', '"word" }'), "names the file format word, which there is not"),
        (ONE + 'tasks = ["nonsense"]\n', "names the task nonsense"),
        (ONE + "usd_per_million_tokens = -1\n", "has a price below 0"),
        (ONE + "hyperparameters.epochs = { least = 5, most = 1 }\n", "epochs has its least above its most"),
        (
            ONE + 'hyperparameters.beta = { least = 0, most = 1, methods = ["dpo"] }\n',
            "beta is of a method that the model has not",
        ),
        (ONE + "colour = 3\n", "line 6"),
        (ONE.replace('"openai"\nname', '"abacus"\nname'), "line 3"),
        ("[[models]\n", "malformed"),
    ],
)
def test_what_is_wrong_in_a_file_stops_the_start_with_a_sentence(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    with pytest.raises(CannotStartError) as stopped:
        read_base_models(file)
    assert said in str(stopped.value)
    assert "TRAINER_BASE_MODELS" in str(stopped.value)


def test_a_file_that_is_not_there_is_a_sentence(file: Path) -> None:
    with pytest.raises(CannotStartError, match="cannot be read: No such file"):
        read_base_models(file)


def test_a_file_of_ones_own_takes_the_place_of_the_one_that_ships(file: Path) -> None:
    file.write_text(ONE)
    assert [model.name for model in read_base_models(file).models] == ["mine"]


NOW = date(2026, 11, 27)


def test_the_fewest_lines_of_a_format_are_what_its_base_models_take() -> None:
    assert fewest_lines(KNOWN, "openai", NOW) == [Fewest(10, "openai")]
    assert fewest_lines(KNOWN, "openai", NOW, validation=True) == [Fewest(1, "openai")]
    assert fewest_lines(KNOWN, "bedrock_nova", NOW) == [Fewest(8, "bedrock")]
    assert fewest_lines(KNOWN, "bedrock_claude", NOW) == [Fewest(32, "bedrock")]  # its only one takes jobs no more
    assert fewest_lines(KNOWN, "openai_preference", NOW) == [Fewest(1, "lora"), Fewest(10, "openai")]
    assert limits_by(fewest_lines(KNOWN, "openai_preference", NOW)).least_lines == 1
    assert limits_by([]).least_lines == 1


def test_where_base_models_of_one_platform_differ_the_one_that_takes_the_fewest_is_named() -> None:
    few, many = (ONE.replace("mine", name) + f"training = {{ least_lines = {n} }}" for name, n in (("a", 5), ("b", 9)))
    (found,) = fewest_lines(understood(many + few), "openai", NOW)
    assert found == Fewest(5, "a of openai, which takes the fewest there")
    (found,) = fewest_lines(understood(many + few + "\njobs_until = 2026-01-01"), "openai", NOW)
    assert found == Fewest(9, "openai")
