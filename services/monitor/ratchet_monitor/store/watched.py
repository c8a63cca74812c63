"""Tenants whose rules are looked at, each by one worker at a time, and no more often than is said.

A look's lease goes on as the rest until the next one. A tenant that was stirred meanwhile rests the short time.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final
from uuid import uuid4

from pymongo import UpdateOne

from ratchet_common import lease
from ratchet_common.mongo import Database, Document, waiting_is_worth_it

LEASE_S: Final = 60.0
AT_ONCE: Final = 200  # due tenants that are asked for together
SHUFFLE: Final = SystemRandom()


@dataclass(frozen=True, slots=True)
class Look:
    tenant: str
    waited: timedelta  # since it was due
    taken: Document


class MongoWatched:
    def __init__(self, database: Database) -> None:
        self._tenants = database.watched_tenants
        self._due: list[str] = []  # as they were when they were asked for, in any order: others are at them too

    async def create_indexes(self) -> None:
        await self._tenants.create_index("due_at")

    async def stir(self, tenants: Collection[str], now: datetime) -> None:
        """Something happened there. Due now, or when its rest is over."""
        if not tenants:
            return
        token = uuid4().hex
        stirred = {"$set": {"token": token, "due_at": now, "stirred_at": now}}
        with waiting_is_worth_it():
            await self._tenants.bulk_write(
                [UpdateOne({"_id": one}, stirred, upsert=True) for one in sorted(tenants)], ordered=False
            )

    async def take(self, now: datetime) -> Look | None:
        """One that is due and that nobody looks at."""
        due = {"due_at": {"$lte": now}}
        if not self._due:
            with waiting_is_worth_it():
                found = await self._tenants.find(due | lease.FREE, {"_id": 1}).limit(AT_ONCE).to_list()
            self._due = [one["_id"] for one in found]
            SHUFFLE.shuffle(self._due)
        while self._due:
            taken = await lease.take(
                self._tenants, {"_id": self._due.pop()}, seconds=LEASE_S
            )  # by its key alone: cheap
            if taken and taken["due_at"] <= now:
                return Look(taken["_id"], now - taken["due_at"], taken)
            if taken:  # another worker was there before
                await lease.release(self._tenants, taken)
        return None

    async def rest(self, look: Look, now: datetime, *, every: timedelta, idle: timedelta, drop: timedelta) -> None:
        """Looked at again after `every` if it was stirred since it was taken; else after `idle`, until nothing has
        happened there for as long as `drop`."""
        taken = look.taken
        unchanged = {**lease.held(taken), "token": taken["token"]}
        with waiting_is_worth_it():
            if now - taken["stirred_at"] > drop:
                gone = await self._tenants.delete_one(unchanged)
                if gone.deleted_count:
                    return
            else:
                await self._tenants.update_one(unchanged, {"$set": {"due_at": now + idle}})
        await lease.renew(self._tenants, taken, seconds=every.total_seconds())

    async def put_back(self, look: Look) -> None:
        await lease.release(self._tenants, look.taken)
