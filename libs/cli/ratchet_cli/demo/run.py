"""`ratchet demo`: starts the product as a process of its own, plays its users, and shows what came of it."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
from aiokafka import AIOKafkaConsumer, TopicPartition
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from ratchet_cli.demo.corpus import Corpus, shuffled
from ratchet_cli.demo.generator import generated
from ratchet_cli.demo.play import Tell, play
from ratchet_cli.demo.public import read_corpus
from ratchet_cli.demo.report import Outcome, show
from ratchet_cli.demo.users import DemoFailedError, Users
from ratchet_cli.stack.child import LAUNCHER
from ratchet_cli.stack.ports import free_ports
from ratchet_common.topics import TABLE

SEED = 42
START_PATIENCE_S = 90.0
STOP_PATIENCE_S = 30.0
SETTLE_PATIENCE_S, QUIET_MS = 30.0, 2_000


def demo(data: Path | None, *, noise: bool, as_json: bool, seed: int = SEED) -> int:
    """Returns the exit status: 0 if the loop closed (with noise: if nothing was promoted)."""
    corpus = read_corpus(data, seed) if data else generated(seed)
    corpus = shuffled(corpus, seed) if noise else corpus
    console = Console(stderr=as_json)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # stops what was started, as Ctrl-C does
    with tempfile.TemporaryDirectory(prefix="ratchet-demo-") as folder, _product(Path(folder), corpus) as url:
        try:
            outcome = asyncio.run(_until_told(_played(corpus, url, Path(folder), console, noise=noise)))
        except asyncio.CancelledError:
            sys.exit(128 + signal.SIGTERM)
        except DemoFailedError as failure:
            console.print(f"[red]The demo stopped:[/red] {failure}")
            return 1
    if as_json:
        sys.stdout.write(json.dumps(outcome.as_json(), indent=2) + "\n")
    else:
        show(outcome, console)
    return 0 if outcome.as_expected else 1


async def _until_told(playing: Coroutine[Any, Any, Outcome]) -> Outcome:
    """By the loop, since an exception that a signal raises within a weak reference's callback is swallowed."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    return await playing


@contextlib.contextmanager
def _product(folder: Path, corpus: Corpus) -> Iterator[str]:
    """`ratchet up` as a child that dies with us; its URL. What it logs goes into the folder."""
    (port,) = free_ports(1)
    environment = os.environ | {
        "TRAINER_MIN_EXAMPLES": str(corpus.min_examples),
        "MONITOR_MIN_STEP_HOURS": "0",  # a loop that is watched turns in a minute
        "LOG_LEVEL": "WARNING",
    }
    up = [sys.executable, "-m", "ratchet_cli", "up", "--port", str(port)]
    with (folder / "up.log").open("wb") as log:
        child = subprocess.Popen(  # noqa: S603  our own command
            [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), *up, "--data-dir", str(folder / "data")],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        try:
            child.wait(STOP_PATIENCE_S)
        except subprocess.TimeoutExpired:
            child.kill()


async def _played(corpus: Corpus, url: str, folder: Path, console: Console, *, noise: bool) -> Outcome:
    with _told(console) as tell:
        tell("starting the embedded stack and the four services", 0)
        await _ready(url, folder)
        token = (folder / "data" / "token").read_text().strip()
        async with aiohttp.ClientSession() as http:
            outcome = await play(corpus, Users(corpus, http, url, token), tell, shuffled=noise)
        return replace(outcome, events=await _events(folder / "data"))


async def _ready(url: str, folder: Path) -> None:
    end = time.monotonic() + START_PATIENCE_S
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        while time.monotonic() < end:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with http.get(f"{url}/readyz") as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.2)
    tail = "\n".join((folder / "up.log").read_text(errors="replace").splitlines()[-15:])
    raise DemoFailedError(f"the services were not ready within {START_PATIENCE_S:.0f} s:\n{tail}")


@contextlib.contextmanager
def _told(console: Console) -> Iterator[Tell]:
    """Live on a terminal; elsewhere a line at each new stage."""
    if console.is_terminal:
        with Bar(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console) as bar:
            task = bar.add_task("", total=None)
            yield lambda stage, count: bar.update(task, description=f"{count:,} requests · {stage}")
        return
    last = ""

    def tell(stage: str, count: int) -> None:
        nonlocal last
        if stage != last:
            last = stage
            console.print(f"{count:,} requests · {stage}", highlight=False)

    yield tell


async def _events(data_dir: Path) -> dict[str, int]:
    """How many records each topic holds once all have arrived; dead letters where there are any."""
    consumer = AIOKafkaConsumer(bootstrap_servers=json.loads((data_dir / "stack.json").read_text())["kafka"])
    await consumer.start()
    try:
        counts = await _counts(consumer)
    finally:
        await consumer.stop()
    return {name: count for name, count in counts.items() if count or not name.endswith(".dlq")}


async def _counts(consumer: AIOKafkaConsumer) -> dict[str, int]:
    """By reading them: the embedded broker's end offsets lie at the start of the last batch."""
    counts = {name: 0 for topic in TABLE for name in (topic.name, topic.dead_letters)}
    partitions = [TopicPartition(name, p) for name in counts for p in consumer.partitions_for_topic(name) or ()]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    end = time.monotonic() + SETTLE_PATIENCE_S
    while time.monotonic() < end and (found := await consumer.getmany(timeout_ms=QUIET_MS)):
        for partition, records in found.items():
            counts[partition.topic] += len(records)
    return counts
