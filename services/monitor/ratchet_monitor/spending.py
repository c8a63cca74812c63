"""What a tenant spent, day by day: what his provider bills, calls whose answers were not given included."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple

from ratchet_monitor.forecast import HISTORY
from ratchet_monitor.observations import NANO
from ratchet_monitor.totals import OF_TOTALS, Buckets

SpentOn = dict[date, float]


class Slice(NamedTuple):
    """Of a task, or of a model: the one that answered, or was to answer. Empty: of all."""

    task_type: str = ""
    model: str = ""


EVERYTHING: Final = Slice()


def looked_back_to(now: datetime) -> datetime:
    """The first of the days that are told."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(today.replace(day=1), today - timedelta(days=HISTORY))


async def spent_by_day(buckets: Buckets, tenant: str, now: datetime, of: Slice = EVERYTHING) -> SpentOn:
    """USD of this month, and of the days that a forecast looks back at, by UTC."""
    return (await spent_on_slices(buckets, tenant, now, [of]))[of]


async def spent_on_slices(buckets: Buckets, tenant: str, now: datetime, of: Collection[Slice]) -> dict[Slice, SpentOn]:
    """As `spent_by_day`, of each of them. What there is is read once."""
    since = looked_back_to(now)
    tasks = {one.task_type for one in of}
    spent: dict[Slice, dict[date, int]] = {one: {} for one in of}
    async for period in buckets.sums(tenant, since, OF_TOTALS, tasks.pop() if len(tasks) == 1 else "", daily=True):
        day = period.start.astimezone(UTC).date()
        for one in of:
            if one.task_type in ("", period.task_type):
                cells = (cell for cell in period.contents.cells if one.model in ("", cell.kind.model))
                cost = sum(cell.tally.cost + cell.tally.cost_of_attempts for cell in cells)
                spent[one][day] = spent[one].get(day, 0) + cost
    return {one: {day: cost / NANO for day, cost in sorted(days.items())} for one, days in spent.items()}
