"""A user was forgotten: jobs that have files of him are named, and what is kept of them is removed."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from ratchet_common import mongo
from ratchet_common.mongo import Database
from ratchet_trainer.datasets.dataset import Composition, Dropped, Manifest, Rules
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.store.datasets import MongoDatasetStore
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.store.marks import MongoMarks
from ratchet_trainer.tuning.jobs import Job, JobState
from ratchet_trainer.tuning.new_jobs import asked_for
from tests.integration.conftest import Ground

NOW = datetime.now(UTC)
SENT = {"train": "file-train", "validation": "file-validation"}


@pytest.fixture
async def database(stack: Ground) -> AsyncIterator[Database]:
    client = mongo.connect(stack.mongodb_url)
    yield mongo.database(client, f"trainer-{uuid4().hex[:8]}")
    await client.close()


def held(example_id: UUID) -> Composition:
    manifest = Manifest(
        task_type="qa",
        rules=Rules(),
        looked_at=1,
        sizes={Side.TRAIN: 1},
        by_source={},
        dropped=Dropped(),
        learned_from=NOW,
        learned_until=NOW,
        sha256="0",
    )
    sides = {Side.TRAIN: ((example_id, 0),), Side.VALIDATION: (), Side.TEST: ()}
    return Composition(dataset_id="qa-0", manifest=manifest, sides=sides)


def job(task_type: str, state: JobState, dataset_id: str = "qa-0", **fields: object) -> Job:
    made = asked_for("acme", task_type, "openai", "ann", dataset_id, NOW)
    return replace(made, state=state, **fields)  # type: ignore[arg-type]  # the fields of a job


async def test_jobs_with_files_are_named_and_what_was_kept_is_tidied_up(database: Database) -> None:
    jobs, datasets, marks = MongoJobStore(database, lease_s=30), MongoDatasetStore(database), MongoMarks(database)
    await jobs.create_indexes()
    mine = uuid4()
    await datasets.add("acme", held(mine), NOW)
    runs = job("qa", JobState.RUNNING, run_id="r", files=SENT)
    kept = job("summary", JobState.SUCCEEDED, run_id="s", files=SENT)
    gone, waits = job("chat", JobState.SUCCEEDED, run_id="t"), job("report", JobState.QUEUED)
    elsewhere = job("entities", JobState.RUNNING, "qa-1", files=SENT)
    for one in (runs, kept, gone, waits, elsewhere):
        await jobs.add(one)
    for _ in range(2):
        await marks.mark("acme", erasure := UUID(int=1), NOW, {mine.bytes})
    named = {one.job_id: (one.state, one.files_left) for one in await marks.used_by("acme", erasure)}
    assert named == {runs.job_id: ("running", True), kept.job_id: ("succeeded", True)}
    assert [(await jobs.get("acme", one.job_id)).erasures for one in (runs, kept, gone, waits)] == [1, 1, 0, 0]
    assert [(await jobs.get("acme", one.job_id)).left for one in (runs, kept, gone)] == [False, True, False]
    assert await marks.used_by("another", erasure) == []
