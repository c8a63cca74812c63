"""From a job's order and the settings to what the tuner reads; what is missing is named."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ratchet_trainer.artifacts import FileArtifacts
from ratchet_trainer.platforms.lora.composing import lora_platform, means_of
from ratchet_trainer.platforms.lora.here import SubprocessRunner
from ratchet_trainer.platforms.lora.ordering import HYPERPARAMETERS, Habits, base_model, ordered
from ratchet_trainer.platforms.lora.platform import MOST_POINTS, curves_of
from ratchet_trainer.platforms.lora.settings import LoraSettings
from ratchet_trainer.platforms.platform import Method, Order, PlatformRefusedError
from ratchet_trainer.tuning.base_models_file import read_base_models
from ratchet_tuner.status import Measured


@pytest.fixture
def models(tmp_path: Path) -> Path:
    (tmp_path / "models" / "qwen" / "small").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (tmp_path / "models" / "way-out").symlink_to(tmp_path / "secret")
    return tmp_path / "models"


def order(method: Method = "supervised", base: str = "qwen/small", **hyperparameters: Any) -> Order:
    return Order(
        token="a" * 32,
        tenant="acme",
        task_type="summary",
        base_model=base,
        method=method,
        hyperparameters=hyperparameters,
        seed=7,
    )


def test_hyperparameters_go_by_our_names(models: Path) -> None:
    its = ordered(order(epochs=5, rank=8, learning_rate=0.001), Habits(models=models, device="cpu", max_tokens=512))
    assert (its.epochs, its.rank, its.learning_rate, its.max_tokens, its.seed) == (5, 8, 0.001, 512, 7)
    assert (its.base_model, its.device, its.hub) == (str(models / "qwen" / "small"), "cpu", False)
    assert its.lineage == {"job": "a" * 32, "task_type": "summary", "base_model": "qwen/small"}


def test_each_method_has_a_learning_rate_of_its_own(models: Path) -> None:
    rates = [ordered(order(method), Habits(models=models)).learning_rate for method in ("supervised", "dpo")]
    assert rates[0] > 10 * rates[1]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"learning_rate_multiplier": 1.5}, "has no hyper-parameter learning_rate_multiplier"),
        ({"epochs": 0}, "epochs"),
        ({"rank": 2.5}, "rank"),
    ],
)
def test_what_the_tuner_would_not_take_is_refused_before_it_starts(
    models: Path, given: Mapping[str, Any], why: str
) -> None:
    with pytest.raises(PlatformRefusedError, match=why):
        ordered(order(**given), Habits(models=models))


def test_the_catalogue_and_the_tuner_have_the_same_hyperparameters() -> None:
    assert set(read_base_models().of("lora", "any/model").hyperparameters) == set(HYPERPARAMETERS)


@pytest.mark.parametrize("name", ["../secret", "/etc", "way-out", "none", "", ".", "ü" * 200, "a\0b"])
def test_nobody_looks_around_beside_the_models(models: Path, name: str) -> None:
    with pytest.raises(PlatformRefusedError, match="put its folder into"):
        base_model(name, Habits(models=models))


def test_the_hub_is_asked_only_where_it_is_allowed(models: Path) -> None:
    assert base_model("org/model-1.5", Habits(models=models, hub=True)) == "org/model-1.5"
    assert base_model("qwen/small", Habits(models=models, hub=True)) == str(models / "qwen" / "small")
    with pytest.raises(PlatformRefusedError, match="TRAINER_LORA_MODELS_DIR"):
        base_model("org/model", Habits())
    for odd in ("../x", "/etc/passwd", "https://host/x/y"):
        with pytest.raises(PlatformRefusedError):
            base_model(odd, Habits(hub=True))


SET_UP = {"lora_runner": "subprocess", "lora_work_dir": "/srv/lora", "lora_python": "/opt/tuner/bin/python"}


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({}, "TRAINER_LORA_RUNNER"),
        ({"lora_runner": "subprocess"}, "TRAINER_LORA_WORK_DIR"),
        ({"lora_runner": "subprocess", "lora_work_dir": "/srv/lora"}, "TRAINER_LORA_PYTHON"),
        ({"lora_runner": "kubernetes", "lora_work_dir": "/srv/lora"}, "TRAINER_LORA_IMAGE"),
        ({"lora_runner": "kubernetes", "lora_work_dir": "/srv", "lora_image": "tuner"}, "TRAINER_LORA_WORK_DIR"),
        (
            {"lora_runner": "kubernetes", "lora_work_dir": "/var/lib/ratchet-lora/work", "lora_image": "tuner"},
            "this is no pod with a service account",
        ),
    ],
)
async def test_a_missing_setting_is_named_when_a_job_asks_and_not_before(
    given: Mapping[str, Any], setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    platform = lora_platform(LoraSettings(**given), FileArtifacts(tmp_path), timedelta(hours=72))
    with pytest.raises(PlatformRefusedError, match=setting):
        await platform.find(order())


def test_what_is_set_up_is_what_the_settings_say() -> None:
    means = means_of(LoraSettings(**SET_UP, lora_at_once=3, lora_restarts=1, lora_device="cpu"), timedelta(hours=72))
    assert isinstance(means.runner, SubprocessRunner)
    assert (means.rules.at_once, means.rules.restarts, means.habits.device) == (3, 1, "cpu")


def test_labels_of_nodes_are_read_from_one_variable() -> None:
    assert LoraSettings(lora_node_selector="gpu=a100, zone=b").lora_node_selector == {"gpu": "a100", "zone": "b"}


def test_a_long_curve_is_thinned_and_keeps_its_end() -> None:
    rows = [Measured(step, step / 10, {"train_loss": float(step)}) for step in range(1, 1234)]
    (points,) = curves_of(rows).values()
    assert len(points) <= MOST_POINTS
    assert points[-1] == (1233, 1233.0)
