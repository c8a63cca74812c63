"""`ratchet data check`: what stands against files that somebody made himself."""

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from ratchet_cli.main import app


def line(asked: str, answer: str = "Because.") -> str:
    said = [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": said}) + "\n"


TOPICS = ("apples", "bridges", "clocks", "deserts", "engines", "forests", "glaciers", "harbours", "islands", "jungles")


def enough(first: str) -> str:
    """With as many lines more as OpenAI's base models take."""
    return first + "".join(line(f"What is the oldest of all {topic}?", f"Nobody counts {topic}.") for topic in TOPICS)


def check(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["data", "check", *map(str, arguments)])


def test_files_that_have_nothing_in_common_pass(tmp_path: Path) -> None:
    train, held_out = tmp_path / "train.jsonl", tmp_path / "held_out.jsonl"
    train.write_text(enough(line("Why is the budget late?") + line("Who sends the report?")))
    held_out.write_text(line("When do we meet?"))
    found = check(train, "--held-out", held_out)
    assert (found.exit_code, found.stdout.count("nothing stands against it")) == (0, 2)


def test_what_is_held_out_and_trains_too_is_refused_with_both_lines(tmp_path: Path) -> None:
    train, held_out = tmp_path / "train.jsonl", tmp_path / "held_out.jsonl"
    train.write_text(enough(line("Why is the budget late?") + line("Who sends the report?")))
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


def test_too_few_lines_for_every_base_model_of_the_format_are_refused_and_the_platform_is_named(tmp_path: Path) -> None:
    train, held_out = tmp_path / "train.jsonl", tmp_path / "held_out.jsonl"
    nine = enough("").splitlines(keepends=True)[:9]
    train.write_text("".join(nine))
    held_out.write_text(line("When do we meet?"))
    found = check(train, "--held-out", held_out, "--json")
    shown = json.loads(found.stdout)
    assert shown[str(train)]["against"] == ["The file has 9 examples, and at least 10 are needed by openai."]
    assert shown[str(held_out)]["against"] == []
    train.write_text("".join([*nine, line("When do we meet again?")]))
    assert check(train).exit_code == 0
    train.write_bytes(b"")
    assert "at least 10 are needed by openai" in check(train).stdout
    assert "at least 1 are needed by lora" in check(train, "--format", "chat").stdout


def test_what_only_one_of_several_platforms_minds_is_told_and_refuses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    said = {"role": "assistant", "content": "It is late."}
    other = {"role": "assistant", "content": "It is here."}
    asked = {"messages": [{"role": "user", "content": "Where is it?"}]}
    pair = {"input": asked, "preferred_output": [said], "non_preferred_output": [other]}
    file.write_text(json.dumps(pair) + "\n")
    found = check(file, "--format", "openai_preference")
    assert found.exit_code == 0
    assert "At least 10 examples are needed by openai." in found.stdout


def test_a_byte_order_mark_and_another_encoding_are_called_what_they_are(tmp_path: Path) -> None:
    file, text = tmp_path / "train.jsonl", enough("")
    file.write_text(text, encoding="utf-8-sig")
    found = check(file, "--json")
    assert json.loads(found.stdout)[str(file)]["against"] == [
        "Line 1: it begins with a byte-order mark: save the file without it."
    ]
    for coding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        file.write_bytes(text.encode(coding))
        found = check(file, "--held-out", file, "--json")
        assert found.exit_code == 1
        assert json.loads(found.stdout)[str(file)]["against"] == [
            "The file is not UTF-8, but UTF-16 or UTF-32: save it as UTF-8."
        ]
