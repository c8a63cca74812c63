"""Use case: what has changed has its hour marked; a marked hour is added up anew from its pieces, and its day from its
hours. Nothing is incremented: a word that is replaced, joined late or erased is right again with the next time.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from ratchet_feedback.rollups.pieces import Piece
from ratchet_feedback.rollups.spans import Length, Span
from ratchet_feedback.rollups.sums import Rollup, added

AT_ONCE: Final = 500
OVER: Final = timedelta(minutes=1)  # after its end a span is hardly changed by what has just been said
SETTLES: Final = timedelta(seconds=5)  # so long more changes of an earlier hour are gathered


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A piece that has changed for the `number`th time. `hours`: where it stood since they were last marked for it.

    `joined`: the revision that was joined with its answer; None: none was.
    """

    key: bytes
    tenant: str
    about: bytes
    hour: datetime
    hours: tuple[datetime, ...]
    number: int
    joined: int | None = None


class ChangedPieces(Protocol):
    async def changed(self, limit: int) -> list[Changed]:
        """Since they were last done with (`marked`)."""

    async def share(self, changed: Sequence[Changed]) -> set[Span]:
        """Notes of which answers several users spoke. Returns the hours of pieces of which that was not known."""

    async def marked(self, changed: Sequence[Changed]) -> None:
        """They are done with, unless they have changed again."""

    def of_hour(self, span: Span) -> AsyncIterator[Piece]: ...


@dataclass(frozen=True, slots=True)
class Mark:
    span: Span
    taken: object  # the store's own: by it `done` sees whether the mark was set again


class Marks(Protocol):
    async def put(self, spans: Collection[Span], now: datetime) -> None:
        """Due once the span is over, and changes have been gathered for a little (`due`)."""

    async def take(self, now: datetime) -> Mark | None:
        """One that is due and that no other worker is at, under a lease."""

    async def done(self, mark: Mark) -> None:
        """Clears it, unless it was set again meanwhile: then it is due again after a while."""

    async def put_back(self, mark: Mark) -> None: ...


class Rollups(Protocol):
    async def built(self, span: Span) -> int:
        """How often."""

    async def write(self, span: Span, rollup: Rollup, *, after: int) -> bool:
        """False, and no change, where it was built again since it had been `after` times."""

    def hours_of(self, day: Span) -> AsyncIterator[Rollup]: ...


def due(span: Span, now: datetime) -> datetime:
    return max(span.end + OVER, now + SETTLES)


async def mark_changed(pieces: ChangedPieces, marks: Marks, now: datetime) -> bool:
    """One round. True: there may be more at once. A piece is done with last: a crash before that marks again."""
    changed = await pieces.changed(AT_ONCE)
    if not changed:
        return False
    shared = await pieces.share(changed)
    stood = {Span(one.tenant, Length.HOUR, hour) for one in changed for hour in (*one.hours, one.hour)}
    await marks.put(stood | shared, now)
    await pieces.marked(changed)
    return len(changed) == AT_ONCE


async def add_up_once(marks: Marks, pieces: ChangedPieces, rollups: Rollups, now: datetime) -> bool:
    """One marked hour or day. False: none was due."""
    mark = await marks.take(now)
    if mark is None:
        return False
    span = mark.span
    times = await rollups.built(span)
    if span.length is Length.DAY:
        rollup = added([hour async for hour in rollups.hours_of(span)])
    else:
        rollup = Rollup()
        async for piece in pieces.of_hour(span):
            rollup.add(piece, alone=not piece.shared)
    if not await rollups.write(span, rollup.bounded(), after=times):
        await marks.put_back(mark)
        return True
    if span.length is Length.HOUR:
        await marks.put([span.of_day], now)
    await marks.done(mark)
    return True
