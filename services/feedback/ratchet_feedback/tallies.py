"""Use case: what changed is counted anew, task by task, and a trigger goes out where retraining fell due."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid5

from ratchet_common.events import RetrainingFellDue
from ratchet_common.trace_context import continuing
from ratchet_feedback.metrics import TRIGGERS
from ratchet_feedback.retraining import Limits, Tally, look_again_at, reasons_to_retrain

AT_ONCE = 500
NAMESPACE = UUID("0f0a54f7-6a3b-5a55-9d0c-6d1b2a0f7f5e")


@dataclass(frozen=True, slots=True)
class Task:
    tenant: str
    task_type: str


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Feedback that was joined since its task was last counted."""

    feedback_id: UUID
    revision: int
    task: Task
    trace: str | None = None  # of what joined it, where that was traced


@dataclass(frozen=True, slots=True)
class Changes:
    """How many there were since it was counted; the last of them, and its trace where that was traced."""

    number: int = 0
    trace: str | None = None
    last: str | None = None


class TallyStore(Protocol):
    async def uncounted(self, limit: int) -> list[Uncounted]: ...

    async def changed(self, now: datetime) -> dict[Task, Changes]:
        """Tasks to count for another reason: traffic, drift, a cool-down's end."""

    async def count(self, task: Task) -> Tally:
        """Counts the joined feedback since the last training; open drift and earlier triggers beside it."""

    async def keep(self, task: Task, tally: Tally, look_again: datetime | None) -> bool:
        """Changes nothing, and returns False, if since `tally` was counted a trigger came or another count was kept:
        that one may be of more, or of less."""

    async def trigger(self, event: RetrainingFellDue, tally: Tally, cool_down: timedelta) -> bool:
        """State and event in one write, only if no trigger came since `tally` was counted; False if one did."""

    async def counted(self, feedback: Collection[Uncounted], changes: Mapping[Task, Changes]) -> None:
        """Takes the marks away, unless something changed meanwhile."""


def _now() -> datetime:
    return datetime.now(UTC)


async def recount(store: TallyStore, limits: Limits, now: Callable[[], datetime] = _now) -> bool:
    """One round. True: there may be more at once. The marks go last: a crash before that counts again."""
    feedback = await store.uncounted(AT_ONCE)
    changes = await store.changed(now())
    traces = {task: change.trace for task, change in changes.items()}
    traces |= {mark.task: mark.trace for mark in feedback if mark.trace}
    kept = set[Task]()
    for task in {mark.task for mark in feedback} | changes.keys():
        with continuing(traces.get(task)):
            if await _recount(task, store, limits, now()):
                kept.add(task)
    counted = [mark for mark in feedback if mark.task in kept]
    await store.counted(counted, {task: change for task, change in changes.items() if task in kept})
    return len(feedback) == AT_ONCE


async def _recount(task: Task, store: TallyStore, limits: Limits, now: datetime) -> bool:
    """False where another replica was quicker: what it had not seen is counted in the next round."""
    tally = await store.count(task)
    if not await store.keep(task, tally, look_again_at(tally, limits, now)):
        return False
    why = reasons_to_retrain(tally, limits, now)
    if why and await store.trigger(fell_due(task, tally, why, now), tally, limits.cool_down):
        TRIGGERS.labels(task.task_type).inc()
    return True


def fell_due(task: Task, tally: Tally, why: tuple[str, ...], now: datetime) -> RetrainingFellDue:
    """The number of the trigger makes its id: two replicas that count the same say the same event."""
    return RetrainingFellDue(
        event_id=uuid5(NAMESPACE, f"{task.tenant}/{task.task_type}/{tally.triggers + 1}"),
        occurred_at=now,
        tenant=task.tenant,
        task_type=task.task_type,
        reasons=why,
    )
