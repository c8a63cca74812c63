"""Tenants whose rules are looked at, each by one worker at a time, and no more often than is said.

Not by lease.py: a filter by the store's clock reads all tenants in the embedded store, and they are many. Whoever takes
one puts off when it is due, so another takes over when that has passed; clocks may differ by seconds. Times are numbers
(milliseconds), since they are compared within an update.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final
from uuid import uuid4

from pymongo import UpdateOne

from ratchet_common.mongo import Database, Document, waiting_is_worth_it

LEASE: Final = timedelta(seconds=60)
AT_ONCE: Final = 200  # due tenants that are asked for together
SHUFFLE: Final = SystemRandom()


@dataclass(frozen=True, slots=True)
class Look:
    tenant: str
    taken: Document


class MongoWatched:
    def __init__(self, database: Database) -> None:
        self._tenants = database.watched_tenants
        self._due: list[Document] = []  # as they were when they were asked for, in any order: others are at them too

    async def create_indexes(self) -> None:
        await self._tenants.create_index("due")

    async def stir(self, tenants: Collection[str], now: datetime) -> None:
        """Something happened there. Due now, or when its rest, or the look that goes on, is over; one that is due
        already stays so from when it was."""
        at = _ms(now)
        soon = {"$min": [{"$ifNull": ["$due", at]}, {"$max": [{"$ifNull": ["$earliest", at]}, at]}]}
        stirred = [{"$set": {"token": uuid4().hex, "stirred": at, "due": soon}}]
        if tenants:
            with waiting_is_worth_it():
                await self._tenants.bulk_write(
                    [UpdateOne({"_id": one}, stirred, upsert=True) for one in sorted(tenants)], ordered=False
                )

    async def take(self, now: datetime) -> Look | None:
        """One that is due and that nobody looks at."""
        at = _ms(now)
        with waiting_is_worth_it():
            if not self._due:
                self._due = await self._tenants.find({"due": {"$lte": at}}).limit(AT_ONCE).to_list()
                SHUFFLE.shuffle(self._due)
            while self._due:
                one = self._due.pop()
                epoch, until = one.get("epoch", 0) + 1, _ms(now + LEASE)
                mine = await self._tenants.update_one(
                    {"_id": one["_id"], "due": one["due"], "token": one["token"]},
                    {"$set": {"due": until, "earliest": until, "epoch": epoch}},
                )
                if mine.matched_count:
                    return Look(one["_id"], one | {"epoch": epoch})
        return None

    async def late_by(self, now: datetime) -> timedelta:
        """How long the one that waits longest has been due; nothing where none is."""
        at = _ms(now)
        with waiting_is_worth_it():
            waiting = self._tenants.find({"due": {"$lte": at}}, {"due": 1}).sort("due", 1).limit(1)
            first = await waiting.to_list()
        return timedelta(milliseconds=at - first[0]["due"] if first else 0)

    async def rest(self, look: Look, now: datetime, *, every: timedelta, idle: timedelta, drop: timedelta) -> None:
        """Looked at again after `every` if it was stirred since it was taken; else after `idle`, until nothing has
        happened there for as long as `drop`."""
        taken, earliest = look.taken, _ms(now + every)
        mine = {"_id": look.tenant, "epoch": taken["epoch"]}
        unchanged = mine | {"token": taken["token"]}
        with waiting_is_worth_it():
            if _ms(now) - taken["stirred"] > drop / timedelta(milliseconds=1):
                over = (await self._tenants.delete_one(unchanged)).deleted_count
            else:
                calm = {"$set": {"due": _ms(now + idle), "earliest": earliest}}
                over = (await self._tenants.update_one(unchanged, calm)).matched_count
            if not over:
                await self._tenants.update_one(mine, {"$set": {"due": earliest, "earliest": earliest}})


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
