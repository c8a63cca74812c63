"""How an order is written for the platform openai, and how its words are read."""

import base64
import math
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ratchet_common.settings import load, variables
from ratchet_trainer.data_settings import DataSettings
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.openai.answers import EventAnswer, JobAnswer
from ratchet_trainer.platforms.openai.curves import of_events, of_table, thinned
from ratchet_trainer.platforms.openai.request import hyperparameters_of, request_of, suffix_of
from ratchet_trainer.platforms.openai.settings import OpenAISettings
from ratchet_trainer.platforms.openai.telling import status_of, told
from ratchet_trainer.platforms.platform import RunEvent, RunState, Status
from tests.unit.trainer.platforms.promises import order

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
TABLE = "step,train_loss,train_accuracy,valid_loss\n1,2.5,0.1,\n2,1.5,0.4,1.9\n3,nan,0.5,inf\n"
CURVES = {
    "train_loss": [(1, 2.5), (2, 1.5)],
    "train_accuracy": [(1, 0.1), (2, 0.4), (3, 0.5)],
    "valid_loss": [(2, 1.9)],
}


def job(status: str = "running", **more: object) -> JobAnswer:
    return JobAnswer(id="ftjob-1", status=status, **more)  # type: ignore[arg-type]


def event(at: float = 1.0, message: str = "", level: str = "info", data: object = None) -> EventAnswer:
    return EventAnswer(id=f"e{at}", created_at=at, message=message, level=level, data=data)


def status(told_of: JobAnswer, *events: EventAnswer) -> Status:
    return status_of(told_of, events, NOW)


def test_an_order_is_written_in_its_names() -> None:
    made = replace(order("gpt-x"), token="a" * 32, seed=2**31, task_type="action_items")
    assert request_of(made, {Side.TRAIN: "file-1", Side.VALIDATION: "file-2"}) == {
        "model": "gpt-x",
        "training_file": "file-1",
        "validation_file": "file-2",
        "method": {
            "type": "supervised",
            "supervised": {"hyperparameters": {"n_epochs": 3, "learning_rate_multiplier": 1.5}},
        },
        "seed": 0,  # the largest that it takes is 2**31 - 1
        "suffix": "ratchet-action-items",
        "metadata": {"ratchet": "a" * 32, "task": "action_items"},
    }


def test_without_a_validation_side_none_is_named() -> None:
    assert "validation_file" not in request_of(order(), {Side.TRAIN: "file-1"})


def test_preferences_have_a_beta() -> None:
    made = replace(order(), method="dpo", hyperparameters={"beta": 0.1, "epochs": 2})
    assert hyperparameters_of(made) == {"beta": 0.1, "n_epochs": 2}


@given(st.text(max_size=200))
def test_a_suffix_is_short_and_plain(task: str) -> None:
    suffix = suffix_of(task)
    assert 0 < len(suffix) <= 64
    assert set(suffix) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("validating_files", RunState.WAITING),
        ("queued", RunState.WAITING),
        ("running", RunState.RUNNING),
        ("Succeeded", RunState.SUCCEEDED),
        ("failed", RunState.FAILED),
        ("cancelled", RunState.CANCELLED),
        ("paused", RunState.RUNNING),
        ("dreaming", RunState.RUNNING),
    ],
)
def test_its_states_are_ours(said: str, state: RunState) -> None:
    assert status(job(said)).state is state


def test_a_state_that_is_not_ours_is_named() -> None:
    assert status(job("paused")).reason == "The platform calls it paused."


@pytest.mark.parametrize("error", [None, {}, {"code": None, "message": None}, 7, []])
def test_without_a_reason_it_says_so(error: object) -> None:
    assert status(job("failed", error=error)).reason == "The platform gives no reason."


def test_progress_is_that_of_its_steps() -> None:
    events = [event(3, "Saved."), event(2, data={"step": 30, "total_steps": 120}), event(1, "Step 1/120: loss=3")]
    assert status(job(), *events).progress == 0.25
    assert status(job(), event(1, "Step 60/120: training loss=0.4")).progress == 0.5


def test_without_steps_progress_is_that_of_its_clock() -> None:
    now = NOW.timestamp()
    assert status(job(created_at=now - 30, estimated_finish=now + 90)).progress == 0.25
    assert status(job(created_at=now - 30, estimated_finish=now - 10)).progress == 0.99


