"""What this replica knows of traffic, quality, experiments, cache epochs: in memory, at most 2 s behind the store."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from msgspec.structs import replace

from ratchet_common.events import (
    BASE_VERSION,
    EVERYONE,
    Calibration,
    EstimateTrained,
    ExperimentChanged,
    QualityMeasured,
    TrafficAssigned,
)
from ratchet_common.forgotten import Person
from ratchet_router.changed_documents import ChangedDocument, ChangedDocuments
from ratchet_router.epochs import Dropped, Epoch, Kind
from ratchet_router.routing import Measured

REFRESH_EVERY_S = 1.0
LOOK_BACK = timedelta(seconds=10)  # writes become visible later than the time that they carry
UNTOUCHED: Final = Epoch()


@dataclass(frozen=True, slots=True)
class Changes:
    """What was written since a time, and the latest time seen, by the store's clock."""

    traffic: Sequence[TrafficAssigned]
    quality: Sequence[QualityMeasured]
    epochs: Sequence[tuple[str, Epoch]]  # by tenant: what was dropped of its cache
    until: datetime | None
    experiments: Sequence[ExperimentChanged] = ()
    estimates: Sequence[EstimateTrained] = ()
    forgotten: Sequence[Person] = ()
    documents: Sequence[ChangedDocument] = ()


class SnapshotStore(Protocol):
    async def changes(self, since: datetime | None) -> Changes:
        """Raises RetryLaterError."""


Ready = Callable[[TrafficAssigned], bool]


def at_once(_: TrafficAssigned) -> bool:
    return True


class Snapshot:
    def __init__(self) -> None:
        self._traffic: dict[tuple[str, str], TrafficAssigned] = {}
        self._coming: dict[tuple[str, str], TrafficAssigned] = {}  # what this replica is not ready for yet
        self._quality: dict[tuple[str, str, str], QualityMeasured] = {}
        self._epochs: dict[str, Epoch] = {}
        self._experiments: dict[tuple[str, str], dict[str, ExperimentChanged]] = {}
        self._estimates: dict[tuple[str, str], int] = {}  # revisions
        self._forgotten: dict[tuple[str, str], datetime] = {}
        self._documents = ChangedDocuments()
        self._seen: datetime | None = None
        self._began = False

    async def refresh(
        self, store: SnapshotStore, ready: Ready = at_once
    ) -> list[TrafficAssigned | EstimateTrained | Dropped | Person | ChangedDocument]:
        """Returns the assignments, the estimates, the drops, the forgotten persons, the documents that are new here.

        An assignment waits until this replica is `ready` for it; those that were there before it started do not.
        """
        changes = await store.changes(self._seen - LOOK_BACK if self._seen else None)
        first = not self._began
        new = self._taken_up(changes.traffic, ready if self._began else at_once)
        self._began = True
        self._quality.update({(event.tenant, event.task_type, event.model): event for event in changes.quality})
        dropped = [Dropped(tenant, drop) for tenant, now in changes.epochs for drop in now.since(self._epoch(tenant))]
        self._epochs.update(changes.epochs)
        for event in changes.experiments:
            self._take_in(event)
        trained = [event for event in changes.estimates if event.revision > self._revision_of(event)]
        self._estimates.update({(event.tenant, event.task_type): event.revision for event in trained})
        self._seen = changes.until or self._seen
        forgotten = self._newly_forgotten(changes.forgotten)
        documents = self._documents.newly(changes.documents)
        gone: list[Person | ChangedDocument] = (
            [] if first else [*forgotten, *documents]
        )  # at first nothing is in memory
        return [*new, *trained, *dropped, *gone]

    def _newly_forgotten(self, found: Sequence[Person]) -> list[Person]:
        new = [one for one in found if self._forgotten.get((one.tenant, one.name)) != one.asked_at]
        self._forgotten.update({(one.tenant, one.name): one.asked_at for one in new})
        return new

    def _taken_up(self, traffic: Sequence[TrafficAssigned], ready: Ready) -> list[TrafficAssigned]:
        for event in filter(self._is_news, traffic):
            key = event.tenant, event.task_type
            if key not in self._coming or self._coming[key].revision < event.revision:
                self._coming[key] = event
        new = [self._as_known_here(event) for event in self._coming.values() if ready(event)]
        for event in new:
            key = event.tenant, event.task_type
            del self._coming[key]
            self._traffic[key] = event
        return new

    def _as_known_here(self, event: TrafficAssigned) -> TrafficAssigned:
        """Of several revisions in a moment only the last is seen: what serves no more may have been taken back."""
        known = self._traffic.get((event.tenant, event.task_type))
        left = known.versions.keys() - event.versions.keys() - {BASE_VERSION} if known else set()
        return replace(event, revoked=(*event.revoked, *sorted(left.difference(event.revoked))))

    def _revision_of(self, event: EstimateTrained) -> int:
        return self._estimates.get((event.tenant, event.task_type), 0)

    def _is_news(self, event: TrafficAssigned) -> bool:
        known = self._traffic.get((event.tenant, event.task_type))
        return known is None or known.revision < event.revision

    def traffic(self, tenant: str, task_type: str) -> TrafficAssigned | None:
        return self._traffic.get((tenant, task_type))

    def measured(self, tenant: str, task_type: str, model: str) -> Measured | None:
        """What the tenant's own requests have shown; else what is known of the model for everyone."""
        found = self._told(tenant, task_type, model)
        return Measured(found.score, found.n) if found else None

    def measurements(self, tenant: str, model: str) -> list[QualityMeasured]:
        """Of every task, as `measured` finds them: the tenant's own, else everyone's. By task."""
        tasks = {task for whose, task, of in self._quality if of == model and whose in (tenant, EVERYONE)}
        return [told for task in sorted(tasks) if (told := self._told(tenant, task, model)) is not None]

    def _take_in(self, event: ExperimentChanged) -> None:
        of_task = self._experiments.setdefault((event.tenant, event.task_type), {})
        if event.state == "running":
            of_task[event.experiment_id] = event
        else:
            of_task.pop(event.experiment_id, None)

    def experiments(self, tenant: str, task_type: str) -> Sequence[ExperimentChanged]:
        """Those that run, in the order of their ids, so that every replica asks them in the same order."""
        running = self._experiments.get((tenant, task_type))
        return [running[id_] for id_ in sorted(running)] if running else ()

    def calibrations(self, tenant: str, task_type: str, model: str) -> tuple[Calibration, ...]:
        """What the model's confidence in the task means; of the same requests as `measured`."""
        found = self._told(tenant, task_type, model)
        return found.calibrations if found else ()

    def _told(self, tenant: str, task_type: str, model: str) -> QualityMeasured | None:
        return self._quality.get((tenant, task_type, model)) or self._quality.get((EVERYONE, task_type, model))

    def document_changes(self, tenant: str) -> int:
        """How many this replica has heard of."""
        return self._documents.times(tenant)

    def documents_changed(self, tenant: str, documents: Collection[str], since: int) -> bool:
        """One of them, since there were so many changes."""
        return self._documents.any_since(tenant, documents, since)

    def epoch(self, tenant: str, kind: Kind) -> tuple[int, int]:
        """Stands in the keys of the answers that are kept."""
        return self._epoch(tenant).of(kind)

    def _epoch(self, tenant: str) -> Epoch:
        return self._epochs.get(tenant, UNTOUCHED)
