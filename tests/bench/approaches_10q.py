"""`ratchet eval approaches` on public filings: 20 quarterly reports, sent in as files, and 40 of the 130 questions that
one report answers.

The router and its worker on documents run as processes of their own, and are asked over HTTP. Nothing is tuned here,
and the models are those that ship: simulated, so what is said of answers measures the way from question to report and
no model; retrieval is real. Accuracy: of answers with figures the share that is told, else ROUGE-L.
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, Final

import numpy as np

from ratchet_cli.approaches.asks import Wanted
from ratchet_cli.approaches.report import Report
from ratchet_cli.approaches.run import Order, measured
from ratchet_cli.approaches.summary import Estimate
from ratchet_cli.router_calls import Router
from ratchet_cli.sending_documents import add
from ratchet_cli.stack.ports import free_ports
from ratchet_cli.stack.start import start_stack
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_scoring.figures import figures_wanted
from tests.bench.cores import others, process
from tests.bench.figure import Figure
from tests.bench.public_filings import Asked, Filing, about_one, filings

SEED: Final = 42
QUESTIONS: Final = 40
PARALLEL: Final = 2
SHOWN: Final = {
    "accuracy": "accuracy",
    "consistency": "consistency",
    "document_hit_1": "right document, hit@1",
    "document_hit_10": "right document, hit@10",
    "document_mrr": "right document, MRR",
    "citation_precision": "citations that support",
    "cited_relevant": "cited passages of the right document",
    "latency_p95_ms": "latency p95",
}


def run() -> list[Figure]:
    reports = filings()
    asked = about_one([report.name for report in reports])
    drawn = np.random.default_rng(SEED).choice(len(asked), QUESTIONS, replace=False)
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as place:
        folder = Path(place)
        suite = _suite(folder / "10q.jsonl", [asked[at] for at in sorted(drawn.tolist())])
        with _router(folder) as router:
            _send_in(_files(folder, reports), router)
            order = Order(suite, folder / "results.jsonl", Wanted(), judge="", parallel=PARALLEL, seed=SEED)
            return _figures(measured(order, router))


def _suite(path: Path, asked: Sequence[Asked]) -> Path:
    lines = [
        {
            "id": f"q{number}",
            "question": one.text,
            "reference": one.answer,
            "scorer": "numeric" if figures_wanted(one.answer) else "task",
            "documents": [_file_of(one.filing)],
        }
        for number, one in enumerate(asked)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def _files(folder: Path, reports: Sequence[Filing]) -> list[Path]:
    files = [folder / _file_of(report.name) for report in reports]
    for file, report in zip(files, reports, strict=True):
        file.write_text("\f".join(report.pages))
    return files


def _send_in(files: Sequence[Path], router: Router) -> None:
    with redirect_stdout(sys.stderr):
        if add(router, files, {}, wait=True, as_json=False):
            raise RuntimeError("Not all reports can be searched: the table above says which.")


def _file_of(filing: str) -> str:
    return f"{filing.removesuffix('.pdf')}.txt"


@contextmanager
def _router(folder: Path) -> Iterator[Router]:
    token, row = new_token("bench", frozenset(Scope))
    write_tokens(folder / "tokens.json", [row])
    ports = free_ports(2)
    with start_stack(folder / "stack") as stack:
        environment: dict[str, Any] = {
            "KAFKA_BOOTSTRAP_SERVERS": stack.kafka_bootstrap_servers,
            "KAFKA_IDEMPOTENCE": "false",
            "KAFKA_PARTITIONS": "3",
            "BUS_FORGETS": "true",
            "MONGODB_URL": stack.mongodb_url,
            "TOKENS_FILE": str(folder / "tokens.json"),
            "LOG_LEVEL": "WARNING",
            "ROUTER_DOCUMENTS_URL": (folder / "files").as_uri(),
            "ROUTER_INDEX_URL": (folder / "index").as_uri(),
        }
        router, worker = (
            process(
                name,
                [sys.executable, "-m", module],
                port,
                environment | {"PORT": str(port)},
                folder,
                cores=others(),
            )
            for name, module, port in zip(
                ("router", "documents"), ("ratchet_router", "ratchet_router.documents"), ports, strict=True
            )
        )
        with router as serving, worker as reading:
            serving.wait_until_ready()
            reading.wait_until_ready()
            yield Router(serving.url, token)


def _figures(report: Report) -> list[Figure]:
    sides = {side.approach: side for side in report.found.sides}
    found = [
        _figure(
            name, label, {approach: side.estimates[name] for approach, side in sides.items() if name in side.estimates}
        )
        for name, label in SHOWN.items()
        if any(name in side.estimates for side in sides.values())
    ]
    simulated = sum(side.simulated for side in sides.values()) / max(sum(side.counted for side in sides.values()), 1)
    gone = f"not available here: {', '.join(report.not_here)}" if report.not_here else None
    return [
        *found,
        Figure("approaches: answers of simulated models", simulated, "of the answers", "", None, gone),
    ]


def _figure(name: str, label: str, each: dict[str, Estimate]) -> Figure:
    """The last approach that has it, beside the others."""
    *before, (approach, last) = each.items()
    unit = "ms" if name.endswith("_ms") else f"of {last.n} questions"
    return Figure(
        name=f"approaches: {label}, {approach}",
        value=last.value,
        unit=unit if last.low is None else f"{unit} (95 %: {last.low:.3g} to {last.high:.3g})",
        goal="",
        met=None,
        baseline="; ".join(f"{other} {its.value:.3g}" for other, its in before) or None,
    )
