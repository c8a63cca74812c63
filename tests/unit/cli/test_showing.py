"""Tables of what people wrote."""

import json
from typing import Any

import pytest

from ratchet_cli.collected import stats
from ratchet_cli.serving_versions import measured, show_rollout
from ratchet_cli.showing import say_what_is_missing, show, text_of
from ratchet_common.errors import CannotStartError
from tests.unit.cli.test_watching import Scripted

CHANGE = {"revision": 1, "who": "ann", "at": "2026-11-26T19:12:22Z", "shares": {"base": 100}}
ROLLOUT = {
    "task_type": "qa",
    "state": "idle",
    "stable": "base",
    "canary": None,
    "shares": {"base": 100},
    "waits_for": "",
    "holdout": None,
    "shadow": {"version_id": "qa-0a1b2c3d", "percent": 20},
}


def test_square_brackets_are_shown_as_they_were_written(capsys: pytest.CaptureFixture[str]) -> None:
    show([], [{"why": "[/b] and [bold]loud[/bold]"}], "Of [it]", as_json=False)
    printed = capsys.readouterr().out
    assert "[/b] and [bold]loud[/bold]" in printed
    assert "Of [it]" in printed


def test_the_history_says_who_was_put_into_the_shadow(capsys: pytest.CaptureFixture[str]) -> None:
    changed = [CHANGE | {"why": "to see it", "shadow": ROLLOUT["shadow"]}, CHANGE | {"why": "enough", "shadow": None}]
    show_rollout(Scripted([ROLLOUT | {"history": changed}]), "qa", as_json=False)
    rows = [line for line in capsys.readouterr().out.splitlines() if "ann" in line]
    assert ["qa-0a1b2c3d 20 %" in row for row in rows] == [True, False]


def test_a_metric_is_a_name_and_a_number() -> None:
    assert measured("f1=0.82") == ("f1", 0.82)
    with pytest.raises(CannotStartError, match="--metric f1 is no metric"):
        measured("f1")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (True, "yes"),
        (False, "no"),
        (1234, "1,234"),
        ([], "-"),
        (["a", "b"], "a, b"),
        ({}, "-"),
        ({"a": 1, "b": {"c": 2, "d": None}}, "a 1, b (c 2, d -)"),
        ({"a": [], "b": ["x", "y"]}, "a -, b (x, y)"),
        ([{"a": 1}, {"a": 2, "b": 3}], "a 1; a 2, b 3"),
    ],
)
def test_what_is_in_something_else_is_written_as_people_write(value: object, text: str) -> None:
    assert text_of(value) == text


STATS: dict[str, Any] = {
    "total_examples": 1234,
    "by_task": [
        {"task_type": "qa", "examples": 1234, "by_source": {"imported": 1234}, "refused": {"no_json": 2}},
        {"task_type": "none", "examples": 0, "by_source": {}, "refused": {}},
    ],
    "by_source": {"imported": 1234},
    "archived": 5,
    "by_month": {"2026-11": 1234},
    "quality_histogram": [0, 0, 0, 0, 0, 0, 0, 0, 34, 1200],
    "refused": {"no_json": 2},
    "pii_found": {},
}


def test_what_was_collected_is_told_in_tables(capsys: pytest.CaptureFixture[str]) -> None:
    stats(Scripted([STATS]), as_json=False)
    printed = capsys.readouterr().out
    assert not set("{}[]'") & set(printed)
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    for line in (
        "1,234 examples by task (5 older ones are archived)",
        "qa 1,234 imported 1,234 no_json 2",
        "none 0 - -",
        "2026-11 1,234",
        "0.8 to 0.9 34",
        "0.9 to 1.0 1,200",
        "no_json 2",
        "private data taken out: none.",
    ):
        assert line in lines


def test_what_was_collected_is_for_scripts_as_the_trainer_says_it(capsys: pytest.CaptureFixture[str]) -> None:
    stats(Scripted([STATS]), as_json=True)
    assert json.loads(capsys.readouterr().out) == STATS


def test_what_is_missing_in_numbers_is_said_once_it_is_worth_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    hours: dict[str, object] = {"changed_hours": 2, "since": "2026-11-23T12:30:00Z"}
    for behind in (None, hours | {"note": ""}, hours | {"note": "2 changed hours are yet to be built.\x1b[31m"}):
        say_what_is_missing({"behind": behind})
    say_what_is_missing({})  # of a monitor of an earlier release
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert said.startswith("2 changed hours are yet to be built.")
    assert "\x1b" not in said
