"""Hours into which something came that is not in their numbers yet, in the order in which they are built."""

import time
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_monitor.behind import MOST as MOST_BEHIND
from ratchet_monitor.hours import BucketKey
from ratchet_monitor.marks import Mark
from ratchet_monitor.store.marks import MongoMarks
from ratchet_monitor.turns import FRESH, Turns, Waiting, is_fresh

KNOWN: Final = 5_000  # of which the next is chosen
FRESH_S: Final = 1.0  # so often it is asked for those that go on now
ALL_S: Final = 30.0  # and for all, and as soon as none is known
BACK: Final = tuple(timedelta(days=days) for days in (1, 2, 4, 8, 16, 32, 64))
LONG_AGO: Final = float("-inf")


class ChangedHours(MongoMarks[BucketKey]):
    def __init__(self, collection: AsyncCollection[Document]) -> None:
        super().__init__(collection, BucketKey, BucketKey._fields)
        self._turns = Turns()
        self._known: dict[BucketKey, Waiting] = {}  # as they were when they were asked for
        self._asked = self._asked_for_all = LONG_AGO

    async def create_indexes(self) -> None:
        await self._collection.create_index("hour")
        await self._collection.create_index([("tenant", 1), ("hour", 1)])

    async def take_some(self, now: datetime) -> Sequence[Mark[BucketKey]]:
        for again in (False, True):
            await self._look(now, again=again)
            while chosen := self._turns.next(self._known.values(), now):
                for one in chosen:
                    del self._known[one.key]
                if marks := await self._hold([(one.key.text, one.tries) for one in chosen]):
                    return marks
        return []

    async def of(
        self, tenant: str, since: datetime, until: datetime | None = None, task_type: str = ""
    ) -> list[Waiting]:
        """Of the hours from `since` on, before `until`: at most so many as are counted. Without a task: of all."""
        wanted: Document = {"tenant": tenant, "hour": {"$gte": since} | ({"$lt": until} if until else {})}
        wanted |= {"task_type": task_type} if task_type else {}
        fields = dict.fromkeys((*BucketKey._fields, "since"), 1)
        with waiting_is_worth_it():
            return [_waiting(one) for one in await self._collection.find(wanted, fields).limit(MOST_BEHIND).to_list()]

    async def _look(self, now: datetime, *, again: bool) -> None:
        at = time.monotonic()
        if again or at > self._asked_for_all + ALL_S:
            self._asked = self._asked_for_all = at
            self._known = _by_key(await self._all(now))
        elif self._known and at > self._asked + FRESH_S:
            self._asked = at
            old = {key: one for key, one in self._known.items() if not is_fresh(key.hour, now)}
            self._known = old | _by_key(await self._free({"hour": {"$gt": now - FRESH}}, KNOWN))

    async def _all(self, now: datetime) -> list[Document]:
        """If they are more than are known at a time: those that wait longest, and the newest."""
        found = await self._free({}, KNOWN)
        if len(found) < KNOWN:
            return found
        newest = await self._free({"hour": {"$gt": now - FRESH}}, KNOWN)
        until = now - FRESH
        for back in BACK:
            if len(newest) >= KNOWN:
                break
            newest += await self._free({"hour": {"$gt": now - FRESH - back, "$lte": until}}, KNOWN)
            until = now - FRESH - back
        return [*found, *newest]


def _by_key(found: Collection[Document]) -> dict[BucketKey, Waiting]:
    return {one.key: one for one in map(_waiting, found)}


def _waiting(document: Document) -> Waiting:
    key = BucketKey(**{name: document[name] for name in BucketKey._fields})
    return Waiting(key, document.get("since", key.hour), document.get("tries", 0))  # earlier releases kept no `since`
