"""`ratchet data import`: a file in parts of whole lines; what stands against it is a sentence."""

import io
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from ratchet_cli.importing import BYTES, LINES, LONGEST_LINE, Total, parts
from ratchet_cli.main import app


def ratchet(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["data", "import", *arguments], env={"RATCHET_TOKEN": "rk_x"})


@pytest.mark.parametrize("line", [b"{}\n", b"x" * 5_000 + b"\n", b"x" * 900_000 + b"\n"])
def test_parts_are_whole_lines_that_one_request_takes(line: bytes) -> None:
    whole = line * 450 if len(line) < 100_000 else line * 5
    found = list(parts(io.BytesIO(whole)))
    assert b"".join(found) == whole
    assert all(part.endswith(b"\n") for part in found)
    assert all(part.count(b"\n") <= LINES for part in found)
    assert all(len(part) <= BYTES for part in found)


def test_a_file_without_a_last_line_end_and_an_empty_one_are_read() -> None:
    assert list(parts(io.BytesIO(b"{}\n{}"))) == [b"{}\n{}"]
    assert list(parts(io.BytesIO(b""))) == []


def test_a_line_that_never_ends_is_read_over_and_the_others_are_not() -> None:
    whole = b"{}\n" + b"x" * (LONGEST_LINE + 2) + b"\n{}\n{}\n"
    assert list(parts(io.BytesIO(whole))) == [b"{}\n", b"", b"{}\n{}\n"]
    assert list(parts(io.BytesIO(b"x" * (3 * LONGEST_LINE)))) == [b""]


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_line() -> None:
    assert list(parts(io.BytesIO(b"\xef\xbb\xbf{}\n{}\n"))) == [b"{}\n{}\n"]


def test_lines_count_through_all_parts() -> None:
    total = Total()
    for first in (0, 1_000):
        taken = [{"example_id": str(UUID(int=first + n)), "task_type": "qa", "pii": {"URL": 1}} for n in range(199)]
        part = {"lines": 200, "already_there": 0, "refused": 1, "examples": taken}
        total.add(part | {"faults": [{"line": 7, "reason": "it is no JSON."}]})
    assert [fault["line"] for fault in total.faults] == [7, 207]
    assert (total.lines, total.taken, total.by_task, total.pii_found) == (400, 398, {"qa": 398}, {"URL": 398})


def test_what_a_dry_run_finds_in_two_parts_would_be_taken_once() -> None:
    total = Total()
    taken = [{"example_id": str(UUID(int=1)), "task_type": "qa", "pii": {"URL": 1}}]
    for _ in range(3):
        total.add({"lines": 2, "already_there": 1, "refused": 0, "examples": taken, "faults": []})
    assert (total.lines, total.taken, total.already_there) == (6, 1, 5)
    assert (total.by_task, total.pii_found) == ({"qa": 1}, {"URL": 1})


def test_a_file_that_is_not_there_and_a_gateway_that_is_not_there_are_sentences(tmp_path: Path) -> None:
    missing = ratchet(str(tmp_path / "none.jsonl"))
    assert (missing.exit_code, missing.stderr.count("\n")) == (1, 1)
    assert "cannot be read: No such file" in missing.stderr
    file = tmp_path / "some.jsonl"
    file.write_text("{}\n")
    nobody = ratchet(str(file), "--url", "http://127.0.0.1:9")
    assert nobody.exit_code == 1
    assert "cannot be asked" in nobody.stderr
    assert "no URL" in ratchet(str(file), "--url", "ftp://x").stderr


def test_an_empty_file_is_a_sentence_and_no_table(tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.touch()
    said = ratchet(str(file), "--url", "http://127.0.0.1:9")
    assert (said.exit_code, said.stdout.count("\n")) == (0, 1)
    assert "has no lines: there is nothing to take" in said.stdout
