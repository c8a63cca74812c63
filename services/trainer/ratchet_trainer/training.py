"""Use case: take a job, build its dataset, train, and leave a candidate. Whatever step it was killed in, it goes on."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ratchet_common.background import described
from ratchet_common.errors import RefusedError, RetryLaterError
from ratchet_trainer import jobs
from ratchet_trainer.artifacts import Artifact
from ratchet_trainer.dataset import Dataset, TooFewExamplesError
from ratchet_trainer.example import Example
from ratchet_trainer.jobs import OPEN, Job, Patience
from ratchet_trainer.leased import Leased, OvertakenError, while_held
from ratchet_trainer.rollout import Rollout
from ratchet_trainer.versions import Version, name_of

log = logging.getLogger(__name__)


class CannotTrainError(RefusedError):
    type = "cannot-train"
    title = "Nothing can be trained so"


class JobStore(Protocol):
    async def add(self, job: Job) -> None:
        """Raises JobOpenError."""

    async def take(self, now: datetime) -> Leased[Job] | None: ...
    async def save(self, held: Leased[Job], job: Job) -> bool: ...
    async def renew(self, held: Leased[Job]) -> bool: ...
    async def release(self, held: Leased[Job]) -> None: ...


class Datasets(Protocol):
    async def build(self, tenant: str, task_type: str) -> str:
        """The dataset's id; what is built of the same examples has the same. Raises TooFewExamplesError."""

    async def load(self, tenant: str, dataset_id: str) -> Dataset: ...
    async def weights(self, tenant: str, task_type: str, examples: Sequence[Example]) -> list[float]: ...


class NewVersions(Protocol):
    async def add(self, version: Version) -> bool: ...
    async def get(self, tenant: str, version_id: str) -> Version: ...


class Rollouts(Protocol):
    async def get(self, tenant: str, task_type: str) -> Rollout: ...


class Platform(Protocol):
    @property
    def base_model(self) -> str: ...

    @property
    def tasks(self) -> frozenset[str]: ...

    async def train(self, task_type: str, examples: Sequence[Example], weights: Sequence[float]) -> Artifact: ...


@dataclass(frozen=True)
class Training:
    jobs: JobStore
    datasets: Datasets
    versions: NewVersions
    rollouts: Rollouts
    platforms: Mapping[str, Platform]
    patience: Patience
    renew_every: float  # seconds
    now: Callable[[], datetime]

    async def run_once(self) -> bool:
        """One job, as far as it goes. False: none is due."""
        held = await self.jobs.take(self.now())
        if held is None:
            return False
        try:
            await while_held(self._work(held), lambda: self.jobs.renew(held), every=self.renew_every)
        except OvertakenError:
            log.info("The job %s was cancelled or taken over.", held.value.job_id)
        finally:
            await self.jobs.release(held)
        return True

    async def _work(self, held: Leased[Job]) -> None:
        job = await self._save(held, jobs.begun(held.value, self.now(), self.patience))
        while job.state in OPEN:
            job, again = await self._step(job)
            await self._save(held, job)
            if not again:
                return

    async def _step(self, job: Job) -> tuple[Job, bool]:
        """The job after its next step, and whether to go on with it now."""
        try:
            if not job.dataset_id:
                dataset_id = await self._prepare(job)
                return jobs.prepared(job, dataset_id, self.now()), True
            return await self._train(job), False
        except TooFewExamplesError as error:
            return jobs.too_few(job, error.found, error.needed, self.now(), self.patience), False
        except RefusedError as error:
            return jobs.failed(job, error.detail, self.now()), False
        except RetryLaterError as error:
            return jobs.broken(job, str(error), self.now(), self.patience), False
        except Exception as error:  # noqa: BLE001  the edge: a job that cannot be done must not stop the others
            log.error("The job %s failed: %s", job.job_id, described(error))
            return jobs.broken(job, f"{type(error).__name__}: see the trainer's log", self.now(), self.patience), False

    async def _prepare(self, job: Job) -> str:
        platform_of(self.platforms, job.platform, job.task_type)
        return await self.datasets.build(job.tenant, job.task_type)

    async def _train(self, job: Job) -> Job:
        platform = platform_of(self.platforms, job.platform, job.task_type)
        dataset = await self.datasets.load(job.tenant, job.dataset_id)
        weights = await self.datasets.weights(job.tenant, job.task_type, dataset.train)
        artifact = await platform.train(job.task_type, dataset.train, weights)
        serves = (await self.rollouts.get(job.tenant, job.task_type)).stable
        version = candidate(job, dataset, artifact, platform.base_model, serves, self.now())
        new = await self.versions.add(version)
        there = version if new else await self.versions.get(job.tenant, version.version_id)
        again = there.job_id != str(job.job_id)
        reason = f"The same as before came out: {there.version_id}, which is {there.state}." if again else ""
        return jobs.succeeded(job, version.version_id, reason, self.now())

    async def ask(self, tenant: str, task_type: str, platform: str, who: str) -> Job:
        """For a person: what stands against it is said at once. Raises CannotTrainError or JobOpenError."""
        platform_of(self.platforms, platform, task_type)
        try:
            dataset_id = await self.datasets.build(tenant, task_type)
        except TooFewExamplesError as error:
            raise CannotTrainError(error.detail, found=error.found, needed=error.needed) from error
        job = jobs.asked_for(tenant, task_type, platform, who, dataset_id, self.now())
        await self.jobs.add(job)
        return job

    async def _save(self, held: Leased[Job], job: Job) -> Job:
        if not await self.jobs.save(held, job):
            raise OvertakenError
        return job


def platform_of(platforms: Mapping[str, Platform], name: str, task_type: str) -> Platform:
    """Raises CannotTrainError."""
    platform = platforms[name]
    if task_type not in platform.tasks:
        raise CannotTrainError(
            f"The platform {name} cannot train for {task_type}: it trains {', '.join(sorted(platform.tasks))}.",
            field="task_type",
        )
    return platform


def candidate(job: Job, dataset: Dataset, artifact: Artifact, base_model: str, serves: str, now: datetime) -> Version:
    return Version(
        tenant=job.tenant,
        version_id=name_of(job.task_type, artifact.sha256),
        task_type=job.task_type,
        platform=job.platform,
        base_model=base_model,
        artifact=artifact.url,
        sha256=artifact.sha256,
        dataset_id=job.dataset_id,
        parent=serves,
        job_id=str(job.job_id),
        created_at=now,
        learned_until=dataset.manifest.learned_until,
        metrics={
            "training_examples": float(len(dataset.train)),
            "validation_examples": float(len(dataset.validation)),
            "test_examples": float(len(dataset.test)),
        },
    )
