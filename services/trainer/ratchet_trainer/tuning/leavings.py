"""Use case: what ended jobs have left at their platforms goes, once nothing has been served by it for a while.

A deployment or throughput may cost money by the hour, and a run's folder takes room, whether anybody asks or not. What
a rollback would bring back stays, and so does the tuned model itself.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from ratchet_common.errors import RetryLaterError
from ratchet_trainer.platforms.platform import PlatformRefusedError, TuningPlatform
from ratchet_trainer.rollouts.rollout import Rollout
from ratchet_trainer.rollouts.versions import Version, VersionState, name_of
from ratchet_trainer.search.search import Search, SearchState
from ratchet_trainer.tuning.jobs import Job, JobState
from ratchet_trainer.tuning.trained import gives_vectors

log = logging.getLogger(__name__)
AT_ONCE: Final = 100
LOOK_AGAIN: Final = timedelta(days=1)
AT_WORK: Final = (VersionState.CANDIDATE, VersionState.EVALUATED, VersionState.CANARY, VersionState.LIVE)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Of a job that has ended. `unused_since`: when it was first seen that nobody needs it."""

    job: Job
    unused_since: datetime | None


class LeavingStore(Protocol):
    async def due(self, now: datetime, platforms: Collection[str], limit: int) -> Sequence[Leaving]:
        """Of all tenants."""

    async def look_again(self, job: Job, at: datetime, *, unused_since: datetime | None) -> None: ...
    async def gone(self, job: Job, at: datetime) -> None: ...


class Versions(Protocol):
    async def some(self, tenant: str, version_ids: Collection[str]) -> list[Version]: ...
    async def taken_down(self, tenant: str, version_id: str, at: datetime) -> None: ...


class Rollouts(Protocol):
    async def get(self, tenant: str, task_type: str) -> Rollout: ...


class Searches(Protocol):
    async def find(self, tenant: str, search_id: UUID, /) -> Search | None: ...


@dataclass(frozen=True)
class TakingDown:
    """`keep`: how long it stays after it was last needed."""

    leavings: LeavingStore
    versions: Versions
    rollouts: Rollouts
    searches: Searches
    platforms: Mapping[str, TuningPlatform]
    keep: timedelta
    now: Callable[[], datetime]

    async def run_once(self) -> bool:
        """One round. True: there may be more at once."""
        due = await self.leavings.due(self.now(), list(self.platforms), AT_ONCE)
        for leaving in due:
            await self._look(leaving)
        return len(due) == AT_ONCE

    async def _look(self, leaving: Leaving) -> None:
        job, now = leaving.job, self.now()
        version = await self._version(job)
        if await self._is_needed(job, version):
            return await self.leavings.look_again(job, now + LOOK_AGAIN, unused_since=None)
        since = leaving.unused_since or now
        if now < since + self.keep:
            return await self.leavings.look_again(job, since + self.keep, unused_since=since)
        try:
            unasked = await self.platforms[job.platform].take_down(job.run_id, _model(job, version))
        except (PlatformRefusedError, RetryLaterError) as error:
            log.warning("What the job %s has left at %s stays for now: %s", job.job_id, job.platform, error)
            return await self.leavings.look_again(job, now + LOOK_AGAIN, unused_since=since)
        if unasked and version:
            await self.versions.taken_down(job.tenant, version.version_id, now)
        return await self.leavings.gone(job, now)

    async def _version(self, job: Job) -> Version | None:
        """None: it failed, was cancelled, or is a trial that was not chosen."""
        name = job.version_id or (name_of(job.task_type, job.tuned.identity) if job.tuned else "")
        found = await self.versions.some(job.tenant, [name]) if name else []
        return found[0] if found else None

    async def _is_needed(self, job: Job, version: Version | None) -> bool:
        if version is not None:
            return may_serve(version, await self.rollouts.get(job.tenant, job.task_type))
        search = await self.searches.find(job.tenant, job.search_id) if job.search_id else None
        if search is not None and search.state is SearchState.RUNNING:
            return True
        return gives_vectors(job.recipe.method) and job.state is JobState.SUCCEEDED and is_chosen(job, search)


def is_chosen(job: Job, search: Search | None) -> bool:
    """By itself, or as the best of its search. Who serves vectors with it nobody here knows: so it stays."""
    if search is None:
        return job.search_id is None
    return search.best is not None and search.job_id(search.best) == job.job_id


def may_serve(version: Version, rollout: Rollout) -> bool:
    """It serves, may yet, or is what a rollback would bring back."""
    name = version.version_id
    return version.state in AT_WORK or name in rollout.serving or rollout.served_before[-1:] == (name,)


def _model(job: Job, version: Version | None) -> str:
    return version.model if version else job.tuned.model if job.tuned else ""
