"""What hours and days add up to, as documents: one a span, its sums as bytes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Final

import msgspec
from bson import Binary
from pymongo.errors import DuplicateKeyError

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_feedback.rollups.evidence import Evidence, Shown
from ratchet_feedback.rollups.spans import Length, Span
from ratchet_feedback.rollups.sums import Key, Rollup, Sums

READ_AT_ONCE: Final = 50


class _Contents(msgspec.Struct, array_like=True):
    waiting: dict[str, int]
    rows: list[tuple[Key, Sums]]
    shown: list[Shown]


class MongoRollups:
    def __init__(self, database: Database) -> None:
        self._rollups = database.rollups

    async def create_indexes(self) -> None:
        await self._rollups.create_index([("tenant", 1), ("length", 1), ("start", 1)])

    async def built(self, span: Span) -> int:
        with waiting_is_worth_it():
            found = await self._rollups.find_one({"_id": span.text}, {"built": 1})
        return int(found["built"]) if found else 0

    async def write(self, span: Span, rollup: Rollup, *, after: int) -> bool:
        contents = {"built": after + 1, "contents": encoded(rollup)}
        with waiting_is_worth_it():
            if after:
                still = {"_id": span.text, "built": after}
                return (await self._rollups.update_one(still, {"$set": contents})).matched_count == 1
            try:
                await self._rollups.insert_one({"_id": span.text} | span._asdict() | contents)
            except DuplicateKeyError:
                return False
        return True

    async def hours_of(self, day: Span) -> AsyncIterator[Rollup]:
        async for _, rollup in self.told(day.tenant, Length.HOUR, day.start, day.end):
            yield rollup

    async def starts(self, tenant: str, first: datetime, end: datetime) -> set[datetime]:
        wanted = {"tenant": tenant, "length": Length.HOUR.value, "start": {"$gte": first, "$lt": end}}
        with waiting_is_worth_it():
            return {document["start"] for document in await self._rollups.find(wanted, {"start": 1}).to_list()}

    async def told(
        self, tenant: str, length: Length, first: datetime, end: datetime | None
    ) -> AsyncIterator[tuple[datetime, Rollup]]:
        starts: Document = {"$gte": first} | ({"$lt": end} if end else {})
        wanted = {"tenant": tenant, "length": length.value, "start": starts}
        with waiting_is_worth_it():
            async for document in self._rollups.find(wanted, {"start": 1, "contents": 1}, batch_size=READ_AT_ONCE):
                yield document["start"], decoded(document["contents"])
                await asyncio.sleep(0)  # submissions have their turn


def encoded(rollup: Rollup) -> Binary:
    contents = _Contents(dict(rollup.waiting), list(rollup.rows.items()), rollup.evidence.best())
    return Binary(msgspec.msgpack.encode(contents))


def decoded(raw: bytes) -> Rollup:
    found, rollup = msgspec.msgpack.decode(raw, type=_Contents), Rollup()
    rollup.waiting.update(found.waiting)
    rollup.rows.update(found.rows)
    rollup.evidence = Evidence(found.shown)
    return rollup
