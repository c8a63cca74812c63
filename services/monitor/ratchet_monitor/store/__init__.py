"""The monitor's own store: every query that it makes stands in this folder."""

from datetime import UTC, datetime

from ratchet_common.mongo import Database
from ratchet_monitor.alerts.receivers import Receiver
from ratchet_monitor.alerts.silences import Silence
from ratchet_monitor.budgets.budget import Budget
from ratchet_monitor.held import Held
from ratchet_monitor.hours import BucketKey, Keeping, TaskKey
from ratchet_monitor.store.alert_rules import MongoRules
from ratchet_monitor.store.alerts import MongoAlerts
from ratchet_monitor.store.buckets import MongoBuckets
from ratchet_monitor.store.changed_hours import ChangedHours
from ratchet_monitor.store.deliveries import MongoDeliveries
from ratchet_monitor.store.experiments import MongoExperiments
from ratchet_monitor.store.facts import MongoFacts
from ratchet_monitor.store.incurred import MongoIncurred
from ratchet_monitor.store.ledger import MongoLedger
from ratchet_monitor.store.looks import MongoLooks
from ratchet_monitor.store.marks import MongoMarks
from ratchet_monitor.store.named import MongoNamed
from ratchet_monitor.store.qualities import MongoQualities
from ratchet_monitor.store.shadows import MongoShadows
from ratchet_monitor.store.slots import MongoSlots
from ratchet_monitor.store.streams import MongoStreams
from ratchet_monitor.store.studies import MongoStudies
from ratchet_monitor.store.traces import MongoTraces
from ratchet_monitor.store.watched import MongoWatched


class MonitorStore:
    def __init__(
        self, database: Database, keeping: Keeping, *, alert_defaults: bool = True, held: Held | None = None
    ) -> None:
        """`held`: what finished days add up to, kept in memory; as much as the settings' default if left out."""
        self.facts = MongoFacts(database, keeping)
        self.held = Held() if held is None else held
        self.buckets = MongoBuckets(database, keeping, self.held)
        self.ledger = MongoLedger(database, keeping, self.held)
        self.experiments = MongoExperiments(database)
        self.studies = MongoStudies(database)
        self.qualities = MongoQualities(database)
        self.shadows = MongoShadows(database, keeping)
        self.incurred = MongoIncurred(database, keeping)
        self.looks = MongoLooks(database)
        self.streams = MongoStreams(database, keeping)
        self.to_stream = MongoMarks(database.changed_streams, BucketKey, BucketKey._fields)
        self.changed = ChangedHours(database.changed_hours)
        self.traces = MongoTraces(self.facts, self.ledger, self.changed, keeping)
        self.to_compare = MongoMarks(database.changed_comparisons, TaskKey, TaskKey._fields)
        self.to_study = MongoMarks(database.changed_studies, TaskKey, TaskKey._fields)
        self.to_measure = MongoMarks(database.changed_quality, TaskKey, TaskKey._fields)
        self.slots = MongoSlots(database)
        self.watched = MongoWatched(database)
        self.alerts = MongoAlerts(database, self._stir)
        self.rules = MongoRules(database, defaults=alert_defaults)
        self.receivers = MongoNamed(database.alert_receivers, Receiver)
        self.silences = MongoNamed(database.alert_silences, Silence)
        self.deliveries = MongoDeliveries(database)
        self.budgets = MongoNamed(database.budgets, Budget)

    async def create_indexes(self) -> None:
        await self.facts.create_indexes()
        await self.buckets.create_indexes()
        await self.changed.create_indexes()
        await self.ledger.create_indexes()
        await self.experiments.create_indexes()
        await self.studies.create_indexes()
        await self.qualities.create_indexes()
        await self.shadows.create_indexes()
        await self.incurred.create_indexes()
        await self.looks.create_indexes()
        await self.streams.create_indexes()
        for one in (
            self.slots,
            self.watched,
            self.alerts,
            self.rules,
            self.receivers,
            self.silences,
            self.deliveries,
            self.budgets,
        ):
            await one.create_indexes()

    async def look_for_builds(self) -> None:
        """Of days that an earlier release built beside this one (builds.py)."""
        await self.buckets.of_days.told.look_again()
        await self.ledger.of_days.told.look_again()

    async def _stir(self, tenant: str) -> None:
        await self.watched.stir({tenant}, datetime.now(UTC))
