"""A tenant's rules: its own, and the defaults unless they are switched off."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime

from ratchet_common.mongo import Database, waiting_is_worth_it
from ratchet_monitor.alerts.defaults import with_defaults
from ratchet_monitor.alerts.rules import Rule
from ratchet_monitor.buckets import Cell
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.store.buckets import MongoBuckets
from ratchet_monitor.store.named import MongoNamed
from ratchet_monitor.store.watched import MongoWatched


class MongoRules:
    def __init__(self, database: Database, *, defaults: bool) -> None:
        """`defaults`: the operator's word, where the tenant has none of its own."""
        self.own = MongoNamed(database.alert_rules, Rule)
        self._switches, self._defaults = database.alert_defaults, defaults

    async def create_indexes(self) -> None:
        await self.own.create_indexes()

    async def of(self, tenant: str) -> Sequence[Rule]:
        return with_defaults(await self.own.all(tenant), defaults=await self.defaults(tenant))

    async def defaults(self, tenant: str) -> bool:
        with waiting_is_worth_it():
            found = await self._switches.find_one({"_id": tenant})
        return bool(found["enabled"]) if found else self._defaults

    async def switch(self, tenant: str, *, enabled: bool) -> None:
        with waiting_is_worth_it():
            await self._switches.update_one({"_id": tenant}, {"$set": {"enabled": enabled}}, upsert=True)


class Stirring:
    """Where an hour has new numbers, its tenant's rules are looked at."""

    def __init__(self, watched: MongoWatched) -> None:
        self._watched = watched

    async def set(self, keys: Collection[TaskKey]) -> None:
        await self._watched.stir({key.tenant for key in keys}, datetime.now(UTC))


class HourCells:
    def __init__(self, buckets: MongoBuckets) -> None:
        self._buckets = buckets

    async def cells(self, tenant: str, since: datetime) -> AsyncIterator[tuple[datetime, str, Cell]]:
        async for hour in self._buckets.hours(tenant, since):
            for cell in hour.cells:
                yield hour.hour, hour.task_type, cell
