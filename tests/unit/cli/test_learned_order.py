"""`ratchet documents order`: what is asked of the router, and what is shown of its answer."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner, Result

from ratchet_cli.main import app

WHY = "It puts what answers rest on further to the front: +0.150, between +0.040 and +0.260 on 81 questions."
VERSION = {
    "version": 3, "used": True, "why": WHY, "questions": 81, "searches": 0.31, "learned": 0.46, "low": 0.04,
    "high": 0.26, "fitted_at": "2026-11-28T07:00:00Z",
    "weights": {"a table": 0.4, "its rare words": 1.2, "length": -0.7, "share of figures": 0.01},
}  # fmt: skip


class Answering(BaseHTTPRequestHandler):
    on: ClassVar[bool] = True
    versions: ClassVar[list[dict[str, Any]]] = []
    asked: ClassVar[list[tuple[str, Any]]] = []

    def do_GET(self) -> None:
        its = type(self)
        self._say({"on": its.on, "used": its.on and bool(its.versions), "heard": 7, "versions": its.versions})

    def do_PUT(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(("PUT", body))
        type(self).on = body["on"]
        self._say({})

    def do_DELETE(self) -> None:
        self.asked.append(("DELETE", None))
        type(self).versions = []
        self._say({"deleted": 81})

    def _say(self, body: object) -> None:
        assert self.path == "/api/documents/order"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    Answering.on, Answering.versions = True, [VERSION]
    Answering.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def order(url: str, *said: str) -> Result:
    return CliRunner().invoke(app, ["documents", "order", "--url", url, "--token", "t", *said], env={"COLUMNS": "200"})


def test_it_shows_by_how_much_it_is_better_and_by_what(url: str) -> None:
    shown = order(url)
    assert shown.exit_code == 0, shown.output
    words = " ".join(shown.output.split())
    assert "Passages come in the order of the newest version." in words
    assert WHY in words
    assert "its rare words +1.20" in words
    assert "share of figures" not in words
    assert not Answering.asked
    assert json.loads(order(url, "--json").output)["versions"] == [VERSION]


def test_it_is_switched_and_forgotten(url: str) -> None:
    assert "It is switched off" in order(url, "--off").output
    assert "It is switched off" not in order(url, "--on").output
    forgotten = order(url, "--forget")
    assert "Answers that people spoke of since: 7." in forgotten.output
    assert Answering.asked == [("PUT", {"on": False}), ("PUT", {"on": True}), ("DELETE", None)]
