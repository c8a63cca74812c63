"""Pieces of feedback, their marks and what they add up to, as the store has them, in memory."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from ratchet_feedback.rollups.hearing import Hearing
from ratchet_feedback.rollups.pieces import JOINED, Piece
from ratchet_feedback.rollups.rolling import Changed, Mark, add_up_once, due, mark_changed
from ratchet_feedback.rollups.spans import Length, Range, Span, hour_at
from ratchet_feedback.rollups.sums import Rollup
from ratchet_feedback.store.documents import place
from ratchet_feedback.store.rollups import decoded, encoded

TENANT = "acme"


@dataclass
class Stored:
    piece: Piece
    user: str
    stood: set[datetime]
    changes: int = 1
    unmarked: bool = True
    noted: bool = True


@dataclass
class InMemory:
    kept: dict[bytes, Stored] = field(default_factory=dict)
    due: dict[Span, datetime] = field(default_factory=dict)
    tokens: dict[Span, int] = field(default_factory=dict)
    rollups: dict[Span, tuple[int, bytes]] = field(default_factory=dict)
    has_begun: bool = True
    by_an_earlier_release: bool = False  # what is done marks nothing
    reads: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def hearing(self) -> Hearing:
        return Hearing(self, self, self, self)

    @property
    def pieces(self) -> list[Piece]:
        return [one.piece for one in self.kept.values()]

    def say(self, key: bytes, user: str, piece: Piece) -> None:
        quiet, before = self.by_an_earlier_release, self.kept.get(key)
        stood = (before.stood if before else set()) | (set() if quiet else {hour_at(piece.place)})
        shared = bool(before and before.piece.shared)
        changes = (before.changes if before else 0) + (not quiet)
        unmarked = bool(before and before.unmarked) or not quiet
        noted = before.noted if before else not quiet
        self.kept[key] = Stored(replace(piece, shared=shared), user, stood, changes, unmarked, noted)

    def change(self, key: bytes, **fields: object) -> None:
        its = self.kept[key]
        its.piece = replace(its.piece, **fields)  # type: ignore[arg-type]  # any of its fields
        if fields.get("state") == JOINED:
            its.noted = not self.by_an_earlier_release
        if not self.by_an_earlier_release:
            its.changes, its.unmarked = its.changes + 1, True

    async def erase(self, user: str, now: datetime) -> None:
        of_user = [key for key, its in self.kept.items() if its.user == user]
        gone = [self.kept.pop(key) for key in of_user]
        hours = {hour for its in gone for hour in (*its.stood, hour_at(its.piece.place))}
        if not self.by_an_earlier_release:
            await self.put([Span(TENANT, Length.HOUR, hour) for hour in hours], now)

    async def mark(self, now: datetime) -> None:
        while await mark_changed(self, self, now):
            pass

    async def add_up(self, now: datetime) -> None:
        while await add_up_once(self, self, self, now):
            pass

    async def changed(self, limit: int) -> list[Changed]:
        return [self.as_changed(key) for key, its in self.kept.items() if its.unmarked][:limit]

    def as_changed(self, key: bytes) -> Changed:
        its = self.kept[key]
        return Changed(
            key=key,
            tenant=TENANT,
            about=its.piece.about,
            hour=hour_at(its.piece.place),
            hours=tuple(its.stood),
            number=its.changes,
        )

    async def share(self, changed: Sequence[Changed]) -> set[Span]:
        found = set()
        for about in {one.about for one in changed}:
            words = [its for its in self.kept.values() if its.piece.about == about and its.piece.is_word]
            for its in words if len(words) > 1 else ():
                if not its.piece.shared:
                    its.piece = replace(its.piece, shared=True)
                    its.changes, its.unmarked = its.changes + 1, True
                    found.add(Span(TENANT, Length.HOUR, hour_at(its.piece.place)))
        return found

    async def marked(self, changed: Sequence[Changed]) -> None:
        for one in changed:
            its = self.kept[one.key]
            if its.changes == one.number:
                its.unmarked, its.stood = False, {one.hour}

    async def of_hour(self, span: Span) -> AsyncIterator[Piece]:
        for piece in self.pieces:
            if hour_at(piece.place) == span.start:
                yield piece

    async def unmarked(self, tenant: str, limit: int) -> tuple[set[datetime], bool]:
        changed = [one for one in await self.changed(limit) if one.tenant == tenant]
        return {hour for one in changed for hour in (*one.hours, one.hour)}, len(changed) < limit

    async def within(self, tenant: str, time: Range, most: int) -> tuple[list[Piece], bool]:
        found = in_time(self.pieces, time) if tenant == TENANT else []
        self.reads["pieces"] += len(found)
        return found[-most:], len(found) <= most

    async def shared(self, tenant: str, time: Range, most: int) -> tuple[list[Piece], bool]:
        found = [piece for piece in in_time(self.pieces, time) if piece.shared and tenant == TENANT]
        return found[-most:], len(found) <= most

    async def put(self, spans: Collection[Span], now: datetime) -> None:
        for span in spans:
            self.due.setdefault(span, due(span, now))
            self.tokens[span] = self.tokens.get(span, 0) + 1

    async def take(self, now: datetime) -> Mark | None:
        ready = sorted(span for span, at in self.due.items() if at <= now)
        return Mark(ready[0], self.tokens[ready[0]]) if ready else None

    async def done(self, mark: Mark) -> None:
        if self.tokens[mark.span] == mark.taken:
            del self.due[mark.span]

    async def put_back(self, mark: Mark) -> None: ...

    async def of(self, tenant: str, since: datetime) -> set[Span]:
        return {span for span in self.due if (span.tenant, span.start >= since) == (tenant, True)}

    async def built(self, span: Span) -> int:
        return self.rollups[span][0] if span in self.rollups else 0

    async def write(self, span: Span, rollup: Rollup, *, after: int) -> bool:
        if await self.built(span) != after:
            return False
        self.rollups[span] = after + 1, encoded(rollup)
        return True

    async def hours_of(self, day: Span) -> AsyncIterator[Rollup]:
        async for _, rollup in self.told(day.tenant, Length.HOUR, day.start, day.end):
            yield rollup

    async def told(
        self, tenant: str, length: Length, first: datetime, end: datetime | None
    ) -> AsyncIterator[tuple[datetime, Rollup]]:
        for span, (_, contents) in list(self.rollups.items()):
            if (
                (span.tenant, span.length) == (tenant, length)
                and first <= span.start
                and (end is None or span.start < end)
            ):
                self.reads[length] += 1
                yield span.start, decoded(contents)

    async def starts(self, tenant: str, first: datetime, end: datetime) -> set[datetime]:
        hours = {span for span in self.rollups if (span.tenant, span.length) == (tenant, Length.HOUR)}
        return {span.start for span in hours if first <= span.start < end}

    async def begun(self) -> bool:
        return self.has_begun


def in_time(pieces: Collection[Piece], time: Range) -> list[Piece]:
    since, until = time
    found = [one for one in pieces if place(since) <= one.place and (until is None or one.place < place(until))]
    return sorted(found, key=lambda one: one.place)


def result_of(about: bytes) -> UUID:
    return UUID(bytes=about)
