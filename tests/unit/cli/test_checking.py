"""`ratchet data check`: what stands against files that somebody made himself."""

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from ratchet_cli.main import app


def line(asked: str, answer: str = "Because.") -> str:
    said = [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": said}) + "\n"


def check(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["data", "check", *map(str, arguments)])


def test_files_that_have_nothing_in_common_pass(tmp_path: Path) -> None:
    train, held_out = tmp_path / "train.jsonl", tmp_path / "held_out.jsonl"
    train.write_text(line("Why is the budget late?") + line("Who sends the report?"))
    held_out.write_text(line("When do we meet?"))
    found = check(train, "--held-out", held_out)
    assert (found.exit_code, found.stdout.count("nothing stands against it")) == (0, 2)


def test_what_is_held_out_and_trains_too_is_refused_with_both_lines(tmp_path: Path) -> None:
    train, held_out = tmp_path / "train.jsonl", tmp_path / "held_out.jsonl"
    train.write_text(line("Why is the budget late?") + line("Who sends the report?"))
    held_out.write_text(line("When do we meet?") + line("WHO sends  the report?", "Nobody."))
    found = check(train, "--held-out", held_out, "--json")
    assert found.exit_code == 1
    shown = json.loads(found.stdout)
    assert shown[str(train)]["against"] == []
    (told,) = shown[str(held_out)]["against"]
    assert "line 2 is line 2 of the training file" in told


def test_wrong_lines_and_private_data_are_told_and_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "train.jsonl"
    file.write_bytes(line("Mail ann@example.com").encode() + b"{\n\xff\n" + line("Why?", "").encode())
    found = check(file)
    assert found.exit_code == 1
    for words in ("Line 2: it is no JSON", "Line 3: it is not UTF-8", "Line 4: ", "1 of EMAIL; first in line 1"):
        assert words in found.stdout
    assert "ann@example.com" not in found.stdout


def test_a_file_that_is_not_there_and_a_format_that_is_none_are_sentences(tmp_path: Path) -> None:
    assert "cannot be read" in check(tmp_path / "none.jsonl").stderr
    assert "There is no format word: known are openai" in check(tmp_path / "none.jsonl", "--format", "word").stderr
