"""`ratchet eval approaches` before an imitation of the router: what is asked, kept, gone on from, and shown."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner, Result

from ratchet_cli.approaches.asks import Wanted
from ratchet_cli.approaches.results import Results
from ratchet_cli.approaches.run import Order, approaches
from ratchet_cli.main import app
from ratchet_cli.router_calls import Router
from ratchet_common.errors import CannotStartError
from tests.patience import PATIENCE_S

LEASE = "doc_" + "a" * 32
LINES: list[dict[str, Any]] = [
    {"id": "rate", "question": "What is the rate?", "reference": 4.5, "scale": "percent", "documents": ["lease.pdf"]},
    {"id": "until", "question": "Until when?", "reference": "2031", "pages": [{"document": LEASE, "page": 3}]},
]
VERDICT = '{"correct": true, "relevant": true}'
PASSAGE = {"document_id": LEASE, "first_page": 3, "last_page": 3}


class Answering(BaseHTTPRequestHandler):
    """Answers all approaches but those of `gone`; `faults` are given first, one a request, as status and kind."""

    gone: ClassVar[frozenset[str]] = frozenset({"finetuned", "hybrid_rag_finetuned"})
    faults: ClassVar[list[tuple[int, str]]] = []
    asked: ClassVar[list[dict[str, Any]]] = []
    verdict: ClassVar[str] = VERDICT

    def do_GET(self) -> None:
        known = {"id": LEASE, "name": "lease.pdf", "searchable": {"revision": 1, "pages": 4}}
        if "cursor" not in self.path:
            return self._say(200, {"items": [known | {"id": "doc_other", "name": "other.pdf"}], "next": "doc_other"})
        return self._say(200, {"items": [known], "next": None})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.asked.append(body)
        if self.faults:
            return self._refuse(*self.faults.pop(0))
        if "messages" in body:
            return self._say(200, {"output": self.verdict, "cost_usd": 0.5})
        approach = body["context"]["approach"]
        if approach in self.gone:
            return self._refuse(409, "no-tuned-version")
        return self._say(200, answered(body, approach))

    def _refuse(self, status: int, kind: str) -> None:
        self._say(status, {"type": f"urn:ratchet:problem:{kind}", "detail": f"It is so: {kind}."})

    def _say(self, status: int, told: object) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def answered(body: dict[str, Any], approach: str) -> dict[str, Any]:
    read = approach.endswith(("rag", "rag_finetuned"))
    right = "4.5 percent" if "rate" in body["question"] else "2031"
    cited = PASSAGE | {"passage": 1, "title": "Lease", "quote": f"It is {right}.", "table": None}
    passages = [PASSAGE | {"revision": 1, "title": "Lease", "order": 0, "score": 1.0, "ranks": {}, "table": None}]
    return {
        "output": f"{right} [1]" if read else "I do not know",
        "approach": approach,
        "model": "quick",
        "version_id": "",
        "simulated": False,
        "confidence": 0.8,
        "latency_ms": 800.0,
        "cost_usd": 0.001,
        "citations": [cited] if read else [],
        "retrieval": {"found": True, "passages": passages if read else []},
    }


class Hanging(Answering):
    """Answers the first question, and no other before it is `over`."""

    looked: ClassVar[Event] = Event()
    over: ClassVar[Event] = Event()

    def do_POST(self) -> None:
        if self.asked:
            self.looked.set()
            self.over.wait()
        super().do_POST()


@contextmanager
def router(kind: type[Answering] = Answering) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def url() -> Iterator[str]:
    Answering.asked.clear()
    Answering.faults.clear()
    Answering.verdict = VERDICT
    with router() as its:
        yield its


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    path = tmp_path / "lease.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return path


def ratchet(url: str, suite: Path, *arguments: str) -> Result:
    asked = ["eval", "approaches", "--suite", str(suite), "--url", url, "--token", "t", *arguments]
    return CliRunner().invoke(app, asked)


def directly(url: str, suite: Path, draws: int = 1) -> int:
    """One at a time, and without a pause before another try. The exit status."""
    wanted = Wanted(("direct",), draws, paraphrases=False)
    order = Order(suite, suite.with_suffix(".results"), wanted, judge="", parallel=1, seed=1, pauses_s=(0.0, 0.0))
    return approaches(order, Router(url, "t"), page_at=None, as_json=False)


def questions_asked() -> list[tuple[str, str]]:
    return [(body["question"], body["context"]["approach"]) for body in Answering.asked]


def test_four_approaches_are_asked_and_what_is_not_there_is_said(url: str, suite: Path, tmp_path: Path) -> None:
    found = ratchet(url, suite, "--json", "--page", str(tmp_path / "page.html"))
    assert (found.exit_code, found.stderr) == (0, "")
    told = json.loads(found.stdout)
    direct, base, tuned, hybrid = told["approaches"]
    assert [direct["estimates"]["accuracy"]["value"], base["estimates"]["accuracy"]["value"]] == [0.0, 1.0]
    assert base["estimates"]["page_mrr"]["value"] == base["estimates"]["document_hit_1"]["value"] == 1.0
    assert base["estimates"]["consistency"]["value"] == 1.0
    assert tuned["not_available"] == hybrid["not_available"] == {"qa": "It is so: no-tuned-version."}
    assert questions_asked().count(("What is the rate?", "base_rag")) == 2
    assert ("Please answer this question: what is the rate?", "base_rag") in questions_asked()
    assert "It is so: no-tuned-version." in (tmp_path / "page.html").read_text()
    assert (tmp_path / "lease.results.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_table_says_it_for_people(url: str, suite: Path) -> None:
    shown = ratchet(url, suite, "--draws", "1", "--no-paraphrases").stdout
    for words in (
        "lease.jsonl: 2 of 2 questions counted, in 1 group",
        "page: nDCG@10",
        "not available for qa",
        "≥ 0.98",
    ):
        assert words in shown


def numbers_of(found: Result) -> dict[str, Any]:
    """What is told in JSON, without what is said of an earlier run."""
    told: dict[str, Any] = json.loads(found.stdout)
    notes = [note for note in told["notes"] if "of an earlier run" not in note]
    return told | {"answered_before": 0, "notes": notes}


def test_a_run_that_was_cut_off_goes_on(url: str, suite: Path, tmp_path: Path) -> None:
    whole = ratchet(url, suite, "--approach", "base_rag", "--json")
    kept = tmp_path / "lease.results.jsonl"
    lines = kept.read_bytes().splitlines(keepends=True)
    assert len(lines) == 5  # two draws each, and a paraphrase of the one whose kind the rule knows
    kept.write_bytes(b"".join(lines[:3]) + lines[3][:40])
    Answering.asked.clear()
    again = ratchet(url, suite, "--approach", "base_rag", "--json")
    assert len(Answering.asked) == 2
    assert numbers_of(again) == numbers_of(whole)
    assert kept.read_bytes().count(b"\n") == 5
    assert ratchet(url, suite, "--approach", "base_rag").exit_code == 0
    assert len(Answering.asked) == 2


def test_ctrl_c_waits_for_nothing_and_what_was_answered_is_kept(suite: Path) -> None:
    Answering.asked.clear()
    kept = suite.with_name("lease.results.jsonl")
    command = [sys.executable, "-m", "ratchet_cli", "eval", "approaches", "--suite", str(suite), "--parallel", "1"]
    with router(Hanging) as url:
        asked = [*command, "--approach", "base_rag", "--url", url, "--token", "t"]
        with subprocess.Popen(asked, stderr=subprocess.PIPE, text=True) as running:
            assert Hanging.looked.wait(PATIENCE_S)
            while not kept.read_bytes():  # the first answer is on its way there
                time.sleep(0.01)
            running.send_signal(signal.SIGINT)
            _, said = running.communicate(timeout=PATIENCE_S)
        Hanging.over.set()
    assert running.returncode == 130
    assert said == f"ratchet: What was answered is kept in {kept}: the same command goes on.\n"
    assert kept.read_bytes().count(b"\n") == 1


def test_a_router_that_is_away_for_a_moment_is_asked_again(url: str, suite: Path) -> None:
    Answering.faults[:] = [(503, "stopping"), (429, "rate-limited")]
    assert directly(url, suite) == 0
    assert len(Answering.asked) == 4


def test_what_has_no_answer_is_left_out_told_and_asked_by_the_next_run(
    url: str, suite: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Answering.faults[:] = [(503, "stopping")] * 3
    assert directly(url, suite) == 1
    shown = capsys.readouterr().out
    assert "1 of 2 questions counted" in shown
    assert "direct: 1 request had no answer" in shown
    assert directly(url, suite) == 0
    assert "2 of 2 questions counted" in capsys.readouterr().out


def test_nobody_goes_on_asking_what_does_not_answer(url: str, suite: Path) -> None:
    Answering.faults[:] = [(503, "stopping")] * 3_000
    with pytest.raises(CannotStartError, match="8 questions in a row had no answer"):
        directly(url, suite, draws=500)
    assert 24 <= len(Answering.asked) < 3_000


def test_what_cannot_be_answered_scores_nothing_and_is_told(url: str, suite: Path) -> None:
    Answering.faults[:] = [(422, "too-long")]
    found = ratchet(url, suite, "--approach", "base_rag", "--draws", "1", "--no-paraphrases", "--parallel", "1")
    assert "base_rag: 1 question could not be answered (too-long), and score 0." in found.stdout


@pytest.mark.parametrize(
    ("status", "kind"), [(401, "unauthorized"), (404, "no-model"), (402, "budget"), (422, "invalid")]
)
def test_what_is_wrong_with_every_request_ends_it_with_a_sentence(
    url: str, suite: Path, status: int, kind: str
) -> None:
    Answering.faults[:] = [(status, kind)] * 100
    found = ratchet(url, suite)
    assert (found.exit_code, found.stderr.count("\n")) == (1, 1)
    assert f"answered {status}: It is so: {kind}." in found.stderr


def test_what_is_no_answer_of_a_router_ends_it_with_a_sentence(url: str, suite: Path) -> None:
    Answering.faults[:] = [(200, "of something else")] * 100
    found = ratchet(url, suite)
    assert (found.exit_code, found.stderr.count("\n")) == (1, 1)
    assert "gave no answer of a router" in found.stderr


def test_without_any_approach_there_is_nothing_to_show_but_why(url: str, suite: Path) -> None:
    found = ratchet(url, suite, "--approach", "finetuned")
    assert found.exit_code == 1
    assert "finetuned: not available for qa: It is so: no-tuned-version." in found.stdout


def test_a_judge_is_asked_once_for_each_answer(url: str, suite: Path) -> None:
    judged = ("--approach", "base_rag", "--draws", "1", "--no-paraphrases", "--judge", "strict", "--json")
    told = json.loads(ratchet(url, suite, *judged).stdout)
    assert told["approaches"][0]["estimates"]["judged_correct"]["value"] == 1.0
    (first, _) = [body for body in Answering.asked if "messages" in body]
    assert first["model"] == "strict"
    assert json.loads(first["messages"][1]["content"]).keys() == {"question", "reference", "answer"}
    Answering.asked.clear()
    again = json.loads(ratchet(url, suite, *judged).stdout)
    assert Answering.asked == []
    assert (told["answered_before"], again["answered_before"]) == (0, 2)
    assert again["notes"][0].startswith("2 answers of an earlier run stood in the results already")
    assert again | {"answered_before": 0, "notes": again["notes"][1:]} == told


def test_a_verdict_that_is_no_json_is_unclear(url: str, suite: Path) -> None:
    Answering.verdict = "It is right."
    judged = ("--approach", "base_rag", "--draws", "1", "--no-paraphrases", "--judge", "strict", "--json")
    told = json.loads(ratchet(url, suite, *judged).stdout)
    assert told["judge"] == {"model": "strict", "unclear": 2}
    assert "judged_correct" not in told["approaches"][0]["estimates"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"id": "x", "question": "Who?", "reference": "Ann", "documents": ["none.pdf"]}, "x: none.pdf"),
        (
            {"id": "x", "question": "Who?", "reference": "Ann", "pages": [{"document": "lease.pdf", "page": 5}]},
            "x: page 5 of lease.pdf, which has 4",
        ),
        ({"id": "x", "question": "Who?"}, "Line 1: "),
    ],
)
def test_what_is_wrong_with_the_suite_is_said_before_anything_is_asked(
    url: str, suite: Path, line: dict[str, Any], words: str
) -> None:
    suite.write_text(json.dumps(line))
    found = ratchet(url, suite)
    assert (found.exit_code, found.stderr.count("\n")) == (1, 1)
    assert words in found.stderr
    assert Answering.asked == []


def test_results_of_something_else_are_not_written_over(url: str, suite: Path, tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("Do not lose this.\nNor this.\n")
    found = ratchet(url, suite, "--results", str(other))
    assert found.exit_code == 1
    assert "Line 1 of" in found.stderr
    assert other.read_text() == "Do not lose this.\nNor this.\n"


def test_two_runs_on_one_file_are_refused(url: str, suite: Path, tmp_path: Path) -> None:
    held = Results(tmp_path / "held.jsonl")
    found = ratchet(url, suite, "--results", str(held.path))
    held.close()
    assert (found.exit_code, Answering.asked) == (1, [])
    assert "Another run writes its results to" in found.stderr


def test_an_approach_that_is_none_is_a_wrong_command_line(suite: Path) -> None:
    found = ratchet("http://127.0.0.1:9", suite, "--approach", "best")
    assert found.exit_code == 2
    assert "there is no approach best" in found.output
