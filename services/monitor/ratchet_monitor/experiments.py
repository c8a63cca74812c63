"""A canary against its control: what the traffic's revision put on trial, and what is known of it so far.

After a trial the version that was promoted is compared with what is held out, for as long as that is: a guard, which
takes it back or does nothing.
"""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID, uuid5

import msgspec

from ratchet_common.events import BASE_VERSION, Conclusion, TrafficAssigned, VerdictReached
from ratchet_monitor.hours import TaskKey

NAMESPACE = UUID("5b0b8f0e-6a53-5c55-8f61-0f7e3c9a2d11")


class State(StrEnum):
    RUNNING = "running"
    DECIDED = "decided"  # the verdict is out, the traffic is as it was
    CLOSED = "closed"  # the traffic has changed since


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """Means are None of nothing."""

    observations: int
    scored_units: int
    score: float | None
    failure_rate: float | None
    cost_usd: float | None
    latency_ms: float | None
    last_scored_at: datetime | None = None  # when somebody said something of one more unit


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the comparison. Gains are canary minus control; cheaper and faster: .3 for 30 %."""

    conclusion: Conclusion
    why: str
    at: datetime
    canary: Arm
    control: Arm
    gain_low: float
    gain_high: float
    failures_low: float  # of the difference of the failure rates
    failures_high: float
    cheaper: float
    faster: float

    @property
    def numbers(self) -> dict[str, float]:
        told = {
            "n_canary": self.canary.scored_units,
            "n_control": self.control.scored_units,
            "mean_canary": self.canary.score,
            "mean_control": self.control.score,
            "failure_rate_canary": self.canary.failure_rate,
            "failure_rate_control": self.control.failure_rate,
            "gain_low": self.gain_low,
            "gain_high": self.gain_high,
            "cheaper": self.cheaper,
            "faster": self.faster,
        }
        return {name: float(number) for name, number in told.items() if number is not None}


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    experiment_id: str
    tenant: str
    task_type: str
    revision: int  # of the TrafficAssigned under trial, since which the shares are as they are
    canary: str
    control: str
    percent: int  # of the canary
    started_at: datetime
    state: State = State.RUNNING
    closed_at: datetime | None = None
    finding: Finding | None = None
    guard: bool = False  # the canary serves already, and its control is what is held out
    first: int = 0  # the revision whose answers count first: a guard's is that of the promotion; 0: `revision`

    @property
    def task(self) -> TaskKey:
        return TaskKey(self.tenant, self.task_type)

    def counts(self, revision: int) -> bool:
        """Whether what was answered under that revision is of it: while others were on trial beside both arms, too."""
        return (self.first or self.revision) <= revision <= self.revision

    @property
    def place(self) -> str:
        """Unique within the tenant, and in the order of time."""
        return f"{self.started_at.astimezone(UTC):%Y%m%dT%H%M%S}/{self.experiment_id}"


def experiment_of(event: TrafficAssigned) -> Experiment | None:
    """None: nothing is on trial, and nothing is held out beside what was trained. A guard goes on with what it has seen
    since the promotion, whatever was on trial meanwhile.
    """
    arms = _on_trial(event) or _guarded(event)
    if arms is None:
        return None
    canary, control, guard = arms
    kept = event.holdout if guard else None
    return Experiment(
        experiment_id=f"{event.task_type}:{canary}:{event.since}",
        tenant=event.tenant,
        task_type=event.task_type,
        revision=event.since,
        canary=canary,
        control=control,
        percent=event.shares.get(canary, 0),
        started_at=(kept and kept.begun_at) or event.occurred_at,
        guard=guard,
        first=kept.since if kept else 0,
    )


def _on_trial(event: TrafficAssigned) -> tuple[str, str, bool] | None:
    return (event.canary, event.control, False) if event.canary and event.control else None


def _guarded(event: TrafficAssigned) -> tuple[str, str, bool] | None:
    serving = [version for version in event.shares if version != BASE_VERSION]
    return (serving[0], event.holdout.version_id, True) if event.holdout and serving else None


def held(experiment: Experiment, why: str, at: datetime) -> VerdictReached:
    """That it waits, said once a day."""
    return VerdictReached(
        event_id=uuid5(NAMESPACE, f"{experiment.tenant}/{experiment.experiment_id}/{at:%Y-%m-%d}"),
        occurred_at=at,
        tenant=experiment.tenant,
        task_type=experiment.task_type,
        revision=experiment.revision,
        experiment_id=experiment.experiment_id,
        version_id=experiment.canary,
        conclusion="hold",
        why=why,
        numbers=experiment.finding.numbers if experiment.finding else {},
    )


def verdict_of(experiment: Experiment, finding: Finding) -> VerdictReached | None:
    """None while it holds. An experiment has one verdict that changes the traffic, and one event that says so."""
    if finding.conclusion == "hold":
        return None
    return VerdictReached(
        event_id=uuid5(NAMESPACE, f"{experiment.tenant}/{experiment.experiment_id}"),
        tenant=experiment.tenant,
        task_type=experiment.task_type,
        revision=experiment.revision,
        experiment_id=experiment.experiment_id,
        version_id=experiment.canary,
        conclusion=finding.conclusion,
        why=finding.why,
        numbers=finding.numbers,
    )
