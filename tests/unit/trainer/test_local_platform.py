import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

import ratchet_student
from ratchet_common.workers import Workers
from ratchet_student.reader import Reader
from ratchet_trainer.artifacts import Artifact, FileArtifacts, artifacts_at
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.formats.student import student_line
from ratchet_trainer.platforms.local import ANSWERS_ALL, LocalPlatform, Modesty
from ratchet_trainer.platforms.platform import ENDED, Order, RunGoneError, RunState, Status, TrainingFile
from tests.unit.student.tables import lessons
from tests.unit.trainer.decision_fakes import example
from tests.unit.trainer.platforms.promises import PROMISES, Promise, Trial, name_of, order, training_files

pytestmark = pytest.mark.asyncio(loop_scope="module")
MIXED = [example(n, "spam" if n % 2 else "ham") for n in range(40)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workers() -> AsyncIterator[Workers]:
    """One for all: each process takes seconds to load what students are fitted with."""
    async with Workers(1) as its:
        yield its


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "artifacts").mkdir()
    return tmp_path / "artifacts"


@pytest.fixture
def artifacts(folder: Path) -> FileArtifacts:
    return artifacts_at(folder.as_uri())


def written(examples: Sequence[Example], folder: Path) -> TrainingFile:
    path = folder.parent / "lines.jsonl"
    data = b"".join(student_line(one, 1.0) for one in examples)
    path.write_bytes(data)
    return TrainingFile(side=Side.TRAIN, path=path, sha256="", bytes=len(data))


async def begun(platform: LocalPlatform, its: Order, examples: Sequence[Example], folder: Path) -> str:
    reference = await platform.upload(its, await asyncio.to_thread(written, examples, folder))
    return await platform.create(its, {Side.TRAIN: reference})


async def ended(platform: LocalPlatform, run_id: str) -> Status:
    while (status := await platform.status(run_id)).state not in ENDED:
        pass
    return status


async def train(
    workers: Workers, artifacts: FileArtifacts, examples: Sequence[Example], folder: Path, limit_s: int = 60
) -> str:
    platform, its = LocalPlatform(workers, artifacts, seed=42, limit_s=limit_s), order("student")
    try:
        run_id = await begun(platform, its, examples, folder)
        status = await ended(platform, run_id)
        assert status.state is RunState.SUCCEEDED, status.reason
        made = await platform.result(run_id)
        ratchet_student.load(artifacts.path_of(Artifact(made.artifact, made.sha256)), made.sha256)
        return made.sha256
    finally:
        await platform.discard(its, {})


async def test_a_student_leaves_to_others_what_the_settings_allow(
    workers: Workers, artifacts: FileArtifacts, folder: Path
) -> None:
    doubtful = [*MIXED, *(example(n, "spam" if n % 3 else "ham", document="the same") for n in range(300, 330))]
    thresholds = []
    for modesty in (ANSWERS_ALL, Modesty(score=1.0, coverage=0.5)):
        platform, its = LocalPlatform(workers, artifacts, seed=42, limit_s=60, modesty=modesty), order("student")
        run_id = await begun(platform, its, doubtful, folder)
        assert (await ended(platform, run_id)).state is RunState.SUCCEEDED
        made = await platform.result(run_id)
        path = artifacts.path_of(Artifact(made.artifact, made.sha256))
        thresholds.append(ratchet_student.load(path, made.sha256).sureness.threshold)
        await platform.discard(its, {})
    assert thresholds[0] == 0 < thresholds[1]


async def test_questions_on_tables_train_a_reader(workers: Workers, artifacts: FileArtifacts, folder: Path) -> None:
    asked = [
        example(n, str(one.target), task_type="qa", labels=(), document=one.document, question=one.question)
        for n, one in enumerate(lessons(8))
    ]
    platform, its = LocalPlatform(workers, artifacts, seed=42, limit_s=600), replace(order("student"), task_type="qa")
    run_id = await begun(platform, its, asked, folder)
    assert (await ended(platform, run_id)).state is RunState.SUCCEEDED
    made = await platform.result(run_id)
    student = ratchet_student.load(artifacts.path_of(Artifact(made.artifact, made.sha256)), made.sha256)
    assert (student.task_type, type(student.model)) == ("qa", Reader)
    await platform.discard(its, {})


