"""One document an hour, or a day, of a task, written whole: the numbers packed in one field.

Packed, a thousand counts of a sketch are read as one field and not as a thousand; their names travel with them, so
what is added later reads as nothing in what is there. Beside it lie its columns (columns.py), which are read without
it. They are told from where they are of the same build as the contents, and laid out as this release lays them out:
an earlier one writes the contents alone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from bson import Binary
from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Document, duplicates_are_fine, waiting_is_worth_it
from ratchet_monitor.buckets import Cell, Contents, Period
from ratchet_monitor.columns import LAYOUT, View, columns_of
from ratchet_monitor.histogram import of_old_bins
from ratchet_monitor.hours import BucketKey
from ratchet_monitor.store.documents import struct_of
from ratchet_monitor.stretches import Day

READ_AT_ONCE = 200
MOST_BUILDS = 5_000  # that come in one go
HOUR_DIGITS = 10  # an `_id` begins with its hour
UNPACKED_AT_ONCE = 16  # beside the event loop; then others have their turn
WHOLE = dict.fromkeys(("task_type", "hour", "built", "packed", "cells"), 1)


class Columns(NamedTuple):
    task_type: str
    start: datetime
    views: Mapping[View, bytes]

    @property
    def counted(self) -> bytes:
        return self.views["kinds"]


class MongoContents:
    def __init__(self, collection: AsyncCollection[Document], until: Callable[[datetime], datetime]) -> None:
        """`until`: when a document of that start may go."""
        self.collection, self._until = collection, until

    async def create_indexes(self) -> None:
        await self.collection.create_index([("tenant", 1), ("hour", 1)])
        await self.collection.create_index([("task", 1), ("hour", 1)])
        await self.collection.create_index("until", expireAfterSeconds=0)

    async def built(self, key: BucketKey) -> tuple[int, int]:
        """How often, and how many predictions it holds; zeros if never."""
        return (await self.builds([key])).get(key, (0, 0))

    async def builds(self, keys: Collection[BucketKey]) -> dict[BucketKey, tuple[int, int]]:
        """Of each that was ever built: how often, and how many predictions it holds."""
        by_id = {key.text: key for key in keys}
        with waiting_is_worth_it():
            found = self.collection.find({"_id": {"$in": list(by_id)}}, {"built": 1, "predictions": 1})
            return {by_id[one["_id"]]: (one["built"], one["predictions"]) async for one in found}

    async def write(self, key: BucketKey, contents: Contents, *, after: int) -> bool:
        """False, and no change, where it was built again since it had been `after` times."""
        numbers = {"built": after + 1, "predictions": contents.predictions, **packed(contents, after + 1)}
        if after == 0 and await self._insert(key, numbers):
            return True
        with waiting_is_worth_it():
            result = await self.collection.update_one(
                {"_id": key.text, "built": after}, {"$set": numbers, "$unset": {"cells": ""}}
            )
        return result.matched_count == 1

    async def read(self, whose: Document, since: datetime, until: datetime | None = None) -> AsyncIterator[Period]:
        """`whose`: a filter on the tenant, or on a tenant's task. Those that start from `since` on, before `until`."""
        when = {"$gte": since} | ({"$lt": until} if until else {})
        with waiting_is_worth_it():
            async for some in self._some({**whose, "hour": when}):
                for period in await asyncio.to_thread(_periods, some):
                    yield period

    async def columns(
        self, whose: Document, views: Collection[View], since: datetime, until: datetime | None = None
    ) -> AsyncIterator[Columns]:
        """As `read`, without the rest. Where there are none of these contents, they are made here, and kept."""
        wanted = {**whose, "hour": {"$gte": since} | ({"$lt": until} if until else {})}
        fields = dict.fromkeys(("task_type", "hour", "built", "columns_built", "columns_as", *views), 1)
        without: list[str] = []
        with waiting_is_worth_it():
            async for document in self.collection.find(wanted, fields, batch_size=READ_AT_ONCE):
                if has_columns(document, views):
                    yield Columns(document["task_type"], document["hour"], {view: document[view] for view in views})
                else:
                    without.append(document["_id"])
            for start in range(0, len(without), READ_AT_ONCE):
                these = {"_id": {"$in": without[start : start + READ_AT_ONCE]}}
                async for some in self._some(these):
                    made = await asyncio.to_thread(_columns, some)
                    await self._keep(some, made)
                    for its in made:
                        yield its

    async def builds_of(self, whose: Document, since: datetime, until: datetime | None = None) -> dict[Day, int]:
        """How often each of a task was built, of those that start from `since` on, before `until`: the embedded store
        reads all that they hold to tell it."""
        wanted = {**whose, "hour": {"$gte": since} | ({"$lt": until} if until else {})}
        fields = {"_id": 0, "task_type": 1, "hour": 1, "built": 1}
        with waiting_is_worth_it():
            found = await self.collection.find(wanted, fields, batch_size=MOST_BUILDS).to_list()
        return {(one["task_type"], one["hour"]): one["built"] for one in found}

    async def all_built(self, since: datetime | None = None) -> AsyncIterator[dict[BucketKey, int]]:
        """How often each was built, of all tenants, some at a time: those that start from `since` on."""
        fields, some = dict.fromkeys((*BucketKey._fields, "built"), 1), dict[BucketKey, int]()
        those = {"_id": {"$gte": BucketKey("", "", since).text[:HOUR_DIGITS]}} if since else {}
        with waiting_is_worth_it():
            async for document in self.collection.find(those, fields, batch_size=READ_AT_ONCE):
                some[BucketKey(**{name: document[name] for name in BucketKey._fields})] = document["built"]
                if len(some) >= READ_AT_ONCE:
                    yield some
                    some = {}
        yield some

    async def is_empty(self) -> bool:
        with waiting_is_worth_it():
            return await self.collection.find_one({}, {"_id": 1}) is None

    async def _some(self, wanted: Document) -> AsyncIterator[list[Document]]:
        """Whole documents, a few at a time."""
        some: list[Document] = []
        async for document in self.collection.find(wanted, WHOLE, batch_size=READ_AT_ONCE):
            some.append(document)
            if len(some) >= UNPACKED_AT_ONCE:
                yield some
                some = []
        if some:
            yield some

    async def _keep(self, of: Iterable[Document], made: Iterable[Columns]) -> None:
        """But not beside contents that were written anew since."""
        writes = [
            UpdateOne({"_id": one["_id"], "built": one["built"]}, {"$set": _stored(its.views, one["built"])})
            for one, its in zip(of, made, strict=True)
        ]
        await self.collection.bulk_write(writes, ordered=False)

    async def _insert(self, key: BucketKey, numbers: Document) -> bool:
        own = {"_id": key.text, **key._asdict(), "task": key.task.text, "until": self._until(key.hour)}
        with waiting_is_worth_it(), duplicates_are_fine():
            inserted = await self.collection.insert_many([own | numbers], ordered=False)
            return bool(inserted.inserted_ids)
        return False


