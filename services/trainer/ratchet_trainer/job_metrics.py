"""What the trainer counts, and what it looks up for a scrape: its jobs and its versions, of all tenants together."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import product
from typing import Final, Protocol

from prometheus_client import Counter as Counted
from prometheus_client import Gauge

from ratchet_common.measures import Found, Measures
from ratchet_trainer.tuning.jobs import OPEN, JobState

JOBS: Final = Gauge("ratchet_jobs", "Training jobs that are open", ("platform", "state"))
OLDEST: Final = Gauge("ratchet_job_age_seconds", "Since the job that is longest in this state came into it", ("state",))
OVERDUE: Final = Gauge(
    "ratchet_job_overdue_seconds", "Since the job fell due that waits longest for a worker", ("platform",)
)
JOBS_ENDED: Final = Counted(
    "ratchet_jobs_ended", "Training jobs that a worker brought to an end", ("platform", "state")
)
VERSIONS: Final = Gauge("ratchet_versions", "Versions of models, by state", ("state",))
ENDED: Final = tuple(state for state in JobState if state not in OPEN)


@dataclass(frozen=True, slots=True)
class Open:
    """A job that is open. `free_at`: from when a worker may take it; in the future, too."""

    platform: str
    state: JobState
    since: datetime
    free_at: datetime


class Jobs(Protocol):
    async def open(self) -> Collection[Open]: ...


class Versions(Protocol):
    async def by_state(self) -> Mapping[str, int]: ...


def measured(
    measures: Measures, jobs: Jobs, versions: Versions, platforms: Collection[str], now: Callable[[], datetime]
) -> None:
    for platform, state in product(platforms, ENDED):
        JOBS_ENDED.labels(platform, str(state))  # there from the start: a rate sees no step that begins with one
    measures.add("jobs", partial(measure_jobs, jobs, now))
    measures.add("versions", partial(measure_versions, versions))


async def measure_jobs(jobs: Jobs, now: Callable[[], datetime]) -> Found:
    return found(await jobs.open(), now())


def found(jobs: Collection[Open], now: datetime) -> Found:
    counts = Counter((job.platform, job.state) for job in jobs)
    oldest = {state: _age((j.since for j in jobs if j.state is state), now) for state in OPEN}
    platforms = sorted({job.platform for job in jobs})
    overdue = {platform: _age((j.free_at for j in jobs if j.platform == platform), now) for platform in platforms}
    return [
        *((JOBS, (platform, str(state)), float(number)) for (platform, state), number in counts.items()),
        *((OLDEST, (str(state),), age) for state, age in oldest.items()),
        *((OVERDUE, (platform,), age) for platform, age in overdue.items()),
    ]


def _age(moments: Iterable[datetime], now: datetime) -> float:
    return max((max(0.0, (now - moment).total_seconds()) for moment in moments), default=0.0)


async def measure_versions(versions: Versions) -> Found:
    return [(VERSIONS, (state,), float(number)) for state, number in (await versions.by_state()).items()]