@pytest.mark.parametrize("promise", PROMISES, ids=name_of)
async def test_it_keeps(promise: Promise, workers: Workers, artifacts: FileArtifacts, tmp_path: Path) -> None:
    lines = [{"document": f"document {n}", "target": "spam" if n % 2 else "ham"} for n in range(42)]
    platform = LocalPlatform(workers, artifacts, seed=42, limit_s=60)
    await promise(Trial(platform, order("student"), training_files(tmp_path, lines), unknown_run="0" * 32))


async def test_the_same_examples_give_the_same_artifact(
    workers: Workers, artifacts: FileArtifacts, folder: Path
) -> None:
    assert await train(workers, artifacts, MIXED, folder) == await train(workers, artifacts, MIXED, folder)


async def test_what_cannot_be_learned_fails_with_a_sentence_and_leaves_nothing(
    workers: Workers, artifacts: FileArtifacts, folder: Path
) -> None:
    platform, its = LocalPlatform(workers, artifacts, seed=42, limit_s=60), order("student")
    run_id = await begun(platform, its, [example(n, "spam") for n in range(40)], folder)
    status = await ended(platform, run_id)
    assert status.state is RunState.FAILED
    assert "label" in status.reason
    await platform.discard(its, {})
    assert not await asyncio.to_thread(os.listdir, folder)


async def test_a_fit_that_meets_a_fault_fails_once_and_says_where_to_look(
    workers: Workers, artifacts: FileArtifacts, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = await asyncio.to_thread(written, MIXED, folder)
    await asyncio.to_thread(file.path.write_bytes, b"spam and no JSON\n")
    platform, its = LocalPlatform(workers, artifacts, seed=42, limit_s=60), order("student")
    run_id = await platform.create(its, {Side.TRAIN: await platform.upload(its, file)})
    for _ in range(2):
        status = await ended(platform, run_id)
        assert (status.state, status.reason) == (
            RunState.FAILED,
            "The fit met a fault (DecodeError): the trainer's log says where.",
        )
    assert "_as_student_reads" in caplog.text
    assert "no JSON" not in caplog.text
    await platform.discard(its, {})
    assert not await asyncio.to_thread(os.listdir, folder)


def slow() -> list[Example]:
    long = " ".join(f"word{n}" for n in range(10_000))
    return [example(n, "spam" if n % 2 else "ham", document=f"{n} {long} {n * n}") for n in range(200)]


async def test_a_fit_that_takes_too_long_is_ended_and_the_next_one_runs(
    workers: Workers, artifacts: FileArtifacts, folder: Path
) -> None:
    with pytest.raises(RunGoneError, match="died while it ran fit"):
        await train(workers, artifacts, slow(), folder, limit_s=1)
    await train(workers, artifacts, MIXED, folder)


async def at_work(pid: int) -> None:
    process = psutil.Process(pid)
    before = process.cpu_times().user
    while process.cpu_times().user < before + 0.2:  # noqa: ASYNC110  no event comes from another process
        await asyncio.sleep(0.02)


async def test_a_fit_that_nobody_wants_any_more_is_ended_leaves_nothing_and_the_next_one_runs(
    workers: Workers, artifacts: FileArtifacts, folder: Path
) -> None:
    pid = await workers.run(os.getpid)
    platform, its = LocalPlatform(workers, artifacts, seed=42, limit_s=60), order("student")
    await begun(platform, its, slow(), folder)
    await at_work(pid)
    assert await asyncio.to_thread(os.listdir, folder)
    await platform.discard(its, {})
    assert not psutil.pid_exists(pid)
    assert not await asyncio.to_thread(os.listdir, folder)
    await train(workers, artifacts, MIXED, folder)
