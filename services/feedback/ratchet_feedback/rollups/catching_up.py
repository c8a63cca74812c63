"""Use case: what an earlier release has written is noted and its hours are marked; once all of it, and from time to
time that of the last days, since such a release may go on beside this one for a while and marks nothing."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from ratchet_feedback.rollups.rolling import AT_ONCE, Changed, Marks
from ratchet_feedback.rollups.spans import DAY, HOUR, Length, Span, day_of

ASKED_FOR: Final = timedelta(days=2 * 365 + 1)  # a year and the year before it, at most
BESIDE: Final = timedelta(days=2)


class Earlier(Protocol):
    async def begun(self) -> bool:
        """False: what an earlier release has written is not noted yet."""

    async def begin(self) -> None: ...
    async def tenants(self) -> list[str]: ...
    async def has_any(self, tenant: str, first: datetime, end: datetime) -> bool: ...
    async def not_noted(self, hour: Span, limit: int) -> list[Changed]:
        """Pieces that a release has written which marks nothing."""

    async def note(self, noted: Sequence[Changed]) -> None:
        """Unless they have changed again."""


class Sharing(Protocol):
    async def share(self, changed: Sequence[Changed]) -> set[Span]: ...


async def catch_up(earlier: Earlier, pieces: Sharing, marks: Marks, now: datetime) -> None:
    """Again after a crash: what is noted is not noted twice. Until its end has been reached once, reports read pieces
    alone."""
    begun = await earlier.begun()
    for tenant in await earlier.tenants():
        async for hour in _hours(earlier, tenant, now - (BESIDE if begun else ASKED_FOR), now):
            while some := await earlier.not_noted(hour, AT_ONCE):
                stood = {Span(tenant, Length.HOUR, before) for one in some for before in one.hours}
                await marks.put({hour} | stood | await pieces.share(some), now)
                await earlier.note(some)
    await earlier.begin()


async def _hours(earlier: Earlier, tenant: str, since: datetime, now: datetime) -> AsyncIterator[Span]:
    """In which something was said."""
    day = day_of(since)
    while day <= now:
        if await earlier.has_any(tenant, day, day + DAY):
            for number in range(24):
                start = day + number * HOUR
                if await earlier.has_any(tenant, start, start + HOUR):
                    yield Span(tenant, Length.HOUR, start)
        day += DAY
