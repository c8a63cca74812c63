"""How long does a dataset of 100,000 examples take, and how much memory? The trainer runs as a process of its own."""

import asyncio
import contextlib
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from ratchet_cli.stack.ports import free_ports
from ratchet_cli.stack.start import Stack, start_stack
from ratchet_common import mongo
from ratchet_common.auth import Scope, new_token, write_tokens
from ratchet_trainer.store.examples import MongoExampleStore
from ratchet_trainer.store.traces import MongoTraces
from tests.bench.figure import Figure
from tests.bench.made_examples import brought, lessons
from tests.bench.resident import peak_mb
from tests.crash.processes import Victim

EXAMPLES, PART = 100_000, 1_000
TAKEN_IN = 400  # examples through the whole intake, which looks for private data
GOAL_S, GOAL_MB = 300, 1_536
PATIENCE = aiohttp.ClientTimeout(total=900)
TASK, OTHER_TASK = "classification", "qa"
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Measured:
    intake: float  # examples/s over HTTP
    filled: float  # examples/s, without the search for private data
    build_s: float
    analysis_s: float
    peaks: dict[int, float]  # MB by process, after the build
    after_analysis: dict[int, float]
    dataset: dict[str, Any]


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as folder, start_stack(Path(folder) / "data") as stack:
        filled = asyncio.run(_fill(stack))
        with _trainer(stack, Path(folder)) as (service, token):
            found = asyncio.run(_measure(service, token, filled))
    sizes, dropped = found.dataset["examples"], found.dataset["dropped"]
    resident = sum(found.peaks.values())
    print(f"dataset build: {sizes}, dropped {dropped}")
    return [
        Figure(
            name="trainer: building a dataset",
            value=round(found.build_s, 1),
            unit=f"s, {EXAMPLES:,} examples of 1 kB",
            goal=f"≤ {GOAL_S} s",
            met=found.build_s <= GOAL_S,
            baseline=f"{dropped['nearly_same_text']:,} near duplicates went",
        ),
        Figure(
            name="trainer: memory for building a dataset",
            value=round(resident),
            unit=f"MB resident at most, of {len(found.peaks)} processes together, each at its own peak",
            goal=f"≤ {GOAL_MB:,} MB",
            met=resident <= GOAL_MB,
            baseline=f"by process {', '.join(f'{one:.0f}' for one in found.peaks.values())}; the store apart",
        ),
        Figure(
            name="trainer: reading a dataset through (analysis, tokens)",
            value=round(found.analysis_s, 1),
            unit=f"s, {EXAMPLES:,} examples",
            goal="",
            met=None,
            baseline=f"{sum(found.after_analysis.values()):.0f} MB at most",
        ),
        Figure(
            name="trainer: intake of examples over HTTP, scrubbed, with signatures",
            value=round(found.intake),
            unit=f"examples/s over {TAKEN_IN}, {WORKERS} worker processes",
            goal="",
            met=None,
            baseline=f"without the search for private data {found.filled:,.0f}/s (signatures, store)",
        ),
    ]


async def _fill(stack: Stack) -> float:
    """Examples/s: made and fingerprinted by two processes, written as the trainer writes them."""
    client = mongo.connect(stack.mongodb_url)
    database = mongo.database(client, "trainer")
    store = MongoExampleStore(database)
    await store.create_indexes()
    await MongoTraces(database).create_indexes()
    loop, started = asyncio.get_running_loop(), time.perf_counter()
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        parts = [loop.run_in_executor(pool, lessons, seed, PART, TASK) for seed in range(EXAMPLES // PART)]
        for part in parts:
            await store.write(await part)
    await client.close()
    return EXAMPLES / (time.perf_counter() - started)


@contextlib.contextmanager
def _trainer(stack: Stack, folder: Path) -> Iterator[tuple[Victim, str]]:
    (port,) = free_ports(1)
    token, row = new_token("bench", frozenset(Scope))
    write_tokens(folder / "tokens.json", [row])
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka_bootstrap_servers,
        "KAFKA_IDEMPOTENCE": "false",
        "KAFKA_PARTITIONS": "3",
        "BUS_FORGETS": "true",
        "MONGODB_URL": stack.mongodb_url,
        "TOKENS_FILE": str(folder / "tokens.json"),
        "PORT": str(port),
        "WORKER_PROCESSES": str(WORKERS),
        "LOG_LEVEL": "WARNING",
        "TRAINER_ARTIFACTS_URL": (folder / "artifacts").as_uri(),
        "TRAINER_DATASET_MAX": str(EXAMPLES),
    }
    service = Victim("trainer", [sys.executable, "-m", "ratchet_trainer"], port, environment, folder / "trainer.log")
    service.start()
    try:
        service.wait_until_ready()
        yield service, token
    finally:
        service.stop()


async def _measure(service: Victim, token: str, filled: float) -> Measured:
    if service.process is None:
        raise RuntimeError("The trainer does not run.")
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(service.url, headers=headers, timeout=PATIENCE) as http:
        intake = await _intake(http)
        build_s, dataset = await _timed(http.post("/api/models/datasets", json={"task_type": TASK}))
        peaks = peak_mb(service.process.pid)
        print(f"dataset build: {build_s:.0f} s, {sum(peaks.values()):.0f} MB; now it is read through", flush=True)
        analysis_s, _ = await _timed(http.get(f"/api/models/datasets/{dataset['dataset_id']}/analyze"))
        return Measured(intake, filled, build_s, analysis_s, peaks, peak_mb(service.process.pid), dataset)


async def _intake(http: aiohttp.ClientSession) -> float:
    """The first ones warm the workers up."""
    await _timed(http.post("/api/models/examples/import", data=_lines(-1, TAKEN_IN // 4)))
    took, told = await _timed(http.post("/api/models/examples/import", data=_lines(-2, TAKEN_IN)))
    return float(told["taken"] / took)


def _lines(seed: int, count: int) -> bytes:
    rows = (
        {"task_type": OTHER_TASK, "document_text": one.document, "target": one.target}
        for one in brought(seed, count, OTHER_TASK)
    )
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


async def _timed(call: Any) -> tuple[float, dict[str, Any]]:
    started = time.perf_counter()
    async with call as answer:
        said = await answer.json()
    if answer.status >= 300:
        raise RuntimeError(f"The trainer answered {answer.status}: {said.get('detail')}")
    return time.perf_counter() - started, dict(said)
