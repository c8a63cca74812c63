"""What goes wrong around a call of the gateway is a sentence on the standard error, and an exit status."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import ClassVar

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from ratchet_cli.main import app
from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import AwayError, Router, router_at, under
from ratchet_cli.showing import console, table
from ratchet_common.errors import CannotStartError

URL = "http://127.0.0.1:1"
JOB: dict[str, object] = {
    "job_id": "0190f3c2",
    "task_type": "qa",
    "platform": "local",
    "base_model": None,
    "state": "running",
    "reason": "",
    "progress": 0.2,
    "estimate": None,
    "cost_usd": None,
    "version_id": None,
    "created_at": None,
    "made_by": "ann",
    "history": [],
}


class Gateway(BaseHTTPRequestHandler):
    """A job that runs for ever; what is posted is not answered."""

    asked: ClassVar[list[str]] = []
    looked: ClassVar[Event] = Event()
    over: ClassVar[Event] = Event()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        body = json.dumps(JOB).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.looked.set()

    def do_POST(self) -> None:
        self.over.wait()

    def log_message(self, *_: object) -> None:
        """Nothing to the tests' output."""


@pytest.fixture
def gateway() -> Iterator[str]:
    with served() as url:
        yield url


@contextmanager
def served() -> Iterator[str]:
    Gateway.asked.clear()
    Gateway.looked.clear()
    Gateway.over.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Gateway) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            Gateway.over.set()
            server.shutdown()
            thread.join()


def test_an_id_is_one_part_of_the_path_whatever_it_is_made_of() -> None:
    assert under("/jobs", "a b/../x?y#z", "/cancel") == "/jobs/a%20b%2F..%2Fx%3Fy%23z/cancel"
    assert under("/jobs", "ä") == "/jobs/%C3%A4"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_an_empty_id_is_refused(name: str) -> None:
    with pytest.raises(CannotStartError, match="An id is empty"):
        under("/jobs", name)


@pytest.mark.parametrize("kind", ["folder", "binary", "none"])
def test_a_token_that_cannot_be_read_is_a_sentence(kind: str, tmp_path: Path) -> None:
    if kind == "folder":
        (tmp_path / "token").mkdir()
    elif kind == "binary":
        (tmp_path / "token").write_bytes(b"\xff\xfe")
    with pytest.raises(CannotStartError, match=r"token.*RATCHET_TOKEN"):
        router_at(URL, "", tmp_path)


@pytest.mark.parametrize("token", ["a\nb", "ü", "a b"])
def test_a_token_with_odd_letters_is_not_sent(token: str, tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="letters that no token has"):
        router_at(URL, token, tmp_path)


def test_what_was_asked_for_and_not_answered_may_be_done_all_the_same(gateway: str) -> None:
    with pytest.raises(AwayError, match=r"did not answer within 0\.1 s: it may do it yet"):
        Router(gateway, "t").post("/x", {}, 0.1)


def command(url: str, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"RATCHET_URL": url, "RATCHET_TOKEN": "t"}
    return subprocess.Popen(
        [sys.executable, "-m", "ratchet_cli", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_ctrl_c_while_it_waits_says_that_the_job_goes_on_and_how_to_find_it(gateway: str) -> None:
    waiting = command(gateway, "tune", "wait", "a/b")
    Gateway.looked.wait()
    waiting.send_signal(signal.SIGINT)
    out, err = waiting.communicate()
    assert (waiting.returncode, out) == (130, "")
    assert err == "ratchet: The job a/b goes on without you: `ratchet tune wait a/b` says how far it is.\n"
    assert set(Gateway.asked) == {"/api/models/jobs/a%2Fb"}


def test_without_a_gateway_nothing_is_waited_for() -> None:
    out, err = (waiting := command(URL, "tune", "wait", "x")).communicate()
    assert (waiting.returncode, out) == (1, "")
    assert err.startswith(f"ratchet: {URL}/api/models/jobs/x cannot be asked")


def test_what_others_have_written_commands_no_terminal_and_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"why": "as [/docs] say\x1b[2J", "version": "qa-0123456789ab"}]
    console().print(table(rows, "[bold]Versions[/x]"))
    said = capsys.readouterr().out
    assert "[bold]Versions[/x]" in said
    assert "as [/docs] say\N{REPLACEMENT CHARACTER}[2J" in said
    assert shown_safely("one\ntwo") == "one\ntwo"


def test_an_id_stays_in_one_piece_however_long_the_rest_is(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"job": "01a219fd-a980-72fc-9748-efc55dfa1243", "version": "classification-14d04b25", "why": "word " * 60}
    console().print(table([row], "Jobs"))
    first = capsys.readouterr().out
    assert row["job"] in first
    assert row["version"] in first


def every_command(group: TyperGroup, *before: str) -> Iterator[tuple[str, ...]]:
    yield before
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from every_command(command, *before, name)
        else:
            yield (*before, name)


ROOT = get_command(app)
assert isinstance(ROOT, TyperGroup)


@pytest.mark.parametrize("command", [one for one in every_command(ROOT) if one], ids=" ".join)
def test_the_help_of_each_command_has_an_example_of_it(command: tuple[str, ...]) -> None:
    said = CliRunner().invoke(app, [*command, "--help"])
    assert said.exit_code == 0
    assert "Example:" in said.stdout
    assert f"ratchet {' '.join(command)}" in said.stdout.split("Example:")[1]
