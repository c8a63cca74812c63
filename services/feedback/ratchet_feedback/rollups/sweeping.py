"""Use case: round after round every hour is looked at, and added up anew where its sums are not what its pieces say.

What this release changes marks its hours. An earlier one marks nothing: it may run beside this one while replicas are
replaced, and it may have had its place for months. It joins, replaces and erases, so nothing but the pieces themselves
tells which hours it has changed.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from ratchet_feedback.rollups.pieces import Piece
from ratchet_feedback.rollups.rolling import AT_ONCE, Changed, Marks
from ratchet_feedback.rollups.spans import DAY, HOUR, Length, Span, day_of
from ratchet_feedback.rollups.sums import Rollup, added

ASKED_FOR: Final = timedelta(days=2 * 365 + 1)  # a year and the year before it, at most
STRETCH: Final = timedelta(days=30)
BETWEEN: Final = timedelta(hours=6)  # two rounds

Clock = Callable[[], datetime]
Rest = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Turn:
    """Of a worker. Done with: the tenants before `tenant`, and of this one the hours from `hour` on. `first`: no round
    has come to its end yet."""

    first: bool
    taken: object  # the store's own
    tenant: str = ""
    hour: datetime | None = None

    def is_left(self, hour: Span) -> bool:
        if hour.tenant != self.tenant:
            return hour.tenant > self.tenant
        return self.hour is None or hour.start < self.hour


class Sweeps(Protocol):
    async def take(self, now: datetime) -> Turn | None:
        """Where the round stands, or a new one. None: another worker is at it, or none is due."""

    async def reached(self, turn: Turn, hour: Span) -> bool:
        """False: another worker has it now."""

    async def end(self, turn: Turn, next_at: datetime) -> None:
        """From now on reports trust hours and days."""

    async def tenants(self) -> list[str]:
        """In order. Of which there may be something."""

    async def has_any(self, tenant: str, first: datetime, end: datetime) -> bool:
        """Pieces."""

    def looked_at(self, hour: Span) -> AsyncIterator[tuple[Piece, Changed | None]]:
        """Its pieces, and which of them a release has written that marks nothing, and nobody has noted yet."""

    async def note(self, noted: Sequence[Changed]) -> None:
        """Unless such a release has joined them again."""


class Sharing(Protocol):
    async def share(self, changed: Sequence[Changed]) -> set[Span]: ...


class Rollups(Protocol):
    async def starts(self, tenant: str, first: datetime, end: datetime) -> set[datetime]:
        """Of the hours that are added up."""

    def told(
        self, tenant: str, length: Length, first: datetime, end: datetime | None
    ) -> AsyncIterator[tuple[datetime, Rollup]]: ...


@dataclass(frozen=True, slots=True)
class Sweep:
    """`pace`: at the start of a round it gives what is awaited after each piece of work. The first round of all does
    not rest: reports wait for its end."""

    sweeps: Sweeps
    pieces: Sharing
    marks: Marks
    rollups: Rollups
    now: Clock
    pace: Callable[[], Rest]

    async def go_on(self) -> None:
        """To the end of a round. After a crash a worker goes on where the last one was."""
        turn = await self.sweeps.take(self.now())
        if turn is None:
            return
        rest = _at_once if turn.first else self.pace()
        for tenant in (one for one in await self.sweeps.tenants() if one >= turn.tenant):
            for first, end in _stretches(self.now()):
                async for hour in self._hours(tenant, first, end):
                    if turn.is_left(hour):
                        await self.look_at(hour)
                        if not await self.sweeps.reached(turn, hour):
                            return
                        await rest()
                await rest()
        await self.sweeps.end(turn, self.now() + BETWEEN)

    async def look_at(self, hour: Span) -> None:
        """What changes meanwhile may look as if sums were wrong: then they are added up once more than is needed."""
        counted, unknown = Rollup(), list[Changed]()
        async for piece, changed in self.sweeps.looked_at(hour):
            counted.add(piece, alone=not piece.shared)
            if changed is not None:
                unknown.append(changed)
            if len(unknown) == AT_ONCE:
                await self._note(hour, unknown)
                unknown.clear()
        await self._note(hour, unknown)
        told = added([its async for _, its in self.rollups.told(hour.tenant, Length.HOUR, hour.start, hour.end)])
        if not told.tells_as(counted.bounded()):
            await self.marks.put([hour], self.now())

    async def _note(self, hour: Span, unknown: Sequence[Changed]) -> None:
        if unknown:
            stood = {Span(hour.tenant, Length.HOUR, before) for one in unknown for before in one.hours}
            await self.marks.put({hour} | stood | await self.pieces.share(unknown), self.now())
            await self.sweeps.note(unknown)

    async def _hours(self, tenant: str, first: datetime, end: datetime) -> AsyncIterator[Span]:
        """Of which something may be told; the latest first."""
        with_sums = await self.rollups.starts(tenant, first, end)
        if not with_sums and not await self.sweeps.has_any(tenant, first, end):
            return
        for day in reversed(range((end - first) // DAY)):
            start = first + day * DAY
            has_any = await self.sweeps.has_any(tenant, start, start + DAY)
            for hour in (start + number * HOUR for number in reversed(range(24))):
                if has_any or hour in with_sums:
                    yield Span(tenant, Length.HOUR, hour)


async def _at_once() -> None: ...


def _stretches(now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The latest first: most tenants have nothing in most of them."""
    end, first = day_of(now) + DAY, day_of(now - ASKED_FOR)
    while end > first:
        yield end - STRETCH, end
        end -= STRETCH
