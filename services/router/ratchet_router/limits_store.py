"""Where replicas take their slices from: one document an allowance, every change of it one atomic write by its `_id`.

The condition stands in the filter of an update, not in what an update gives back: not every store gives back atomically
what it changed. An upsert whose filter misses meets the `_id` of the document that is there.
"""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bson import Int64
from pymongo import ASCENDING, UpdateOne
from pymongo.errors import DuplicateKeyError

from ratchet_common.mongo import Database, Document, waiting_is_worth_it
from ratchet_router.limits.allowances import MICRO, Allowance, in_bucket, worth_us
from ratchet_router.limits.settling import GivenBack

RECEIPTS = 50  # remembered: more than one replica gives back while another may still repeat itself
KEPT_BUDGET = timedelta(days=2)  # after its end
KEPT_RATE = timedelta(hours=1)  # a bucket is full after a minute


class MongoLimitsStore:
    def __init__(self, database: Database) -> None:
        self._database, self._allowances = database, database.allowances

    async def create_indexes(self) -> None:
        with waiting_is_worth_it():
            await self._allowances.create_index([("expires_at", ASCENDING)], expireAfterSeconds=0)

    async def clock_ahead_s(self) -> float:
        """By how much the store's clock is ahead of ours."""
        asked = time.time()
        with waiting_is_worth_it():
            said = await self._database.command("hello")
        between = (asked + time.time()) / 2
        return float(said["localTime"].replace(tzinfo=UTC).timestamp() - between)

    async def left(self, allowance: Allowance, now: float) -> int:
        with waiting_is_worth_it():
            found = await self._allowances.find_one({"_id": allowance.key}) or {}
        if allowance.is_rate:
            return in_bucket(found.get("full_at", 0), int(now * MICRO), allowance.limit)
        return max(0, allowance.limit - int(found.get("taken", 0)))

    async def take(self, allowance: Allowance, amount: int, now: float) -> bool:
        """All of it or nothing. Raises RetryLaterError, and then it may be gone all the same."""
        if amount > allowance.limit:
            return False
        wanted = {"_id": allowance.key} | _while_enough(allowance, amount, now)
        try:
            with waiting_is_worth_it():
                done = await self._allowances.update_one(wanted, _taken(allowance, amount, now), upsert=True)
        except DuplicateKeyError:  # it was made a moment before, or there is not enough
            with waiting_is_worth_it():
                done = await self._allowances.update_one(wanted, _taken(allowance, amount, now))
        return bool(done.matched_count or done.upserted_id is not None)

    async def owe(self, allowance: Allowance, amount: int, now: float) -> None:
        """Takes what has been used already, whether or not it is there."""
        try:
            with waiting_is_worth_it():
                await self._allowances.update_one({"_id": allowance.key}, _taken(allowance, amount, now), upsert=True)
        except DuplicateKeyError:
            with waiting_is_worth_it():
                await self._allowances.update_one({"_id": allowance.key}, _taken(allowance, amount, now))

    async def give_back(self, given: Sequence[GivenBack]) -> None:
        if given:
            with waiting_is_worth_it():
                await self._allowances.bulk_write([_back(one) for one in given], ordered=False)

    async def hold(self, allowance: Allowance, name: str, amount: int) -> bool:
        """Of a budget. The hold stands in the budget itself, so that taking it and noting it are one write."""
        if await self._held(allowance.key, name) is not None:
            return True
        if amount > allowance.limit:
            return False
        wanted = {"_id": allowance.key, "holds.name": {"$ne": name}} | _while_enough(allowance, amount, 0.0)
        kept = {"$push": {"holds": {"name": name, "amount": Int64(amount)}}}
        change: Document = {**_budget_taken(allowance, amount), **kept}
        try:
            with waiting_is_worth_it():
                done = await self._allowances.update_one(wanted, change, upsert=True)
        except DuplicateKeyError:  # it was made a moment before, or there is not enough, or it is held
            with waiting_is_worth_it():
                done = await self._allowances.update_one(wanted, change)
        if done.matched_count or done.upserted_id is not None:
            return True
        return await self._held(allowance.key, name) is not None

    async def settle(self, key: str, name: str, used: int) -> None:
        if (amount := await self._held(key, name)) is None:
            return
        over = {"$inc": {"taken": Int64(used - amount)}, "$pull": {"holds": {"name": name}}}
        with waiting_is_worth_it():
            await self._allowances.update_one({"_id": key, "holds.name": name}, over)

    async def _held(self, key: str, name: str) -> int | None:
        with waiting_is_worth_it():
            found = await self._allowances.find_one({"_id": key, "holds.name": name}, {"holds": 1}) or {}
        return next((int(one["amount"]) for one in found.get("holds", []) if one["name"] == name), None)


def _while_enough(allowance: Allowance, amount: int, now: float) -> Document:
    if allowance.is_rate:
        bucket_us = worth_us(allowance.limit - amount, allowance.limit)
        return {"full_at": {"$lte": Int64(int(now * MICRO) + bucket_us)}}
    return {"taken": {"$lte": Int64(allowance.limit - amount)}}


def _taken(allowance: Allowance, amount: int, now: float) -> Document | list[Document]:
    if not allowance.is_rate:
        return _budget_taken(allowance, amount)
    since: Document = {"$max": [{"$ifNull": ["$full_at", Int64(0)]}, Int64(int(now * MICRO))]}
    full_at = {"$add": [since, Int64(worth_us(amount, allowance.limit))]}
    expires = datetime.fromtimestamp(now, UTC) + KEPT_RATE
    return [{"$set": {"full_at": full_at, "tenant": allowance.tenant, "expires_at": expires}}]


def _budget_taken(allowance: Allowance, amount: int) -> Document:
    expires = datetime.fromtimestamp(allowance.until, UTC) + KEPT_BUDGET
    return {
        "$inc": {"taken": Int64(amount)},
        "$setOnInsert": {"tenant": allowance.tenant, "expires_at": expires},
    }


def _back(given: GivenBack) -> UpdateOne:
    allowance = given.allowance
    less = (
        {"full_at": Int64(-worth_us(given.amount, allowance.limit))}
        if allowance.is_rate
        else {"taken": Int64(-given.amount)}
    )
    remembered = {"$push": {"receipts": {"$each": [given.receipt], "$slice": -RECEIPTS}}}
    return UpdateOne({"_id": allowance.key, "receipts": {"$ne": given.receipt}}, {"$inc": less, **remembered})
