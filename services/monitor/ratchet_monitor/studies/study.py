"""An experiment that people set up, as a document: running, then decided by the numbers or stopped by somebody. Pure.

Each function gives the next study with a higher revision. The router is told by `changed`; who heard an older revision
changes nothing.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from ratchet_common.errors import RefusedError
from ratchet_common.events import Approach, ExperimentChanged
from ratchet_common.events import Arm as ArmTold
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.studies.finding import ArmSeen, Finding, Look
from ratchet_monitor.studies.metrics import Metric, Unit

NAMESPACE = UUID("0d2a4f0b-1f5e-5d3a-9b60-7a4a3f1c9e55")
SYSTEM = "ratchet"  # who ends what nobody else did


class StudyOverError(RefusedError):
    status = 409
    type = "experiment-over"
    title = "The experiment is over"


class State(StrEnum):
    RUNNING = "running"
    DECIDED = "decided"  # by the numbers
    STOPPED = "stopped"  # by somebody, or because its time was over


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """What answers the units of one share: a version, template, model or approach. The first arm is the control."""

    name: str
    share: int  # per cent
    version_id: str = ""
    template: str = ""
    model: str = ""
    out: bool = False  # it was taken back
    why_out: str = ""
    out_at: datetime | None = None  # None as well of one that was taken back before this was kept
    last: ArmSeen | None = None  # of one that is out: as it was seen then
    approach: Approach | Literal[""] = ""

    @property
    def what(self) -> str:
        kinds = {
            "version": self.version_id,
            "template": self.template,
            "model": self.model,
            "approach": self.approach,
        }
        return next(f"{kind} {name}" for kind, name in kinds.items() if name)


class Rail(msgspec.Struct, frozen=True, kw_only=True):
    """A metric that an arm may not spoil: by how much it may be worse than the control, in the metric's unit."""

    metric: Metric
    limit: float


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    who: str
    why: str
    arm: str = ""  # that advanced


class Study(msgspec.Struct, frozen=True, kw_only=True):
    experiment_id: str
    tenant: str
    task_type: str
    name: str
    arms: tuple[Arm, ...]
    unit: Unit
    metric: Metric
    minimum_effect: float  # in the metric's unit; fixed before the first look, as all above and the next three
    guard_rails: tuple[Rail, ...] = ()
    pre_period_days: int = 0  # before the start; 0: none is looked at
    window_hours: float = 0.0  # from a unit's first answer on, in which its costs and times count
    started_at: datetime
    who: str
    why: str = ""
    asked: str = ""  # a digest of what was asked for, for an Idempotency-Key
    state: State = State.RUNNING
    revision: int = 1
    ended: Ended | None = None
    finding: Finding | None = None
    looks: tuple[Look, ...] = ()

    @property
    def task(self) -> TaskKey:
        return TaskKey(self.tenant, self.task_type)

    @property
    def place(self) -> str:
        """Unique within the tenant, and in the order of time."""
        return f"{self.started_at.astimezone(UTC):%Y%m%dT%H%M%S}/{self.experiment_id}"

    @property
    def control(self) -> Arm:
        return self.arms[0]

    @property
    def on_trial(self) -> tuple[Arm, ...]:
        """Those that are compared with the control, and are not out."""
        return tuple(arm for arm in self.arms[1:] if not arm.out)

    @property
    def open_arms(self) -> tuple[Arm, ...]:
        return (self.control, *self.on_trial)

    def out_at(self, arm: Arm) -> datetime | None:
        """When it was taken back: where that was not kept, at the last look that it was in."""
        if not arm.out:
            return None
        seen = (look.at for look in self.looks if any(gain.arm == arm.name for gain in look.gains))
        return arm.out_at or max(seen, default=None)


def stopped(study: Study, by: Ended) -> Study:
    """Raises StudyOverError."""
    if study.state is not State.RUNNING:
        how = f"It was {study.state} on {study.ended.at:%Y-%m-%d %H:%M} UTC" if study.ended else "It is over"
        raise StudyOverError(f"{how}: there is nothing to stop. Set up another one.")
    return replace(study, state=State.STOPPED, revision=study.revision + 1, ended=by)


def after_look(study: Study, finding: Finding, looks: tuple[Look, ...]) -> Study:
    """What follows is done where it is safe: an arm that lost gets no more units. Nothing gets more than it had."""
    lost = {arm.name: arm for arm in finding.arms if arm.verdict == "roll_back"}
    arms = tuple(
        replace(arm, out=True, why_out=lost[arm.name].why, out_at=finding.at, last=lost[arm.name])
        if arm.name in lost and not arm.out
        else arm
        for arm in study.arms
    )
    seen = replace(study, arms=arms, finding=finding, looks=looks)
    if finding.verdict == "advance" or not seen.on_trial:
        won = finding.arm if finding.verdict == "advance" else ""
        ended = Ended(at=finding.at, who=SYSTEM, why=finding.why, arm=won)
        return replace(seen, state=State.DECIDED, revision=study.revision + 1, ended=ended)
    return replace(seen, revision=study.revision + 1) if arms != study.arms else seen


def changed(study: Study) -> ExperimentChanged:
    """As the router hears of it."""
    return ExperimentChanged(
        event_id=uuid5(NAMESPACE, f"{study.tenant}/{study.experiment_id}/{study.revision}"),
        tenant=study.tenant,
        experiment_id=study.experiment_id,
        task_type=study.task_type,
        arms=tuple(
            ArmTold(
                name=arm.name,
                share=arm.share,
                version_id=arm.version_id,
                template=arm.template,
                model=arm.model,
                out=arm.out,
                approach=arm.approach,
            )
            for arm in study.arms
        ),
        unit=study.unit,
        metric=study.metric,
        state="running" if study.state is State.RUNNING else "stopped",
        revision=study.revision,
    )
