import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

import ratchet_student
from ratchet_common.errors import RetryLaterError
from ratchet_common.workers import Workers
from ratchet_trainer.artifacts import FileArtifacts, artifacts_at
from ratchet_trainer.example import Example
from ratchet_trainer.platforms.local import TASKS, LocalPlatform
from ratchet_trainer.training import CannotTrainError
from tests.unit.trainer.decision_fakes import example

MIXED = [example(n, "spam" if n % 2 else "ham") for n in range(40)]


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    async with Workers(1) as its:
        yield its


@pytest.fixture
def artifacts(tmp_path: Path) -> FileArtifacts:
    return artifacts_at(tmp_path.as_uri())


async def train(workers: Workers, artifacts: FileArtifacts, examples: list[Example], limit_s: int = 60) -> str:
    platform = LocalPlatform(workers, artifacts, seed=42, limit_s=limit_s)
    kept = await platform.train("classification", examples, [1.0] * len(examples))
    ratchet_student.load(artifacts.path_of(kept), kept.sha256)
    return kept.sha256


def test_it_trains_what_a_student_can_learn() -> None:
    assert frozenset(ratchet_student.TASKS) == TASKS


async def test_the_same_examples_give_the_same_artifact(workers: Workers, artifacts: FileArtifacts) -> None:
    assert await train(workers, artifacts, MIXED) == await train(workers, artifacts, MIXED)


async def test_what_cannot_be_learned_is_refused_with_a_sentence_and_leaves_nothing(
    workers: Workers, artifacts: FileArtifacts, tmp_path: Path
) -> None:
    with pytest.raises(CannotTrainError, match="label"):
        await train(workers, artifacts, [example(n, "spam") for n in range(40)])
    assert not await asyncio.to_thread(os.listdir, tmp_path)


def slow() -> list[Example]:
    long = " ".join(f"word{n}" for n in range(10_000))
    return [example(n, "spam" if n % 2 else "ham", document=f"{n} {long} {n * n}") for n in range(200)]


async def test_a_fit_that_takes_too_long_is_ended_and_the_next_one_runs(
    workers: Workers, artifacts: FileArtifacts
) -> None:
    with pytest.raises(RetryLaterError, match="died while it ran fit"):
        await train(workers, artifacts, slow(), limit_s=1)
    await train(workers, artifacts, MIXED)


async def at_work(pid: int) -> None:
    process = psutil.Process(pid)
    before = process.cpu_times().user
    while process.cpu_times().user < before + 0.2:  # noqa: ASYNC110  no event comes from another process
        await asyncio.sleep(0.02)


async def test_a_fit_whose_job_is_cancelled_is_ended_leaves_nothing_and_the_next_one_runs(
    workers: Workers, artifacts: FileArtifacts, tmp_path: Path
) -> None:
    pid = await workers.run(os.getpid)
    unwanted = asyncio.create_task(train(workers, artifacts, slow()))
    await at_work(pid)
    assert await asyncio.to_thread(os.listdir, tmp_path)
    unwanted.cancel()
    with pytest.raises(asyncio.CancelledError):
        await unwanted
    assert not psutil.pid_exists(pid)
    assert not await asyncio.to_thread(os.listdir, tmp_path)
    await train(workers, artifacts, MIXED)
