"""What a tenant spent, day by day: what his provider bills, calls whose answers were not given included."""

from datetime import UTC, date, datetime, timedelta

from ratchet_monitor.forecast import HISTORY
from ratchet_monitor.observations import NANO
from ratchet_monitor.totals import Buckets


async def spent_by_day(buckets: Buckets, tenant: str, now: datetime) -> dict[date, float]:
    """USD of this month, and of the days that a forecast looks back at, by UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    since = min(today.replace(day=1), today - timedelta(days=HISTORY))
    spent: dict[date, int] = {}
    async for period in buckets.periods(tenant, since):
        day = period.start.astimezone(UTC).date()
        cost = sum(cell.tally.cost + cell.tally.cost_of_attempts for cell in period.contents.cells)
        spent[day] = spent.get(day, 0) + cost
    return {day: cost / NANO for day, cost in sorted(spent.items())}
