"""Marks of hours and days that have to be added up anew. Each setting leaves a new token: clearing insists on the one
it saw."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from ratchet_common import lease
from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import upsert_where
from ratchet_feedback.rollups.rolling import Mark, due
from ratchet_feedback.rollups.spans import Length, Span

LEASE_S: Final = 60.0
TURN_S: Final = 30.0  # what changes all the time lets the others go first


class MongoChanged:
    def __init__(self, database: Database) -> None:
        self._marks = database.changed_spans

    async def create_indexes(self) -> None:
        await self._marks.create_index("due_at")
        await self._marks.create_index([("tenant", 1), ("start", 1)])

    async def put(self, spans: Collection[Span], now: datetime) -> None:
        token = uuid4().hex
        changes: list[tuple[Document, Document]] = [
            (
                {"_id": span.text},
                {"$set": span._asdict() | {"token": token}, "$setOnInsert": {"due_at": due(span, now)}},
            )
            for span in sorted(spans)
        ]
        await upsert_where(self._marks, changes)

    async def take(self, now: datetime) -> Mark | None:
        taken = await lease.take(self._marks, {"due_at": {"$lte": now}}, seconds=LEASE_S, order="due_at")
        return Mark(_span(taken), taken) if taken else None

    async def done(self, mark: Mark) -> None:
        document: Any = mark.taken
        with waiting_is_worth_it():
            cleared = await self._marks.delete_one({**lease.held(document), "token": document["token"]})
        if not cleared.deleted_count:
            await self.put_back(mark)

    async def put_back(self, mark: Mark) -> None:
        document: Any = mark.taken
        await lease.renew(self._marks, document, seconds=TURN_S)

    async def of(self, tenant: str, since: datetime) -> set[Span]:
        with waiting_is_worth_it():
            found = await self._marks.find({"tenant": tenant, "start": {"$gte": since}}).to_list()
        return {_span(document) for document in found}


def _span(document: Document) -> Span:
    return Span(document["tenant"], Length(document["length"]), document["start"])
