"""`make bench`: measures what the product promises. A table, and build/bench.json, where later runs join in."""

import argparse
import importlib
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.bench.figure import Figure, table

OUT = Path("build/bench.json")
BENCHES = (
    "student_labels",
    "student_summaries",
    "pii",
    "rescan",
    "student_entities",
    "student_answers",
    "tatqa_reader",
    "tatqa_hybrid",
    "retrieval_10q",
    "learned_order_10q",
    "retrieval_scale",
    "approaches_10q",
    "sequential",
    "drift",
    "percentiles",
    "costs",
    "portfolio_figures",
    "graph",
    "answer_checks",
    "routing",
    "router_throughput",
    "monitor_intake",
    "tracing",
    "feedback_queries",
    "monitor_queries",
    "monitor_volume",
    "dataset_build",
    "job_polling",
    "ingest",
    "nothing_lost",
    "demo_time",
    "demo_public",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", choices=BENCHES, help="run just one")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    asked = parser.parse_args()
    console = Console(stderr=asked.json)
    figures: list[Figure] = []
    for name in [asked.only] if asked.only else BENCHES:
        started = time.monotonic()
        run: Callable[[], list[Figure]] = importlib.import_module(f"tests.bench.{name}").run
        console.print(f"{name} …")
        found = run()
        figures += found
        _join(found)
        console.print(f"{name}: {time.monotonic() - started:.0f} s")
    if asked.json:
        sys.stdout.write(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n")
    else:
        console.print(table(figures))
    return int(any(figure.met is False for figure in figures))


def _join(figures: list[Figure]) -> None:
    """A figure replaces the one of its name that an earlier run left."""
    there: list[dict[str, Any]] = json.loads(OUT.read_text()) if OUT.exists() else []
    new = {figure.name: asdict(figure) for figure in figures}
    kept = [row for row in there if row["name"] not in new]
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([*kept, *new.values()], indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
