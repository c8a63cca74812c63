"""What a tenant's hours add up to, by task, version and model."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.adding import Wanted, everything
from ratchet_monitor.buckets import Period, Tally
from ratchet_monitor.columns import View
from ratchet_monitor.hours import hour_of


class Subject(NamedTuple):
    task_type: str
    version_id: str
    model: str
    cached: bool


Totals = Mapping[Subject, Tally]
OF_TOTALS: Final[tuple[View, ...]] = ("totals",)
WITH_LATENCIES: Final[tuple[View, ...]] = ("totals", "latencies")


class Buckets(Protocol):
    def periods(
        self,
        tenant: str,
        since: datetime,
        task_type: str = "",
        cuts: Collection[datetime] = (),
        until: datetime | None = None,
    ) -> AsyncIterator[Period]:
        """All from the hour `since` on, before the hour `until`, as hours or whole days, none of which reaches over one
        of `cuts`. An empty `task_type` stands for all."""

    def sums(
        self,
        tenant: str,
        since: datetime,
        views: Collection[View],
        task_type: str = "",
        *,
        cuts: Collection[datetime] = (),
        wanted: Wanted = everything,
        daily: bool = False,
    ) -> AsyncIterator[Period]:
        """All from the hour `since` on, added up by task and by the time between two of `cuts`, or by day; of each what
        `views` tell. An empty `task_type` stands for all. `wanted`: of kinds of answers, where `heard` is asked for."""


async def totals(
    buckets: Buckets, tenant: str, days: int, now: datetime, task_type: str = "", views: Collection[View] = OF_TOTALS
) -> Totals:
    """Of the hours that the last `days` touch. Latencies only where `views` say so; strata in none."""
    found: dict[Subject, Tally] = {}
    async for period in buckets.sums(tenant, hour_of(now - timedelta(days=days)), views, task_type):
        include(found, period)
    return found


def include(found: dict[Subject, Tally], period: Period) -> None:
    task = period.task_type
    for cell in period.contents.cells:
        subject = Subject(task, cell.kind.version_id, cell.kind.model, cell.kind.cached)
        found.setdefault(subject, Tally()).add(cell.tally)


def answers(found: Totals) -> Totals:
    """Vectors cost money, and are no answers that could be good or bad."""
    return only(found, lambda subject: subject.task_type != EMBEDDING)


def only(found: Totals, wanted: Callable[[Subject], bool]) -> Totals:
    return {subject: tally for subject, tally in found.items() if wanted(subject)}


def summed(found: Totals) -> Tally:
    total = Tally()
    for tally in found.values():
        total.add(tally)
    return total


def grouped(found: Totals, name: Callable[[Subject], str]) -> dict[str, Totals]:
    """By name, in its order."""
    groups: dict[str, dict[Subject, Tally]] = {}
    for subject, tally in found.items():
        groups.setdefault(name(subject), {})[subject] = tally
    return dict(sorted(groups.items()))
