from datetime import timedelta
from pathlib import Path

import pytest

from ratchet_common.errors import CannotStartError
from ratchet_common.settings import load
from ratchet_trainer.privacy.finding.kinds import DIRECT, KINDS
from ratchet_trainer.rollouts.rollout import Plan
from ratchet_trainer.settings import TrainerSettings

NEEDED = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092", "MONGODB_URL": "mongodb://127.0.0.1", "TOKENS_FILE": "tokens"}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)


def test_the_defaults_are_those_of_the_specification() -> None:
    settings = load(TrainerSettings)
    assert settings.plan == Plan((10, 50), 5, timedelta(days=7))
    assert settings.patience.wait == timedelta(days=7)
    assert (settings.limits.margin, settings.limits.saving, settings.limits.slice_cases) == (0.02, 0.30, 30)


def test_steps_are_written_with_commas(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRAINER_STEPS", "5, 25,50")
    monkeypatch.setenv("TRAINER_ARTIFACTS_URL", tmp_path.as_uri())
    settings = load(TrainerSettings)
    assert (settings.steps, settings.artifacts_url) == ((5, 25, 50), tmp_path.as_uri())


def test_a_task_may_need_another_quality(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINER_SAMPLE_QUALITY_BY_TASK", "summary=0.9, qa=0.7,")
    sampling = load(TrainerSettings).sampling
    assert [sampling.needed(task) for task in ("summary", "qa", "report")] == [0.9, 0.7, 0.8]


def test_direct_identifiers_are_scrubbed_unless_somebody_says_otherwise() -> None:
    kinds = load(TrainerSettings).sought.kinds
    assert {"PERSON", "EMAIL", "STREET_ADDRESS"} <= kinds
    assert not kinds & {"DATE_TIME", "ORGANIZATION", "GPE", "TITLE", "AGE", "NRP"}


@pytest.mark.parametrize(
    ("setting", "kinds"),
    [
        ("EMAIL, phone", {"EMAIL", "PHONE"}),
        ("direct,AGE,NRP", {*DIRECT, "AGE", "NRP"}),
        ("all", set(KINDS)),
        ("direct,describing", set(KINDS)),
    ],
)
def test_kinds_to_scrub_are_named_one_by_one_or_together(
    monkeypatch: pytest.MonkeyPatch, setting: str, kinds: set[str]
) -> None:
    monkeypatch.setenv("TRAINER_SCRUB_KINDS", setting)
    assert load(TrainerSettings).sought.kinds == kinds


@pytest.mark.parametrize("wrong", ["EMIAL", "", ",", "none", "direct;AGE"])
def test_a_kind_that_is_not_known_stops_the_start(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("TRAINER_SCRUB_KINDS", wrong)
    with pytest.raises(CannotStartError, match="TRAINER_SCRUB_KINDS"):
        load(TrainerSettings)


@pytest.mark.parametrize("wrong", ["sumary=0.9", "summary", "summary=1.5", "summary=high", "=0.5"])
def test_a_quality_of_no_task_or_beyond_1_stops_the_start(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("TRAINER_SAMPLE_QUALITY_BY_TASK", wrong)
    with pytest.raises(CannotStartError, match="TRAINER_SAMPLE_QUALITY_BY_TASK"):
        load(TrainerSettings)


@pytest.mark.parametrize("steps", ["50,10", "10,10", "0,50", "10,100", "", "many"])
def test_steps_that_do_not_ascend_within_1_to_99_stop_the_start(monkeypatch: pytest.MonkeyPatch, steps: str) -> None:
    monkeypatch.setenv("TRAINER_STEPS", steps)
    with pytest.raises(CannotStartError, match="TRAINER_STEPS"):
        load(TrainerSettings)


@pytest.mark.parametrize(("outcomes", "stops"), [(0, False), (399, True), (400, False)])
def test_outcomes_that_cannot_be_enough_for_both_sides_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, outcomes: int, *, stops: bool
) -> None:
    monkeypatch.setenv("TRAINER_ESTIMATE_OUTCOMES", str(outcomes))
    if stops:
        with pytest.raises(CannotStartError, match="at least twice estimate_min"):
            load(TrainerSettings)
    else:
        assert load(TrainerSettings).estimate_rules.most == outcomes


def test_an_unknown_setting_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINER_STEP", "10,50")
    with pytest.raises(CannotStartError, match="did you mean TRAINER_STEPS"):
        load(TrainerSettings)
