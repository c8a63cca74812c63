"""The monitor's own store: every query that it makes stands in this folder."""

from ratchet_common.mongo import Database
from ratchet_monitor.hours import BucketKey, Keeping, TaskKey
from ratchet_monitor.store.buckets import MongoBuckets
from ratchet_monitor.store.experiments import MongoExperiments
from ratchet_monitor.store.facts import MongoFacts
from ratchet_monitor.store.marks import MongoMarks
from ratchet_monitor.store.qualities import MongoQualities
from ratchet_monitor.store.shadows import MongoShadows
from ratchet_monitor.store.traces import MongoTraces


class MonitorStore:
    def __init__(self, database: Database, keeping: Keeping) -> None:
        self.facts = MongoFacts(database, keeping)
        self.traces = MongoTraces(self.facts, keeping)
        self.buckets = MongoBuckets(database, keeping)
        self.experiments = MongoExperiments(database)
        self.qualities = MongoQualities(database)
        self.shadows = MongoShadows(database, keeping)
        self.changed = MongoMarks(database.changed_hours, BucketKey, BucketKey._fields)
        self.to_compare = MongoMarks(database.changed_comparisons, TaskKey, TaskKey._fields)
        self.to_measure = MongoMarks(database.changed_quality, TaskKey, TaskKey._fields)

    async def create_indexes(self) -> None:
        await self.facts.create_indexes()
        await self.buckets.create_indexes()
        await self.experiments.create_indexes()
        await self.qualities.create_indexes()
        await self.shadows.create_indexes()
