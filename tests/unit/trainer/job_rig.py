"""Training jobs over platforms in memory: the steps are the real ones, the files real files."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from ratchet_common.events import RetrainingFellDue
from ratchet_trainer.datasets.dataset import Dataset
from ratchet_trainer.formats.checking import Checked, FileLimits
from ratchet_trainer.platforms.platform import TuningPlatform
from ratchet_trainer.privacy.inspecting import inspect
from ratchet_trainer.privacy.rescan import Left, Rescan
from ratchet_trainer.tuning.base_models import BaseModel, BaseModels, Limits, Range
from ratchet_trainer.tuning.budget import Budget
from ratchet_trainer.tuning.jobs import OPEN, Job, JobState, Patience, Recipe
from ratchet_trainer.tuning.new_jobs import triggered
from ratchet_trainer.tuning.steps import Steps
from ratchet_trainer.tuning.training import Training
from ratchet_trainer.tuning.training_files import TrainingFiles
from tests.unit.trainer.decision_fakes import (
    NOW,
    Clock,
    FakeDatasets,
    FakeJobs,
    FakeRollouts,
    FakeVersions,
    dataset,
    example,
)
from tests.unit.trainer.platforms.fake import FakePlatform

DATA = dataset([example(n) for n in range(40)], [example(n) for n in range(40, 50)])
STUDENT = BaseModel(
    platform="local", name="student", methods={"supervised": "student"}, tasks=frozenset({"classification"})
)
TUNABLE = BaseModel(
    platform="openai",
    name="tunable",
    methods={"supervised": "openai", "dpo": "openai_preference"},
    hyperparameters={
        "epochs": Range(1, 50, whole=True),
        "learning_rate_multiplier": Range(0.01, 10),
        "beta": Range(0, 2),
    },
    training=Limits(least_lines=10),
    line_tokens=100_000,
    usd_per_million_tokens=None,
)
MODELS = BaseModels((STUDENT, TUNABLE))


@contextmanager
def scratch() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        yield Path(folder) / "lines.jsonl"


async def look_through(path: Path, format_name: str, limits: FileLimits) -> Checked:
    return inspect(path, format_name, limits)


async def look_again(lines: AsyncIterator[bytes]) -> Rescan:
    """What is private here says so itself."""
    numbered = [(number, line) async for number, line in counted(lines)]
    left = tuple(Left(number, "SSN", 1) for number, line in numbered if b"078-05-1120" in line)
    return Rescan(len(numbered), {"SSN": len(left)} if left else {}, left)


async def counted(lines: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, bytes]]:
    number = 0
    async for line in lines:
        number += 1
        yield number, line


@dataclass
class Rig:
    """A trainer that works on jobs by a clock that stands still."""

    jobs: FakeJobs = field(default_factory=FakeJobs)
    local: FakePlatform = field(default_factory=lambda: FakePlatform("local", in_process=True))
    openai: FakePlatform = field(default_factory=lambda: FakePlatform("openai"))
    versions: FakeVersions = field(default_factory=FakeVersions)
    content: Dataset = DATA
    found: int = 50
    models: BaseModels = MODELS
    patience: Patience = field(default_factory=Patience)
    budget: Budget = field(default_factory=Budget)
    spent_usd: float = 0.0
    keep_uploads: bool = False

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.datasets = FakeDatasets(self.content, self.found)
        self.training = Training(jobs=self.jobs, steps=self._steps(), renew_every=0.01, now=self.clock)

    def _steps(self) -> Steps:
        platforms: Mapping[str, TuningPlatform] = {"local": self.local, "openai": self.openai}
        return Steps(
            datasets=self.datasets,
            files=TrainingFiles(self.datasets, scratch, look_through, look_again),
            versions=self.versions,
            rollouts=FakeRollouts(),
            platforms=platforms,
            base_models=self.models,
            patience=self.patience,
            budget=self.budget,
            spent=self._spent,
            keep_uploads=self.keep_uploads,
            seed=42,
            now=self.clock,
        )

    async def _spent(self, _tenant: str, _at: datetime, _but: UUID) -> float:
        return self.spent_usd

    def due(self, platform: str = "local", task_type: str = "classification", recipe: Recipe | None = None) -> Job:
        """A job that waits to be worked on."""
        event = RetrainingFellDue(tenant="acme", task_type=task_type, reasons=("drift",))
        job = triggered(event, platform, NOW, recipe or Recipe())
        self.jobs.jobs[job.job_id] = job
        return job

    def now_of(self, job: Job) -> Job:
        return self.jobs.jobs[job.job_id]

    async def once(self, platforms: Sequence[str] = ("local", "openai")) -> bool:
        return await self.training.run_once(platforms)

    async def until_running(self, job: Job) -> None:
        while self.now_of(job).state is not JobState.RUNNING:
            self.clock.time = max(self.now_of(job).due_at, self.clock.time)
            assert await self.once()

    async def until_quiet(self, most: int = 200) -> None:
        """Round after round; the clock goes on to when the next job is due."""
        for _ in range(most):
            if await self.once():
                continue
            waiting = [job.due_at for job in self.jobs.jobs.values() if job.state in OPEN or job.left]
            if not waiting:
                return
            self.clock.time = max(min(waiting), self.clock.time)
        raise AssertionError(f"there is still work after {most} rounds")
