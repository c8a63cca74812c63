"""Who serves a task now, as far as the monitor needs to know."""

from datetime import datetime

import msgspec

from ratchet_common.events import TrafficAssigned
from ratchet_common.vocabulary import known_task
from ratchet_monitor.experiments import experiment_of
from ratchet_monitor.hours import TaskKey


class Share(msgspec.Struct, frozen=True):
    version_id: str
    percent: int


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    tenant: str
    task_type: str
    revision: int
    shares: tuple[Share, ...]  # of what a holdout leaves
    experiment_id: str  # of the comparison that runs; empty if none does
    learned_until: datetime | None  # the newest of what serves
    versions: tuple[str, ...] = ()  # all that the router can ask: what is held out, too
    since: int = 0  # the revision since which the shares are as they are

    @property
    def task(self) -> TaskKey:
        return TaskKey(self.tenant, self.task_type)


def traffic_of(event: TrafficAssigned) -> Traffic:
    learned = [serving.learned_until for serving in event.versions.values() if serving.learned_until]
    experiment = experiment_of(event)
    return Traffic(
        tenant=event.tenant,
        task_type=known_task(event.task_type).value,
        revision=event.revision,
        shares=tuple(Share(version, percent) for version, percent in sorted(event.shares.items())),
        experiment_id=experiment.experiment_id if experiment else "",
        learned_until=max(learned, default=None),
        versions=tuple(sorted(event.versions)),
        since=event.since,
    )
