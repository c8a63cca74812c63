"""Where rounds over the hours of feedback stand, in memory."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ratchet_feedback.rollups.pieces import Piece
from ratchet_feedback.rollups.rolling import Changed
from ratchet_feedback.rollups.spans import Span, hour_at
from ratchet_feedback.rollups.sweeping import Rest, Sweep, Turn
from tests.unit.feedback.pieces_in_memory import TENANT, InMemory, in_time


@dataclass
class Sweeping:
    """`dies_after`: so many hours, at which the worker is gone."""

    store: InMemory
    turn: Turn | None = None
    next_at: datetime | None = None
    rests: int = 0
    looks: list[datetime] = field(default_factory=list)
    dies_after: int | None = None

    async def go_on(self, now: datetime) -> None:
        await Sweep(self, self.store, self.store, self.store, lambda: now, self._pace).go_on()

    def _pace(self) -> Rest:
        async def rest() -> None:
            self.rests += 1

        return rest

    async def take(self, now: datetime) -> Turn | None:
        if self.next_at is not None and self.next_at > now:
            return None
        at = self.turn or Turn(not self.store.has_begun, None)
        return Turn(not self.store.has_begun, None, at.tenant, at.hour)

    async def reached(self, turn: Turn, hour: Span) -> bool:
        self.turn = Turn(turn.first, None, hour.tenant, hour.start)
        return len(self.looks) != self.dies_after

    async def end(self, _: Turn, next_at: datetime) -> None:
        self.store.has_begun, self.turn, self.next_at = True, None, next_at

    async def tenants(self) -> list[str]:
        return [TENANT]

    async def has_any(self, _: str, first: datetime, end: datetime) -> bool:
        return bool(in_time(self.store.pieces, (first, end)))

    async def looked_at(self, hour: Span) -> AsyncIterator[tuple[Piece, Changed | None]]:
        self.looks.append(hour.start)
        for key, its in list(self.store.kept.items()):
            if hour_at(its.piece.place) == hour.start:
                yield its.piece, None if its.stood and its.noted else self.store.as_changed(key)

    async def note(self, noted: Sequence[Changed]) -> None:
        for one in noted:
            self.store.kept[one.key].noted = True
            self.store.kept[one.key].stood.add(one.hour)
