"""The last hours in slots of five minutes: one document an hour of a task, written whole when the hour is built."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_common.upserts import upsert_where
from ratchet_monitor.buckets import SLOT_MINUTES, Cell, Cells
from ratchet_monitor.hours import BucketKey
from ratchet_monitor.store.documents import struct_of

READ_AT_ONCE: Final = 100
KEPT: Final = timedelta(hours=6)
LEFT_OUT: Final = ("calibration", "reliability", "strata")  # nobody asks for them of five minutes


class Slot(msgspec.Struct):
    number: int
    cells: Cells


class Slots(msgspec.Struct):
    task_type: str
    hour: datetime
    slots: tuple[Slot, ...]


class MongoSlots:
    def __init__(self, database: Database) -> None:
        self._slots = database.slots

    async def create_indexes(self) -> None:
        await self._slots.create_index([("tenant", 1), ("hour", 1)])
        await self._slots.create_index("until", expireAfterSeconds=0)

    async def write(self, key: BucketKey, slots: Mapping[int, Cells], *, built: int) -> None:
        """What was built later stays."""
        stored = [{"number": number, "cells": [_stored(cell) for cell in cells]} for number, cells in slots.items()]
        document = {**key._asdict(), "built": built, "slots": stored, "until": key.hour + KEPT}
        older = {"_id": key.text, "built": {"$not": {"$gte": built}}}
        await upsert_where(self._slots, [(older, {"$set": document})])

    async def cells(self, tenant: str, since: datetime) -> AsyncIterator[tuple[datetime, str, Cell]]:
        """Those of the slots from `since` on, each with the slot's beginning and its task."""
        hour = since.replace(minute=0, second=0, microsecond=0)
        with waiting_is_worth_it():
            async for document in self._slots.find({"tenant": tenant, "hour": {"$gte": hour}}, batch_size=READ_AT_ONCE):
                of_hour = struct_of(Slots, document)
                for slot in of_hour.slots:
                    at = of_hour.hour + timedelta(minutes=SLOT_MINUTES * slot.number)
                    if at >= since:
                        for cell in slot.cells:
                            yield at, of_hour.task_type, cell


def _stored(cell: Cell) -> Document:
    """Without zeros."""
    tally = msgspec.to_builtins(cell.tally, str_keys=True)
    return {
        "kind": msgspec.to_builtins(cell.kind),
        "tally": {name: value for name, value in tally.items() if value and name not in LEFT_OUT},
    }
