"""Tables of what people wrote."""

import pytest

from ratchet_cli.serving_versions import measured, show_rollout
from ratchet_cli.showing import show
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
