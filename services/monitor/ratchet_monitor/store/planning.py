"""What a question about a time is told from: settled days, and the hours of the others (stretches.py)."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_monitor.hours import TaskKey, day_of
from ratchet_monitor.store.builds import MongoBuilds
from ratchet_monitor.stretches import Asked, Day, Plan, Stretch, opened, planned

DAY: Final = timedelta(days=1)
MOST_CHANGED: Final = 10_000  # days of a tenant's tasks that wait to be summed up anew
OPENED: Final = 3  # days of whose hours is held what they add up to, the latest; after an import all have changed
HoursBuilt = Callable[[Document, datetime, datetime], Awaitable[Mapping[Day, int]]]


class Rest(NamedTuple):
    """What is asked for: settled ones in the plan's stretches, hours of few days in `opened`, and hours that are read
    from the store, of the days in `rows`, from and before, those that the plan reads."""

    asked: Asked
    plan: Plan
    opened: Sequence[Stretch]
    rows: Sequence[tuple[datetime, datetime]]


class Planning:
    def __init__(self, changed_days: AsyncCollection[Document], built: MongoBuilds, hours_built: HoursBuilt) -> None:
        self._changed, self._built, self._hours_built = changed_days, built, hours_built

    async def create_indexes(self) -> None:
        await self._changed.create_index("tenant")

    async def rest(self, tenant: str, asked: Asked) -> Rest:
        """Which days have changed is asked first: of a day that is built anew in between, its hours are read."""
        since, until = asked.bounds[0], asked.until
        changed = [
            (task, day)
            for task, day in await self.changed(tenant, asked.task_type)
            if day_of(since) <= day and (until is None or day < until)
        ]
        built = await self._built.of(tenant, day_of(since), until, asked.task_type)
        plan = planned(asked, built, frozenset(changed))
        hours: dict[Day, int] = {}
        for first, last in _rows(asked, plan.by_hour[-OPENED:]):
            hours |= await self._hours_built(whose(tenant, asked.task_type), first, last)
        return Rest(asked, plan, opened(asked, plan, hours), _rows(asked, plan.by_hour[:-OPENED]))

    async def changed(self, tenant: str, task_type: str) -> set[Day]:
        whose = {"tenant": tenant} | ({"task_type": task_type} if task_type else {})
        with waiting_is_worth_it():
            found = await self._changed.find(whose, {"task_type": 1, "hour": 1}).limit(MOST_CHANGED).to_list()
        return {(mark["task_type"], mark["hour"]) for mark in found}


def whose(tenant: str, task_type: str) -> Document:
    """A filter on the tenant, or on a tenant's task."""
    return {"task": TaskKey(tenant, task_type).text} if task_type else {"tenant": tenant}


def _rows(asked: Asked, days: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    since, until = asked.bounds[0], asked.until
    return [(max(first, since), min(last, until) if until else last) for first, last in in_a_row(days)]


def cut_days(since: datetime, cuts: Collection[datetime], until: datetime | None = None) -> set[datetime]:
    """Days that begin before what is asked for, or lie on both sides of a cut."""
    return {day_of(at) for at in (since, *cuts, *((until,) if until else ())) if at != day_of(at)}


def in_a_row(days: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """Days that follow each other as one range: from, and before."""
    ranges: list[tuple[datetime, datetime]] = []
    for day in days:
        if ranges and ranges[-1][1] == day:
            ranges[-1] = (ranges[-1][0], day + DAY)
        else:
            ranges.append((day, day + DAY))
    return ranges