def packed(contents: Contents, built: int) -> Document:
    """Whole, and in columns."""
    return {"packed": Binary(msgspec.msgpack.encode(contents)), **_stored(columns_of(contents), built)}


def has_columns(document: Document, views: Collection[View]) -> bool:
    """Of the contents that it has, as this release lays them out."""
    of_it = document.get("columns_built") == document["built"] and document.get("columns_as") == LAYOUT
    return of_it and all(view in document for view in views)


def _stored(columns: Mapping[View, bytes], built: int) -> Document:
    return {"columns_built": built, "columns_as": LAYOUT, **{view: Binary(its) for view, its in columns.items()}}


def _periods(documents: Iterable[Document]) -> list[Period]:
    return [Period(one["task_type"], one["hour"], _contents(one)) for one in documents]


def _columns(documents: Iterable[Document]) -> list[Columns]:
    return [Columns(one["task_type"], one["hour"], columns_of(_contents(one))) for one in documents]


def _contents(document: Document) -> Contents:
    if "packed" in document:
        return msgspec.msgpack.decode(document["packed"], type=Contents)
    return _as_it_was(document["cells"])


def _as_it_was(cells: list[dict[str, Any]]) -> Contents:
    """Of an hour that was written before there were sketches: latencies lay in bins of 5 %."""
    kept: list[Cell] = []
    for stored in cells:
        cell = struct_of(Cell, stored)
        cell.tally.latencies = of_old_bins(cell.tally.latencies)
        kept.append(cell)
    return Contents(tuple(kept))
