"""Use case: follow a search, begin and end its jobs, and make a version of the best.

Whoever is killed in the middle is followed by another: a trial's job has its name from the search, and is there once.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from ratchet_common.background import described
from ratchet_common.errors import RefusedError, RetryLaterError
from ratchet_trainer.leased import Leased, OvertakenError, while_held
from ratchet_trainer.platforms.platform import PlatformRefusedError, TuningPlatform
from ratchet_trainer.search import moves
from ratchet_trainer.search.search import Search, SearchState
from ratchet_trainer.tuning.jobs import OPEN, Job, JobEndedError, JobState, Recipe, Step
from ratchet_trainer.tuning.new_jobs import trial_of
from ratchet_trainer.tuning.steps import Datasets, NewVersions, Rollouts
from ratchet_trainer.tuning.trained import VECTORS, candidate, gives_vectors

log = logging.getLogger(__name__)
FIRST_LOOK, LONGEST_LOOK = timedelta(seconds=1), timedelta(minutes=2)
GROWTH: Final = 1.3
AMONG_THE_WORSE = "It was among the worse of its search, and was ended early."
SEARCH_ENDED = "Its search was cancelled."


class SearchStore(Protocol):
    async def add(self, search: Search) -> None:
        """Raises SearchOpenError."""

    async def take(self, now: datetime) -> Leased[Search] | None:
        """One that runs, or that was cancelled and whose jobs are still to be ended."""

    async def save(self, held: Leased[Search], search: Search) -> bool: ...
    async def closed(self, held: Leased[Search]) -> None: ...
    async def put_off(self, held: Leased[Search], due_at: datetime) -> None:
        """Whatever state it is in."""

    async def renew(self, held: Leased[Search]) -> bool: ...
    async def release(self, held: Leased[Search]) -> None: ...


class Jobs(Protocol):
    async def add(self, job: Job) -> None: ...
    async def some(self, tenant: str, job_ids: Collection[UUID]) -> Sequence[Job]: ...
    async def cancel(self, tenant: str, job_id: UUID, step: Step) -> Job:
        """Raises JobEndedError."""


@dataclass(frozen=True)
class Searching:
    searches: SearchStore
    jobs: Jobs
    platforms: Mapping[str, TuningPlatform]
    datasets: Datasets
    versions: NewVersions
    rollouts: Rollouts
    poke_jobs: Callable[[], None]
    renew_every: float  # seconds
    now: Callable[[], datetime]

    async def run_once(self) -> bool:
        """One search, one look. False: none is due."""
        held = await self.searches.take(self.now())
        if held is None:
            return False
        search = held.value
        work = self._look(held) if search.state is SearchState.RUNNING else self._close(held)
        try:
            await while_held(work, lambda: self.searches.renew(held), every=self.renew_every)
        except OvertakenError:
            log.info("The search %s was cancelled or taken over.", search.search_id)
        except Exception as error:  # noqa: BLE001  the edge: a search that cannot be followed must not stop the others
            log.error("A look at the search %s failed: %s", search.search_id, described(error))
            await self._later_again(held, error)
        finally:
            await self.searches.release(held)
        return True

    async def _look(self, held: Leased[Search]) -> None:
        search = held.value
        jobs = await self._jobs_of(search)
        search = moves.seen(search, jobs, await self._curves(search, jobs))
        wanted = moves.next_moves(search, jobs)
        for job_id in wanted.end:
            await self._end(search, job_id, AMONG_THE_WORSE)
        left = moves.left_usd(search, jobs)
        for number in wanted.begin:
            await self.jobs.add(self._trial(search, number, left))
        if wanted.begin:
            self.poke_jobs()
        search = moves.stopped(search, wanted.end)
        if wanted.over:
            await self._save(held, await self._chosen(search, jobs))
        else:
            await self._save(held, replace(self._later(search), reason=""))

    async def _close(self, held: Leased[Search]) -> None:
        search = held.value
        for job_id, job in (await self._jobs_of(search)).items():
            if job.state in OPEN:
                await self._end(search, job_id, SEARCH_ENDED)
        await self.searches.closed(held)

    async def _later_again(self, held: Leased[Search], error: Exception) -> None:
        """With the reason where a person looks. One that was cancelled is looked at again as well."""
        told = str(error) if isinstance(error, RefusedError | RetryLaterError) else "see the trainer's log"
        later = self._later(held.value)
        if held.value.state is SearchState.RUNNING:
            await self.searches.save(held, replace(later, reason=f"It is looked at again later: {told}"))
        else:
            await self.searches.put_off(held, later.due_at)

    def _later(self, search: Search) -> Search:
        pause = min(FIRST_LOOK * GROWTH ** min(search.looks, 60), LONGEST_LOOK)
        return replace(search, looks=search.looks + 1, due_at=self.now() + pause)

    async def _jobs_of(self, search: Search) -> dict[UUID, Job]:
        ids = [search.job_id(number) for number in range(len(search.trials))]
        return {job.job_id: job for job in await self.jobs.some(search.tenant, ids)}

    async def _curves(self, search: Search, jobs: Mapping[UUID, Job]) -> moves.Curves:
        """Of those that run, where they may be ended early. A platform that is away is asked at the next look."""
        if search.strategy != "halving":
            return {}
        platform, found = self.platforms[search.platform], {}
        for job_id, job in jobs.items():
            if job.state is JobState.RUNNING and job.run_id:
                try:
                    found[job_id] = (await platform.metrics(job.run_id)).curves
                except (RetryLaterError, PlatformRefusedError) as error:
                    log.info("The curves of the job %s are not known now: %s", job_id, error)
        return found

    async def _end(self, search: Search, job_id: UUID, why: str) -> None:
        try:
            await self.jobs.cancel(search.tenant, job_id, Step(JobState.CANCELLED, self.now(), why))
        except JobEndedError:
            return  # it was quicker

    def _trial(self, search: Search, number: int, left_usd: float | None) -> Job:
        recipe = Recipe(
            base_model=search.base_model,
            method=search.method,
            hyperparameters=search.trials[number].hyperparameters,
            max_cost_usd=left_usd,
        )
        return trial_of(search.job_id(number), search.search_id, self._of(search), recipe, self.now())

    def _of(self, search: Search) -> tuple[str, str, str, str, str]:
        return search.tenant, search.task_type, search.platform, search.made_by, search.dataset_id

    async def _chosen(self, search: Search, jobs: Mapping[UUID, Job]) -> Search:
        """The best on validation is a candidate; the gate alone reports how good it is on the test side."""
        best = moves.best_of(search, jobs)
        if best is None:
            return self._ended(search, SearchState.FAILED, moves.why_none(search, jobs))
        compared = sum(trial.loss is not None for trial in search.trials)
        why = f"Trial {best + 1} has the lowest loss on validation of {compared} that came to their end."
        if gives_vectors(search.method):
            return replace(self._ended(search, SearchState.SUCCEEDED, f"{why} {VECTORS}"), best=best)
        job = jobs[search.job_id(best)]
        assert job.tuned is not None  # noqa: S101  a trial that succeeded has left what came out
        manifest = await self.datasets.manifest(search.tenant, search.dataset_id)
        serves = (await self.rollouts.get(search.tenant, search.task_type)).stable
        version = candidate(job, manifest, job.tuned, job.base_model, serves, self.now(), job.metrics)
        await self.versions.add(version)
        ended = self._ended(search, SearchState.SUCCEEDED, why)
        return replace(ended, best=best, version_id=version.version_id)

    def _ended(self, search: Search, state: SearchState, reason: str) -> Search:
        return replace(search, state=state, reason=reason)

    async def _save(self, held: Leased[Search], search: Search) -> None:
        if not await self.searches.save(held, search):
            raise OvertakenError
