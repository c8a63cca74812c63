"""`ratchet figures`: a file of prices in, figures and assumptions out."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ratchet_cli.main import app

PRICES = "date,A,B,INDEX\n2026-01-05,10,5,100\n2026-01-06,11,5,101\n2026-01-07,12,,102\n2026-01-08,12,6,103\n"


@pytest.fixture
def prices(tmp_path: Path) -> str:
    path = tmp_path / "prices.csv"
    path.write_text(PRICES)
    return str(path)


def test_a_person_sees_figures_formulas_and_assumptions(prices: str) -> None:
    found = CliRunner().invoke(app, ["figures", prices, "--weights", "A=.5,B=.5", "--benchmark", "INDEX"])
    assert found.exit_code == 0, found.output
    assert "total_return" in found.output
    assert "Assumed: B has no price on 1 of 4 days: left out for all." in found.output
    assert "No var_historical: 2 returns are there, and it needs 20." in found.output


def test_a_script_gets_all_of_it(prices: str) -> None:
    asked = ["figures", prices, "--weights", "A=1", "--measures", "total_return", "--json"]
    found = json.loads(CliRunner().invoke(app, asked).stdout)
    assert found["refusals"] == []
    assert found["figures"][0]["value"] == pytest.approx(0.2)
    assert found["figures"][0]["period"] == {"first": "2026-01-05", "last": "2026-01-08"}
    assert found["figures"][0]["inputs"][0]["source"] == {"document": "prices.csv", "page": None}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--weights", "A"], "--weights takes NAME=WEIGHT by commas, not A"),
        (["--weights", "A=1,A=2"], "--weights names A in A=2: each once"),
        (["--weights", "C=1"], "has no column C: it has A, B, INDEX"),
        (["--benchmark", "C"], "has no column C"),
        (["--measures", "charm"], "There is no measure charm"),
    ],
)
def test_what_is_wrong_is_one_sentence(prices: str, more: list[str], said: str) -> None:
    found = CliRunner().invoke(app, ["figures", prices, *more])
    assert found.exit_code == 1
    assert said in found.stderr
    assert "Traceback" not in found.output


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["figures", str(tmp_path / "none.csv")])
    assert (found.exit_code, "cannot be read: No such file" in found.stderr) == (1, True)
