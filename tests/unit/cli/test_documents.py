"""`ratchet documents parse`: a file in, its metadata, blocks or chunks out."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ratchet_cli.main import app

TEXT = "# Results of Q3 2023\n\nExample Widgets Inc. grew.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"


@pytest.fixture
def report(tmp_path: Path) -> str:
    path = tmp_path / "a.md"
    path.write_text(TEXT)
    return str(path)


def test_a_person_sees_what_it_is_about_and_its_blocks(report: str) -> None:
    found = CliRunner().invoke(app, ["documents", "parse", report])
    assert found.exit_code == 0
    assert "company: Example Widgets Inc. (page 1)" in found.output
    assert "period: 2023-Q3 (the title)" in found.output
    assert "# Results of Q3 2023" in found.output
    assert "  a | b\n  1 | 2" in found.output


def test_a_program_gets_json_of_pages_or_of_chunks(report: str) -> None:
    pages = json.loads(CliRunner().invoke(app, ["documents", "parse", report, "--json"]).output)
    assert [block["type"] for block in pages["pages"][0]["blocks"]] == ["heading", "paragraph", "table"]
    cut = json.loads(CliRunner().invoke(app, ["documents", "parse", report, "--chunks", "--json"]).output)
    assert cut["chunks"][1]["table"] == {"number": 1, "first_row": 0, "last_row": 1, "rows": 2}
    assert cut["chunks"][1]["headings"] == ["Results of Q3 2023"]


@pytest.mark.parametrize(
    ("content", "said"), [(b"", "is empty"), (None, "cannot be read"), (b"\x89PNG1234", "picture")]
)
def test_what_cannot_be_read_is_a_sentence(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "a.pdf"
    if content is not None:
        path.write_bytes(content)
    found = CliRunner().invoke(app, ["documents", "parse", str(path)])
    assert found.exit_code == 1
    assert said in found.output.replace("\n", " ")
