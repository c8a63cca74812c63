"""`ratchet models` and `ratchet route`, by the catalogue alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ratchet_cli.main import app
from ratchet_cli.models import row

CHAT = {"model": "auto", "messages": [{"role": "user", "content": "What is a canary release?"}]}
GENERATE = {"task_type": "summary", "document_text": "We met on Monday. " * 50, "model": "auto:premium"}


def ratchet(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(app, list(arguments), input=said, env={"COLUMNS": "200"})


def test_the_models_that_ship_are_listed_with_their_prices() -> None:
    found = json.loads(ratchet("models", "--json").stdout)
    assert found[0]["name"] == "simulated-fast"
    assert {"provider", "tier", "context_window", "capabilities", "prices", "expected_quality"} <= found[0].keys()
    shown = ratchet("models").stdout
    assert all(model["name"] in shown for model in found)


def test_what_feedback_has_shown_and_who_rests_stand_beside_what_was_expected() -> None:
    (model, *_) = json.loads(ratchet("models", "--json").stdout)
    told = {"task_type": "summary", "score": 0.71, "n": 1200, "interval": [0.6, 0.8]}
    cells = row(model | {"measured": [told], "resting": True})
    assert (cells[0], cells[-1]) == ("simulated-fast (rests)", "summary 0.71 of 1,200")


def test_a_catalogue_that_is_wrong_is_a_sentence(tmp_path: Path) -> None:
    wrong = tmp_path / "catalogue.toml"
    wrong.write_text("x = = 1\n")
    result = ratchet("models", "--catalogue", str(wrong))
    assert result.exit_code == 1
    assert "line" in result.stderr
    assert str(wrong) in result.stderr


@pytest.mark.parametrize(("body", "winner"), [(CHAT, "simulated-fast"), (GENERATE, "simulated-premium")])
def test_a_request_is_explained_without_a_router(tmp_path: Path, body: dict[str, Any], winner: str) -> None:
    file = tmp_path / "request.json"
    file.write_text(json.dumps(body))
    found = json.loads(ratchet("route", "--explain", str(file), "--json").stdout)
    assert found["model"] == winner
    assert found["estimated_cost_usd"] > 0
    assert {one["model"] for one in found["routing"]["candidates"]} >= {winner}


def test_what_was_left_out_is_shown_with_its_reason() -> None:
    long = CHAT | {"messages": [{"role": "user", "content": "word " * 30_000}]}
    result = ratchet("route", "--explain", "-", said=json.dumps(long))
    assert result.exit_code == 0, result.stderr
    assert "would answer, for about" in result.stdout
    assert "16000" in result.stdout.replace(",", "")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("{", "is no JSON, in line 1"),
        ("[]", "is no request"),
        ('{"task_type": "summary"}', "exactly one of document_text"),
        ('{"task_type": "nonsense", "document_text": "x"}', "would be refused"),
        ('{"model": "nope", "messages": [{"role": "user", "content": "x"}]}', "There is no such model"),
        ('{"model": "auto", "messages": 7}', "messages"),
    ],
)
def test_a_request_that_is_wrong_is_a_sentence(said: str, sentence: str) -> None:
    result = ratchet("route", "--explain", "-", said=said)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_a_router_that_is_not_there_is_a_sentence() -> None:
    result = ratchet("models", "--url", "http://127.0.0.1:9", "--token", "x")
    assert (result.exit_code, "is it up" in result.stderr) == (1, True)
    result = ratchet("models", "--url", "nowhere", "--token", "x")
    assert (result.exit_code, "--url" in result.stderr) == (1, True)
