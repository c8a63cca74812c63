"""`ratchet ask`: what is asked of the router, and what is shown of its answer."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

from typer.testing import CliRunner, Result

from ratchet_cli.main import app

FOUND: dict[str, Any] = {
    "output": "It is 4.5 percent [1].",
    "approach": "base_rag",
    "model": "quick",
    "confidence": 0.75,
    "cached": False,
    "citations": [
        {
            "passage": 1,
            "document_id": "lease",
            "title": "Lease of the hall",
            "first_page": 3,
            "last_page": 4,
            "quote": "The rate is\n4.5 percent.",
            "table": None,
        }
    ],
    "retrieval": {
        "decision": "few",
        "reasons": ["The question asks for one thing."],
        "found": True,
        "searched": "full text",
        "passages": [{}],
        "rounds": [{}],
    },
    "quality": {"passed": True, "checks": [{"name": "citations", "passed": True, "detail": ""}]},
}
NOT_FOUND = FOUND | {
    "output": "Not found in your documents.",
    "confidence": None,
    "citations": [],
    "retrieval": FOUND["retrieval"] | {"found": False, "passages": [], "decision": "another round"},
}


class Answering(BaseHTTPRequestHandler):
    answer: ClassVar[dict[str, Any]] = FOUND
    asked: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        self.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.answer).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def router(answer: dict[str, Any]) -> Iterator[str]:
    Answering.answer = answer
    Answering.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def ask(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["ask", "What is the rate?", *arguments, "--url", url, "--token", "t"])


def test_an_answer_is_shown_with_what_it_is_from_and_why() -> None:
    with router(FOUND) as url:
        found = ask(url, "--document", "lease", "--document", "report", "--approach", "base_rag")
    assert found.exit_code == 0
    for words in (
        "It is 4.5 percent [1].",
        "Lease of the hall",
        "3-4",
        "The rate is 4.5 percent.",
        "asks for one thing",
    ):
        assert words in found.stdout
    assert "base_rag by quick, 0.75 sure; few: 1 passage read in 1 look, by full text." in found.stdout
    (body,) = Answering.asked
    assert body["context"] == {"documents": ["lease", "report"], "approach": "base_rag"}
    assert (body["task_type"], body["question"]) == ("qa", "What is the rate?")


def test_what_is_not_found_has_an_exit_status_of_its_own() -> None:
    with router(NOT_FOUND) as url:
        assert ask(url).exit_code == 1
        shown = ask(url, "--json")
    assert json.loads(shown.stdout)["output"] == "Not found in your documents."


def test_what_was_answered_without_documents_is_no_failure() -> None:
    by_heart = FOUND | {"retrieval": FOUND["retrieval"] | {"found": None, "passages": [], "decision": "none"}}
    with router(by_heart) as url:
        assert ask(url, "--approach", "direct").exit_code == 0


def test_an_approach_that_is_none_is_refused_before_anything_is_asked() -> None:
    refused = ask("http://127.0.0.1:9", "--approach", "best")
    assert refused.exit_code == 2
    assert "there is no approach best" in refused.output
