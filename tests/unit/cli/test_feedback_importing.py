"""`ratchet feedback import`: lines count through all parts; what stands against it is a sentence."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from typer.testing import CliRunner

from ratchet_cli.feedback.importing import TOO_LONG, Total
from ratchet_cli.main import app


class AwayAfterOnePart(BaseHTTPRequestHandler):
    asked: ClassVar[int] = 0

    def do_POST(self) -> None:
        type(self).asked += 1
        lines = self.rfile.read(int(self.headers["Content-Length"])).count(b"\n")
        faults = [{"line": 3, "reason": "no."}]
        said = {"lines": lines, "kept": lines - 1, "pending": 0, "refused": 1, "faults": faults}
        body = json.dumps(said).encode()
        self.send_response(200 if self.asked == 1 else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def away_after_one_part() -> Iterator[str]:
    AwayAfterOnePart.asked = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), AwayAfterOnePart)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


def test_what_was_kept_and_refused_is_told_where_a_later_part_fails(away_after_one_part: str, tmp_path: Path) -> None:
    file = tmp_path / "said.jsonl"
    file.write_bytes(b"{}\n" * 5_000)
    command = ["feedback", "import", str(file), "--url", away_after_one_part]
    found = CliRunner().invoke(app, [*command, "--json"], env={"RATCHET_TOKEN": "rk_x"})
    told = json.loads(found.stdout)
    assert (found.exit_code, told["faults"]) == (1, [{"line": 3, "reason": "no."}])
    assert 0 < told["lines"] == told["kept"] + 1 < 5_000
    assert f"after line {told['lines']:,}" in told["broken_off"]
    AwayAfterOnePart.asked = 0
    shown = CliRunner().invoke(app, command, env={"RATCHET_TOKEN": "rk_x"})
    assert "line 3: no." in shown.output
    assert "Send the file again" in " ".join(shown.output.split())


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
