"""Use case: what was said in a time, out of days, hours, and of what has changed since they were added up the pieces.

An answer on which several users spoke is told from its pieces always: no sum of days knows that two words are on one.
"""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Protocol

from ratchet_feedback.rollups.answers import SpokenOf, by_answer
from ratchet_feedback.rollups.pieces import Piece
from ratchet_feedback.rollups.spans import (
    DAY,
    MOST_RANGES,
    Length,
    Parts,
    Range,
    Span,
    as_one,
    day_of,
    hour_at,
    hour_of,
    in_a_row,
    parts,
)
from ratchet_feedback.rollups.sums import Rollup

MOST_READ: Final = 20_000  # pieces, for one report: the embedded store needs some 0.1 ms for each
BEHIND: Final = 5_000  # pieces that have changed and whose hours are not marked yet


@dataclass(frozen=True, slots=True)
class Heard:
    """`answers`: those that were told from their pieces. `complete`, `all_answers`: false, some were more than is
    read."""

    sums: Rollup
    answers: list[SpokenOf] = field(default_factory=list)
    complete: bool = True
    all_answers: bool = True
    by_day: dict[date, Rollup] = field(default_factory=dict)


class Pieces(Protocol):
    async def unmarked(self, tenant: str, limit: int) -> tuple[set[datetime], bool]:
        """The hours of what has changed and was not marked yet. False: there is more of it."""

    async def within(self, tenant: str, time: Range, most: int) -> tuple[list[Piece], bool]:
        """False: there is more of it, and these are the latest."""

    async def shared(self, tenant: str, time: Range, most: int) -> tuple[list[Piece], bool]:
        """Of answers of which several users spoke. False: there is more of it, and these are the latest."""


class Marked(Protocol):
    async def of(self, tenant: str, since: datetime) -> set[Span]:
        """That start then or later."""


class Earlier(Protocol):
    async def begun(self) -> bool:
        """False: what an earlier release has written is not noted yet."""


class Rollups(Protocol):
    def told(
        self, tenant: str, length: Length, first: datetime, end: datetime | None
    ) -> AsyncIterator[tuple[datetime, Rollup]]:
        """Each with its start, of those that start in this time."""


@dataclass(frozen=True, slots=True)
class Hearing:
    pieces: Pieces
    marked: Marked
    rollups: Rollups
    earlier: Earlier
    most: int = MOST_READ

    async def heard(
        self, tenant: str, since: datetime, until: datetime | None = None, *, now: datetime, daily: bool = False
    ) -> Heard:
        """`until`: not included; None, up to now. What has changed is asked for first: what is marked while this reads
        is told as it was or as it is."""
        unmarked, caught_up = await self.pieces.unmarked(tenant, BEHIND)
        marked = await self.marked.of(tenant, day_of(since))
        hours = unmarked | {span.start for span in marked if span.length is Length.HOUR}
        days = {span.start for span in marked if span.length is Length.DAY}
        found = _Adding(daily)
        if not await self.earlier.begun():
            read, all_read = await self._read(tenant, [(since, until)])
            return found.heard(read, [], complete=all_read, all_answers=all_read)
        its = parts(since, until, now, hours, days)
        await self._add_rollups(tenant, (since, until), its, found)
        read, all_read = await self._read(tenant, its.pieces)
        several, all_several = await self.pieces.shared(tenant, (since, until), self.most)
        return found.heard(
            read,
            [piece for piece in several if hour_at(piece.place) not in its.open],
            complete=all_read and caught_up,
            all_answers=all_read and caught_up and all_several,
        )

    async def _add_rollups(self, tenant: str, time: Range, its: Parts, found: "_Adding") -> None:
        since, until = time
        async for start, rollup in self.rollups.told(tenant, Length.DAY, day_of(since), until):
            if start not in its.apart:
                found.add(start, rollup)
        for first, end in as_one(in_a_row(sorted(its.apart), DAY), MOST_RANGES):
            async for start, rollup in self.rollups.told(tenant, Length.HOUR, max(first, hour_of(since)), end):
                if day_of(start) in its.apart and start not in its.open and (until is None or start < until):
                    found.add(start, rollup)

    async def _read(self, tenant: str, ranges: Collection[Range]) -> tuple[list[Piece], bool]:
        """The latest first, as far as they may be read."""
        read: list[Piece] = []
        for time in reversed(list(ranges)):
            if len(read) == self.most:
                return read, False
            some, all_of_it = await self.pieces.within(tenant, time, self.most - len(read))
            read += some
            if not all_of_it:
                return read, False
        return read, True


class _Adding:
    def __init__(self, daily: bool) -> None:
        self._daily, self._whole = daily, Rollup()
        self._by_day: dict[date, Rollup] = {}

    def add(self, start: datetime, rollup: Rollup) -> None:
        self._whole.include(rollup)
        if self._daily:
            self._by_day.setdefault(start.date(), Rollup()).include(rollup)

    def heard(self, read: list[Piece], several: list[Piece], *, complete: bool, all_answers: bool) -> Heard:
        for piece in read:
            self._whole.add(piece, alone=False)
            if self._daily:
                self._by_day.setdefault(hour_at(piece.place).date(), Rollup()).add(piece, alone=False)
        return Heard(self._whole, by_answer([*read, *several]), complete, all_answers, self._by_day)
