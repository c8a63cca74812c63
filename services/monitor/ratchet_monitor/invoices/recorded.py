"""What was recorded of the days that an invoice is of: answers, calls whose answers were not given, and shadows."""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import UTC, date, datetime, time
from typing import Final, Protocol

from ratchet_common.errors import RefusedError
from ratchet_monitor.invoices.reading import Key
from ratchet_monitor.invoices.shifting import DAY
from ratchet_monitor.ledger.sums import Row, Sums, add, empty, sums
from ratchet_monitor.ledger.table import Table

LONGEST: Final = 400  # days
DAYS_BY_HOURS: Final = 35  # the last of the invoice's, whose hours are looked at: a month


class LongSpanError(RefusedError):
    type = "long-span"
    title = "The invoice is of too many days"


class Page(Protocol):
    @property
    def start(self) -> datetime: ...
    @property
    def table(self) -> Table: ...


class Ledger(Protocol):
    def pages(
        self, tenant: str, since: datetime, dimension: str, task_type: str = "", until: datetime | None = None
    ) -> AsyncIterator[Page]: ...

    def hours(self, tenant: str, since: datetime, until: datetime, dimension: str) -> AsyncIterator[Page]: ...


class Shadows(Protocol):
    async def by_day(self, tenant: str, since: datetime, until: datetime) -> Mapping[tuple[date, str], Sums]: ...


async def recorded(ledger: Ledger, shadows: Shadows, tenant: str, days: tuple[date, date]) -> dict[Key, Sums]:
    """Of these days, and one more on each side. Raises LongSpanError."""
    if (days[1] - days[0]) // DAY >= LONGEST:
        raise LongSpanError(f"From {days[0]} to {days[1]} it is more than {LONGEST} days: send it in parts.")
    since, until = days_of(days)
    rows: dict[Key, Row] = {}
    async for page in ledger.pages(tenant, since, "model", until=until):
        for model, row in page.table.rows.items():
            add(rows.setdefault(Key(page.start.astimezone(UTC).date(), model), empty()), row)
    for (day, model), its in (await shadows.by_day(tenant, since, until)).items():
        of_shadows = [its.answers, its.cost, 0, its.input, its.output, its.cached]
        add(rows.setdefault(Key(day, model), empty()), of_shadows)
    return {key: sums(row) for key, row in rows.items()}


def days_of(days: tuple[date, date]) -> tuple[datetime, datetime]:
    """From when on, and before when our side is looked at: these days, and one more on each side."""
    return _midnight(days[0] - DAY), _midnight(days[1] + 2 * DAY)


async def by_hours(
    ledger: Ledger, tenant: str, days: tuple[date, date], models: Collection[str]
) -> dict[str, dict[datetime, Sums]]:
    """By model and hour, of these days and one more on each side, the last `DAYS_BY_HOURS` at most. Answers in the
    shadow are in none: whoever compares sees that such a day is not whole."""
    first = max(days[0], days[1] - (DAYS_BY_HOURS - 1) * DAY)
    rows: dict[str, dict[datetime, Row]] = {model: {} for model in models}
    async for page in ledger.hours(tenant, _midnight(first - DAY), _midnight(days[1] + 2 * DAY), "model"):
        for model, row in page.table.rows.items():
            if model in rows:
                add(rows[model].setdefault(page.start.astimezone(UTC), empty()), row)
    return {model: {at: sums(row) for at, row in its.items()} for model, its in rows.items()}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
