"""The steps of a training job at its platform: prepared, checked and uploaded, created, followed, and tidied up after.

Each gives the job as it is after it. What was made at the platform is named after the job, and looked up before it is
made: whoever takes a job over makes nothing twice.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ratchet_common.errors import RefusedError
from ratchet_common.plurals import plural
from ratchet_trainer.datasets.dataset import Manifest
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import (
    Order,
    PlatformAwayError,
    PlatformRefusedError,
    RunGoneError,
    RunState,
    Status,
    TuningPlatform,
)
from ratchet_trainer.rollouts.rollout import Rollout
from ratchet_trainer.rollouts.versions import Version
from ratchet_trainer.tuning import job_steps
from ratchet_trainer.tuning.base_models import BaseModel, BaseModels, allowed, enough, in_range
from ratchet_trainer.tuning.budget import Budget, refusal
from ratchet_trainer.tuning.job_estimate import estimated_by
from ratchet_trainer.tuning.jobs import Job, JobState, Patience
from ratchet_trainer.tuning.trained import VECTORS, candidate, cost_so_far, gives_vectors
from ratchet_trainer.tuning.training_files import TrainingFiles

log = logging.getLogger(__name__)
Save = Callable[[Job], Awaitable[Job]]


class CannotTrainError(RefusedError):
    type = "cannot-train"
    title = "Nothing can be trained so"


class Datasets(Protocol):
    async def build_for(self, tenant: str, task_type: str, least: int | None) -> str:
        """The dataset's id; what is built of the same examples has the same. `least`: examples that are enough, where
        fewer are than elsewhere. Raises TooFewExamplesError.
        """

    async def manifest(self, tenant: str, dataset_id: str) -> Manifest:
        """Raises UnknownDatasetError."""


class NewVersions(Protocol):
    async def add(self, version: Version) -> bool: ...
    async def get(self, tenant: str, version_id: str) -> Version: ...


class Rollouts(Protocol):
    async def get(self, tenant: str, task_type: str) -> Rollout: ...


Spent = Callable[[str, datetime, UUID], Awaitable[float]]


@dataclass(frozen=True)
class Steps:
    """`spent`: by a tenant's jobs but one in the month of that time, in USD, and what of them may be spent yet."""

    datasets: Datasets
    files: TrainingFiles
    versions: NewVersions
    rollouts: Rollouts
    platforms: Mapping[str, TuningPlatform]
    base_models: BaseModels
    patience: Patience
    budget: Budget
    spent: Spent
    keep_uploads: bool
    seed: int
    now: Callable[[], datetime]

    def model_of(self, job: Job) -> BaseModel:
        """Raises CannotTrainError, BaseModelRefusedError."""
        if job.platform not in self.platforms:
            known = ", ".join(sorted(self.platforms))
            raise CannotTrainError(f"There is no platform {job.platform}: there are {known}.", field="platform")
        model = self.base_models.of(job.platform, job.recipe.base_model)
        allowed(model, job.task_type, job.recipe.method, self.now().date())
        in_range(model, job.recipe.method, job.recipe.hyperparameters)
        return model

    async def next(self, job: Job, save: Save) -> tuple[Job, bool]:
        """The job after its next step, and whether to go on with it now.

        What runs is followed whatever has become of its base model since: it is paid for.
        """
        if job.run_id:
            return await self._follow(job)
        model = self.model_of(job)
        if not job.dataset_id:
            dataset_id = await self.datasets.build_for(job.tenant, job.task_type, enough(model))
            return job_steps.prepared(job, dataset_id, self.now()), True
        return await self._begin(job, model, save)

    async def estimate(self, job: Job) -> Job:
        """As it would be begun, with nothing sent. Raises what a beginning would."""
        model = self.model_of(job)
        async with self.files.of(job, model) as made:
            estimated = estimated_by(made[Side.TRAIN].checked, job, model)
        await self._insist_on_budget(estimated)
        return estimated

    async def _begin(self, job: Job, model: BaseModel, save: Save) -> tuple[Job, bool]:
        platform = self.platforms[job.platform]
        if job.creating_at is not None and not platform.in_process:
            found = await platform.find(self._order(job))
            if found is not None:
                return job_steps.created(job, found, self.now()), True
            if job_steps.may_be_there(job, self.now(), self.patience):
                return job_steps.not_listed_yet(job, self.patience), False
        if job.files and job.tells_of_the_erased:
            await platform.discard(self._order(job), _files(job))
            job = await save(job_steps.begun_anew(job))
        async with self.files.of(job, model) as made:
            job = await save(estimated_by(made[Side.TRAIN].checked, job, model))
            await self._insist_on_budget(job)  # after that: of two that begin together, each sees the other
            for side, one in made.items():
                if platform.in_process or side not in job.files:
                    reference = await platform.upload(self._order(job), one.file)
                    job = await save(job_steps.uploaded(job, side, reference))
        job = await save(job_steps.creating(job, self.now()))
        run_id = await platform.create(self._order(job), _files(job))
        return job_steps.created(job, run_id, self.now()), True

    async def _insist_on_budget(self, job: Job) -> None:
        """Raises CannotTrainError where the job would cost more than it may."""
        assert job.estimate is not None  # noqa: S101  it was just made
        limited = self.budget.month_usd is not None
        spent = await self.spent(job.tenant, self.now(), job.job_id) if limited else 0.0
        why_not = refusal(job.estimate, job.recipe.max_cost_usd, self.budget, spent)
        if why_not:
            raise CannotTrainError(why_not, estimate_usd=job.estimate.cost_usd)

    async def _follow(self, job: Job) -> tuple[Job, bool]:
        """A refusal is no end of what runs: keys are exchanged, and lists lag behind."""
        platform = self.platforms[job.platform]
        try:
            return await self._after(job, platform, await platform.status(job.run_id))
        except RunGoneError as error:
            if platform.in_process:
                return job_steps.lost(job, str(error), self.now(), self.patience), False
            why, limit = f"{job.platform} knows its run no more: {error}", self.patience.gone
            return job_steps.away(job, why, 0.0, self.now(), self.patience, limit), False
        except PlatformRefusedError as error:
            return job_steps.away(job, error.detail, 0.0, self.now(), self.patience), False

    async def _after(self, job: Job, platform: TuningPlatform, status: Status) -> tuple[Job, bool]:
        now = self.now()
        cost = cost_so_far(job, self.base_models.known(job.platform, job.base_model), status)
        if status.state is RunState.SUCCEEDED:
            return await self._leave_version(job, platform, cost), False
        if status.state is RunState.FAILED:
            return job_steps.failed(
                job, status.reason or f"It failed at {job.platform}, which said no more.", now
            ), False
        if status.state is RunState.CANCELLED:
            return job_steps.cancelled(job, f"It was cancelled at {job.platform}.", now), False
        if job_steps.runs_too_long(job, now, self.patience):
            hours = self.patience.run.total_seconds() / 3600
            return job_steps.failed(
                job, f"It ran for more than {hours:g} {plural(hours, 'hour')}, and was ended.", now
            ), False
        return job_steps.polled(job, status, cost, now, self.patience), platform.in_process

    async def _leave_version(self, job: Job, platform: TuningPlatform, cost_usd: float | None) -> Job:
        tuned, metrics = await platform.result(job.run_id), await _last_metrics(platform, job)
        if job.search_id is not None or gives_vectors(job.recipe.method):
            why = VECTORS if gives_vectors(job.recipe.method) else ""
            return job_steps.succeeded(job, "", why, self.now(), cost_usd=cost_usd, metrics=metrics, tuned=tuned)
        manifest = await self.datasets.manifest(job.tenant, job.dataset_id)
        serves = (await self.rollouts.get(job.tenant, job.task_type)).stable
        version = candidate(job, manifest, tuned, job.base_model, serves, self.now(), metrics)
        new = await self.versions.add(version)
        there = version if new else await self.versions.get(job.tenant, version.version_id)
        again = there.job_id != str(job.job_id)
        reason = f"The same as before came out: {there.version_id}, which is {there.state}." if again else ""
        return job_steps.succeeded(job, version.version_id, reason, self.now(), cost_usd=cost_usd, metrics=metrics)

    async def tidy(self, job: Job) -> Job:
        """Of a job that has ended: what still runs at the platform is ended, what was uploaded is removed."""
        platform, now = self.platforms[job.platform], self.now()
        try:
            if job.state is not JobState.SUCCEEDED:
                run_id = job.run_id or await platform.find(self._order(job))
                if run_id:
                    await _ended(platform, run_id)
            kept = self.keep_uploads and not job.erasures
            if not kept:
                await platform.discard(self._order(job), _files(job))
        except PlatformAwayError as error:
            return job_steps.to_tidy_later(job, str(error), error.retry_after_s, now, self.patience)
        except RefusedError as error:
            return job_steps.to_tidy_later(job, error.detail, 0.0, now, self.patience)
        if not platform.in_process and job_steps.may_show_up_yet(job, now, self.patience):
            return job_steps.to_tidy_once_settled(job, self.patience)
        return job_steps.tidied(job, now, kept=kept)

    async def leave(self, job: Job) -> None:
        """Nobody works on it here any more: what runs in this process ends, and its files go."""
        platform = self.platforms.get(job.platform)
        if platform is not None and platform.in_process:
            await platform.discard(self._order(job), {})

    def _order(self, job: Job) -> Order:
        return Order(
            token=job.token,
            tenant=job.tenant,
            task_type=job.task_type,
            base_model=job.base_model,
            method=job.recipe.method,
            hyperparameters=job.hyperparameters,
            seed=self.seed,
        )


def _files(job: Job) -> dict[Side, str]:
    return {Side(side): reference for side, reference in job.files.items()}


async def _ended(platform: TuningPlatform, run_id: str) -> None:
    try:
        await platform.cancel(run_id)
    except RunGoneError:
        return  # nothing is left of it


async def _last_metrics(platform: TuningPlatform, job: Job) -> dict[str, float]:
    """A model is worth keeping whose curves the platform does not give."""
    try:
        return (await platform.metrics(job.run_id)).last()
    except PlatformRefusedError as error:
        log.warning("The job %s has no metrics: %s", job.job_id, error.detail)
        return {}
