"""What was recorded of the days that an invoice is of: answers, calls whose answers were not given, and shadows."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Final, Protocol

from ratchet_common.errors import RefusedError
from ratchet_monitor.invoices.reading import Key
from ratchet_monitor.invoices.reconciling import DAY
from ratchet_monitor.ledger.sums import Row, Sums, add, empty, sums
from ratchet_monitor.ledger.table import Table

LONGEST: Final = 400  # days


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


class Shadows(Protocol):
    async def by_day(self, tenant: str, since: datetime, until: datetime) -> Mapping[tuple[date, str], Sums]: ...


async def recorded(ledger: Ledger, shadows: Shadows, tenant: str, days: tuple[date, date]) -> dict[Key, Sums]:
    """Of these days, and one more on each side. Raises LongSpanError."""
    if (days[1] - days[0]) // DAY >= LONGEST:
        raise LongSpanError(f"From {days[0]} to {days[1]} it is more than {LONGEST} days: send it in parts.")
    since, until = _midnight(days[0] - DAY), _midnight(days[1] + 2 * DAY)
    rows: dict[Key, Row] = {}
    async for page in ledger.pages(tenant, since, "model", until=until):
        for model, row in page.table.rows.items():
            add(rows.setdefault(Key(page.start.astimezone(UTC).date(), model), empty()), row)
    for (day, model), its in (await shadows.by_day(tenant, since, until)).items():
        of_shadows = [its.answers, its.cost, 0, its.input, its.output, its.cached]
        add(rows.setdefault(Key(day, model), empty()), of_shadows)
    return {key: sums(row) for key, row in rows.items()}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
