"""Events of answers, as the router tells them; and the times of a public trace of requests."""

import csv
import random
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec
from uuid_utils.compat import uuid7

from ratchet_common.events import Decision, PredictionMade, Usage
from ratchet_monitor.drift.languages import SMALL_WORDS
from tests.bench.public_data import FOLDER, there

TASKS: Final = ("summary", "classification", "qa")
TEXTS: Final = 64
WORDS: Final = 250  # 1.5 kB; two of five are small words of English, the others are made up
TRACES: Final = tuple(FOLDER / "llm_traffic" / f"AzureLLMInferenceTrace_{name}.csv" for name in ("conv", "code"))


def _texts() -> Iterator[msgspec.Raw]:
    rng = random.Random(1)
    small = SMALL_WORDS["en"].split()
    made_up = ["".join(rng.choices("abdegilmnoprstu", k=rng.randint(3, 11))) for _ in range(5_000)]
    for _ in range(TEXTS):
        words = [rng.choice(small if rng.random() < 0.4 else made_up) for _ in range(WORDS)]
        yield msgspec.Raw(msgspec.json.encode([{"role": "user", "content": " ".join(words)}]))


READ: Final = tuple(_texts())


def event(number: int, *, read: int = 400, written: int = 60) -> PredictionMade:
    """`read`, `written`: tokens."""
    return PredictionMade(
        tenant="bench",
        result_id=uuid7(),
        task_type=TASKS[number % len(TASKS)],
        unit=f"session-{number // 3}",
        model="small-model",
        version_id="base",
        tier="fast",
        template="executive_summary_short_v1",
        document_type="email",
        decision=Decision(assigned_by="routed", complexity=0.3, reasons=("short", "simple")),
        outcome="ok",
        usage=Usage(input_tokens=read, output_tokens=written),
        cost_usd=Decimal("0.00023"),
        premium_cost_usd=Decimal("0.004"),
        latency_ms=120.0 + number % 700,
        confidence=(number % 100) / 100,
        has_document=True,
        input=READ[number % TEXTS],
        output="Everybody meets on Monday.",
    )


def traced() -> list[tuple[float, int, int]]:
    """Seconds since the first request, tokens read, tokens written; both traces together, in order of time (Azure's
    traces of LLM requests, Azure/AzurePublicDataset, CC-BY-4.0)."""
    rows = sorted(row for path in TRACES for row in _rows(path))
    first = rows[0][0]
    return [((at - first).total_seconds(), read, written) for at, read, written in rows]


def _rows(path: Path) -> Iterator[tuple[datetime, int, int]]:
    with there(path).open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            at = datetime.fromisoformat(row["TIMESTAMP"][:26])  # to the microsecond
            yield at, int(row["ContextTokens"]), int(row["GeneratedTokens"])
