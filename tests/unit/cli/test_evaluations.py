"""`ratchet eval`: what stands against a command is a sentence; tables say what the API says."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ratchet_cli.evaluations.asking import Wanted
from ratchet_cli.evaluations.tables import row, signed
from ratchet_cli.main import app

NOBODY = ("--url", "http://127.0.0.1:9")
ID = "0190f3c2-0000-7000-8000-000000000000"


def ratchet(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["eval", *arguments], env={"RATCHET_TOKEN": "rk_x"})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "none.json", "--model", "m"), "is no file here"),
        (("run", "--model", "m"), "a suite, or a dataset"),
        (("run", "town-0123456789ab", "--dataset", "qa-0123456789ab", "--model", "m"), "a suite, or a dataset"),
        (("run", "town-0123456789ab"), "one of --version and --model"),
        (("run", "town-0123456789ab", "--model", "m", *NOBODY), "cannot be asked"),
        (("list", *NOBODY), "cannot be asked"),
        (("show", ID, *NOBODY), "cannot be asked"),
        (("compare", ID, ID, *NOBODY), "cannot be asked"),
        (("report", ID, "-o", "report.pdf"), ".html, .md, .json"),
    ],
)
def test_what_stands_against_it_is_a_sentence(arguments: tuple[str, ...], words: str) -> None:
    found = ratchet(*arguments)
    assert (found.exit_code, found.stderr.count("\n")) == (1, 1)
    assert words in found.stderr


def test_a_file_that_nobody_takes_is_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "suite.json"
    file.write_text("{}")
    assert "cannot be asked" in ratchet("run", str(file), "--model", "m", *NOBODY).stderr
    assert file.read_text() == "{}"


@pytest.mark.parametrize("command", ["run", "list", "show", "compare", "report", "cancel"])
def test_each_command_has_an_example(command: str) -> None:
    assert f"ratchet eval {command}" in ratchet(command, "--help").stdout


def test_what_is_not_said_is_left_to_the_trainer() -> None:
    assert Wanted(model="m").body() == {"draws": 1, "paraphrases": False, "model": "m"}
    whole = Wanted(version="v", baseline="b", draws=3, paraphrases=True, judge=False, max_cost=0.5).body()
    assert (whole["version_id"], whole["baseline_version_id"], whole["judge"], whole["max_cost_usd"]) == (
        "v",
        "b",
        False,
        0.5,
    )


def test_both_kinds_of_evaluations_have_a_row() -> None:
    both: dict[str, Any] = {"evaluation_id": ID, "version_id": "v", "task_type": "qa", "dataset_id": "d"}
    gain = {"mean": 0.1, "low": -0.05, "high": 0.2}
    gates = both | {"kind": "gate", "baseline": "base", "passed": True, "benchmark_score": 0.9, "gain": gain}
    assert row(gates) == (ID, "v", "base", "qa", "d", "passed", "0.900", "+0.100 (-0.050 to +0.200)")
    asked = both | {"kind": "asked", "baseline": None, "suite_id": "s", "state": "running", "summary": None}
    assert row(asked | {"benchmark_score": None}) == (ID, "v", "-", "qa", "s", "running", "-", "-")
    assert signed(None) == "-"