def test_without_both_there_is_none() -> None:
    assert status(job()).progress is None
    assert status(job("succeeded", trained_tokens=5000)) == Status(
        state=RunState.SUCCEEDED, progress=1.0, trained_tokens=5000
    )


def test_events_come_oldest_first_and_those_of_one_second_in_their_order() -> None:
    latest_first = [event(2, "c"), event(1, "b", "warning"), event(1, "  "), event(1, "a" * 900, "fatal")]
    assert told(latest_first) == [
        RunEvent(datetime.fromtimestamp(1, UTC), "a" * 500),
        RunEvent(datetime.fromtimestamp(1, UTC), "b", "warn"),
        RunEvent(datetime.fromtimestamp(2, UTC), "c"),
    ]


def test_a_time_that_is_none_is_no_reason_to_fail() -> None:
    assert told([event(1e300, "x")])[0].at.year == 1970


@pytest.mark.parametrize("body", [TABLE.encode(), base64.b64encode(TABLE.encode()), b"\xef\xbb\xbf" + TABLE.encode()])
def test_a_table_is_read_plain_or_in_base64(body: bytes) -> None:
    assert of_table(body, whole=True).curves == CURVES


@pytest.mark.parametrize("coded", [False, True])
def test_of_a_table_that_was_cut_the_whole_lines_are_read(coded: bool) -> None:
    body = base64.b64encode(TABLE.encode()) if coded else TABLE.encode()
    cut = body[: len(body) - 10]
    assert of_table(cut, whole=False).curves["train_loss"] == CURVES["train_loss"]


def test_metrics_are_read_from_events_where_there_is_no_table() -> None:
    events = [
        event(2, data={"step": 2, "total_steps": 9, "train_loss": 0.5}),
        event(1, data={"step": 1, "total_steps": 9, "train_loss": 0.9, "valid_loss": None}),
        event(0, "Created."),
    ]
    assert of_events(events).curves == {"train_loss": [(1, 0.9), (2, 0.5)]}


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode) | st.just(b'step,a\n1,"' + b"x" * 200_000))
def test_whatever_a_table_holds_its_curves_are_sound(body: bytes) -> None:
    for table in (body, b"step,loss\n" + body, base64.b64encode(b"step,loss\n" + body)):
        for points in of_table(table, whole=False).curves.values():
            assert points == sorted(points)
            assert all(0 <= step <= 2**53 and math.isfinite(value) for step, value in points)


@given(st.integers(0, 3_000))
def test_thinning_keeps_both_ends_and_the_order(count: int) -> None:
    points = [(step, float(step)) for step in range(count)]
    kept = thinned(points)
    assert len(kept) == min(count, 500)
    assert kept == sorted(set(kept))
    assert kept[:1] == points[:1]
    assert kept[-1:] == points[-1:]


@pytest.mark.parametrize("key", ["sk-the-key-itself", "", "env:", "vault:x"])
def test_a_key_in_the_settings_is_a_reference_and_is_not_shown(key: str) -> None:
    with pytest.raises(ValidationError, match="write env:NAME or file:PATH") as wrong:
        OpenAISettings(openai_key=key)
    assert all("sk-the-key-itself" not in told["msg"] for told in wrong.value.errors(include_input=False))


@pytest.mark.parametrize("url", ["api.openai.com/v1", "ftp://x/v1", "http://", "http://[::", "http://x:port/"])
def test_a_base_url_is_one(url: str) -> None:
    with pytest.raises(ValidationError):
        OpenAISettings(openai_base_url=url)


def test_the_client_is_loaded_when_it_is_needed_and_not_before() -> None:
    asked = (
        "import sys; from ratchet_trainer.platforms.openai.composing import openai_platform as platform; "
        "from ratchet_trainer.platforms.openai.settings import OpenAISettings as Settings; "
        "platform(Settings()); sys.exit('openai' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", asked], check=True)


def test_its_settings_are_a_part_of_the_trainers(monkeypatch: pytest.MonkeyPatch) -> None:
    class Whole(OpenAISettings, DataSettings):
        """As the trainer's own are put together."""

    monkeypatch.setenv("TRAINER_OPENAI_KEY", "file:/run/secrets/openai")
    assert variables(Whole)["openai_base_url"] == "TRAINER_OPENAI_BASE_URL"
    whole = load(Whole, mongodb_url="mongodb://nowhere", tokens_file="none", kafka_bootstrap_servers="nowhere:1")
    assert whole.openai_key == "file:/run/secrets/openai"
