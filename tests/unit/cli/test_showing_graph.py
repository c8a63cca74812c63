"""`ratchet documents graph`: what is asked of the router, and what is shown of its answer."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from typer.testing import CliRunner, Result

from ratchet_cli.main import app

FERNWOOD = {"id": "company:fernwood mills", "kind": "company", "name": "Fernwood Mills, Inc.", "names": []}
ENTITIES = [
    FERNWOOD,
    {"id": "metric:revenue", "kind": "metric", "name": "revenue", "names": []},
    {"id": "period:3M-2025-06-28", "kind": "period", "name": "3 months to 2025-06-28", "names": []},
    {"id": "company:harrow", "kind": "company", "name": "Harrow [red]Ltd.", "names": []},
]
REPORTS = {
    "type": "reports",
    "ends": ["company:fernwood mills", "metric:revenue", "period:3M-2025-06-28"],
    "value": 1_250e6,
    "unit": "USD",
    "text": "",
    "where": {"document_id": "doc_1", "chunk": 3, "page": 4, "last_page": 4, "start": 0, "end": 9},
}
FOUND: dict[str, Any] = {
    "entities": ENTITIES,
    "relations": [REPORTS],
    "documents": [{"id": "doc_1", "title": "Fernwood 10-Q", "company": "", "period": "", "revision": 1}],
    "seeds": [],
    "next": "doc_1:1",
    "notes": [],
}


class Answering(BaseHTTPRequestHandler):
    asked: ClassVar[list[dict[str, list[str]]]] = []

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        assert url.path == "/api/documents/graph"
        self.asked.append(parse_qs(url.query))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<svg/>" if "format" in self.asked[-1] else json.dumps(FOUND).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    Answering.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def graph(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["documents", "graph", *arguments, "--url", url, "--token", "t"])


def test_relations_are_shown_with_their_document_and_page(url: str) -> None:
    found = graph(url, "--company", "Fernwood Mills", "--period", "2025-Q2")
    assert found.exit_code == 0
    for words in ("Fernwood Mills, Inc.", "reports", "revenue, 3 months to 2025-06-28", "1,250,000,000 USD", "10-Q"):
        assert words in found.stdout
    assert "in no relation: Harrow [red]Ltd.." in found.stdout
    assert "--cursor doc_1:1" in found.stdout
    (asked,) = Answering.asked
    assert asked == {"company": ["Fernwood Mills"], "period": ["2025-Q2"], "depth": ["1"], "limit": ["200"]}


def test_a_program_gets_what_the_router_said(url: str) -> None:
    assert json.loads(graph(url, "--json").stdout) == FOUND


def test_a_picture_is_written_where_it_is_asked_for(url: str, tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    assert graph(url, "--entity", "Fernwood", "--svg", str(path)).exit_code == 0
    assert path.read_text() == "<svg/>"
    assert Answering.asked[0]["format"] == ["svg"]
    refused = graph(url, "--svg", str(tmp_path / "none" / "a.svg"))
    assert (refused.exit_code, "cannot be written" in refused.output) == (1, True)


def test_no_such_depth_is_refused_before_anything_is_asked() -> None:
    assert graph("http://127.0.0.1:9", "--depth", "9").exit_code == 2
