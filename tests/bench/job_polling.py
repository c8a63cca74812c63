"""A thousand jobs fall due together: how fast is their platform asked, and how long until each has been?"""

import asyncio
import tempfile
import time
from bisect import bisect_left
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ratchet_cli.stack.start import start_stack
from ratchet_common import mongo
from ratchet_common.events import RetrainingFellDue
from ratchet_common.mongo import Database
from ratchet_trainer.platforms.pace import REQUESTS, Pace, Paced
from ratchet_trainer.platforms.platform import RunState, Status, TuningPlatform
from ratchet_trainer.settings import TrainerSettings
from ratchet_trainer.store.jobs import MongoJobStore
from ratchet_trainer.tuning import job_steps, new_jobs
from ratchet_trainer.tuning.jobs import Job, Patience
from ratchet_trainer.tuning.steps import Steps
from ratchet_trainer.tuning.training import Training
from tests.bench.figure import Figure
from tests.unit.trainer.job_rig import Rig
from tests.unit.trainer.platforms.fake import FakePlatform

JOBS = 1_000
GOAL = 20  # requests a second
SECONDS = 60.0
AT_ONCE = 4


class Counted(FakePlatform):
    """Runs go on for ever, and each request is remembered with its time: a poll of OpenAI's takes two."""

    def __init__(self) -> None:
        super().__init__("openai")
        self.asked: list[tuple[float, str]] = []

    async def status(self, run_id: str) -> Status:
        self.asked += [(time.monotonic(), run_id)] * REQUESTS["status"]
        return Status(state=RunState.RUNNING, progress=0.5)


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="ratchet-bench-") as folder, start_stack(Path(folder) / "data") as stack:
        asked = asyncio.run(_measure(stack.mongodb_url))
    times = [at for at, _ in asked]
    most = busiest(times)
    jobs = len({run_id for _, run_id in asked})
    print(f"job polling: {len(asked):,} requests for {jobs:,} of {JOBS:,} jobs in {SECONDS:g} s, at most {most} in one")
    return [
        Figure(
            name="training jobs: requests to platforms in the busiest second, 1,000 jobs due at once",
            value=most,
            unit="requests",
            goal=f"≤ {GOAL}",
            met=0 < most <= GOAL,
            baseline=f"{len(asked) / SECONDS:.1f} requests/s over {SECONDS:g} s; {jobs:,} of the jobs were asked for",
        )
    ]


def busiest(times: list[float]) -> int:
    """The most within any one second."""
    return max((bisect_left(times, at + 1.0) - place for place, at in enumerate(times)), default=0)


async def _measure(url: str) -> list[tuple[float, str]]:
    client = mongo.connect(url)
    store = MongoJobStore(mongo.database(client, "bench"), lease_s=30)
    await store.create_indexes()
    await _fill(mongo.database(client, "bench"), store)
    platform = Counted()
    pace = Pace(TrainerSettings.model_fields["platform_calls_per_s"].default)
    training = _training(store, {"openai": Paced(platform, pace)})
    with suppress(TimeoutError):
        async with asyncio.timeout(SECONDS):
            await asyncio.gather(*(_work(training) for _ in range(AT_ONCE)))
    await client.close()
    return platform.asked


async def _work(training: Training) -> None:
    while True:
        if not await training.run_once(["openai"]):
            await asyncio.sleep(0.1)


def _training(store: MongoJobStore, platforms: Mapping[str, TuningPlatform]) -> Training:
    steps: Steps = replace(Rig().training.steps, platforms=platforms, now=_now, patience=Patience())
    return Training(jobs=store, steps=steps, renew_every=10, now=_now)


async def _fill(database: Database, store: MongoJobStore) -> None:
    """Each of a tenant of its own, as they would be after a restart: all due, all running."""
    for number in range(JOBS):
        event = RetrainingFellDue(tenant=f"tenant-{number}", task_type="classification", reasons=("bench",))
        job = _running(new_jobs.triggered(event, "openai", _now()))
        await store.add(job)
    assert await database.jobs.count_documents({}) == JOBS


def _running(job: Job) -> Job:
    now = _now() - timedelta(hours=1)
    return replace(job_steps.created(job_steps.prepared(job, "d1", now), f"run-{job.token}", now), due_at=now)


def _now() -> datetime:
    return datetime.now(UTC)
