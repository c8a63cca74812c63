"""Use case: take a job and work on it as far as it goes. Whatever step it was killed in, it goes on."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ratchet_common.background import described
from ratchet_common.errors import RefusedError, RetryLaterError
from ratchet_common.trace_context import kept
from ratchet_common.tracing import Tracing, Working
from ratchet_trainer.datasets.dataset import TooFewExamplesError
from ratchet_trainer.job_metrics import JOBS_ENDED
from ratchet_trainer.leased import Leased, OvertakenError, while_held
from ratchet_trainer.platforms.platform import PlatformAwayError
from ratchet_trainer.tuning import job_steps, new_jobs
from ratchet_trainer.tuning.base_models import enough
from ratchet_trainer.tuning.jobs import OPEN, IdempotencyMismatchError, Job, Recipe
from ratchet_trainer.tuning.steps import CannotTrainError, Steps

log = logging.getLogger(__name__)


class JobStore(Protocol):
    async def add(self, job: Job) -> None:
        """Raises JobOpenError."""

    async def some(self, tenant: str, job_ids: Collection[UUID]) -> Sequence[Job]: ...
    async def take(self, now: datetime, platforms: Collection[str]) -> Leased[Job] | None: ...
    async def save(self, held: Leased[Job], job: Job) -> bool: ...
    async def renew(self, held: Leased[Job]) -> bool: ...
    async def release(self, held: Leased[Job]) -> None: ...


@dataclass(frozen=True)
class Training:
    jobs: JobStore
    steps: Steps
    renew_every: float  # seconds
    now: Callable[[], datetime]
    tracing: Tracing | None = None

    async def run_once(self, platforms: Collection[str]) -> bool:
        """One job of one of them, as far as it goes. False: none is due."""
        held = await self.jobs.take(self.now(), platforms)
        if held is None:
            return False
        work = self._work(held) if held.value.state in OPEN else self._tidy(held)
        try:
            with Working("work on job", _said(held.value), self.tracing, held.value.trace):
                await while_held(work, lambda: self.jobs.renew(held), every=self.renew_every)
        except OvertakenError:
            log.info("The job %s was cancelled or taken over.", held.value.job_id)
        finally:
            await self.jobs.release(held)
        return True

    async def _work(self, held: Leased[Job]) -> None:
        job = held.value
        try:
            job, again = await self._save(held, job_steps.begun(job, self.now(), self.steps.patience)), True
            while again and job.state in OPEN:
                job, again = await self._step(held, job)
                await self._save(held, job)
        finally:
            await self.steps.leave(job)

    async def _tidy(self, held: Leased[Job]) -> None:
        job = held.value
        try:
            after = await self.steps.tidy(job)
        except Exception as error:  # noqa: BLE001  the edge: what one job leaves must not stop the others
            log.error("What the job %s left could not be removed: %s", job.job_id, described(error))
            after = job_steps.tidied(job, self.now(), f"{type(error).__name__}: see the trainer's log.")
        await self._save(held, after)

    async def _step(self, held: Leased[Job], job: Job) -> tuple[Job, bool]:
        """The job after its next step, and whether to go on with it now."""
        patience, latest = self.steps.patience, job

        async def save(changed: Job) -> Job:
            nonlocal latest
            latest = await self._save(held, changed)
            return latest

        try:
            return await self.steps.next(job, save)
        except TooFewExamplesError as error:
            return job_steps.too_few(latest, error.found, error.needed, self.now(), patience), False
        except RefusedError as error:
            return job_steps.failed(latest, error.detail, self.now()), False
        except PlatformAwayError as error:
            return job_steps.away(latest, str(error), error.retry_after_s, self.now(), patience), False
        except RetryLaterError as error:
            return job_steps.broken(latest, str(error), self.now(), patience), False
        except OvertakenError:
            raise
        except Exception as error:  # noqa: BLE001  the edge: a job that cannot be done must not stop the others
            log.error("The job %s failed: %s", job.job_id, described(error))
            why = f"{type(error).__name__}: see the trainer's log"
            return job_steps.broken(latest, why, self.now(), patience), False

    async def ask(
        self,
        tenant: str,
        task_type: str,
        platform: str,
        who: str,
        recipe: Recipe,
        dataset_id: str = "",
        job_id: UUID | None = None,
    ) -> Job:
        """For a person: what stands against it is said at once. Again under the same `job_id`, it is the same job.

        Raises CannotTrainError, BaseModelRefusedError, UnknownDatasetError, JobOpenError, IdempotencyMismatchError.
        """
        for there in await self.jobs.some(tenant, [job_id]) if job_id else ():
            asked = (task_type, platform, recipe, dataset_id or there.dataset_id)
            if (there.task_type, there.platform, there.recipe, there.dataset_id) != asked:
                raise IdempotencyMismatchError
            return there
        job = await self.wanted(tenant, task_type, platform, who, recipe, dataset_id)
        job = replace(job, job_id=job_id or job.job_id, trace=kept(b""))
        await self.jobs.add(job)
        return job

    async def estimate(
        self, tenant: str, task_type: str, platform: str, who: str, recipe: Recipe, dataset_id: str = ""
    ) -> Job:
        """The job that would be made, with its estimate; nothing is kept or sent. Raises what `ask` does, and
        FileRefusedError."""
        return await self.steps.estimate(await self.wanted(tenant, task_type, platform, who, recipe, dataset_id))

    async def wanted(
        self, tenant: str, task_type: str, platform: str, who: str, recipe: Recipe, dataset_id: str
    ) -> Job:
        """Not kept yet. Raises what `ask` does, but JobOpenError."""
        job = new_jobs.asked_for(tenant, task_type, platform, who, dataset_id, self.now(), recipe)
        model = self.steps.model_of(job)
        if dataset_id:
            of = (await self.steps.datasets.manifest(tenant, dataset_id)).task_type
            if of != task_type:
                raise CannotTrainError(
                    f"The dataset {dataset_id} is for {of}, not for {task_type}.", field="dataset_id"
                )
            return job
        try:
            return replace(job, dataset_id=await self.steps.datasets.build_for(tenant, task_type, enough(model)))
        except TooFewExamplesError as error:
            raise CannotTrainError(error.detail, found=error.found, needed=error.needed) from error

    async def _save(self, held: Leased[Job], job: Job) -> Job:
        if not await self.jobs.save(held, job):
            raise OvertakenError
        if job.state not in OPEN and held.value.state in OPEN:
            JOBS_ENDED.labels(job.platform, str(job.state)).inc()
        return job


def _said(job: Job) -> dict[str, str]:
    return {"ratchet.job_id": str(job.job_id), "ratchet.task_type": job.task_type, "ratchet.platform": job.platform}
