"""`ratchet feedback import`: lines count through all parts; what stands against it is a sentence."""

from pathlib import Path

from typer.testing import CliRunner

from ratchet_cli.feedback.importing import TOO_LONG, Total
from ratchet_cli.main import app


def test_lines_count_through_all_parts() -> None:
    total = Total()
    for _ in range(2):
        total.add({"lines": 200, "kept": 199, "pending": 9, "refused": 1, "faults": [{"line": 7, "reason": "no."}]})
    total.add(TOO_LONG)
    assert [fault["line"] for fault in total.faults] == [7, 207, 401]
    assert (total.lines, total.kept, total.pending, total.refused) == (401, 398, 18, 3)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = str(tmp_path / "none.jsonl")
    found = CliRunner().invoke(app, ["feedback", "import", file], env={"RATCHET_TOKEN": "rk_x"})
    assert found.exit_code == 1
    assert f"{file} cannot be read" in found.output
