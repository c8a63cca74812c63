"""Use case: a person decides over the retraining of a task: trigger it, hold it, release it, dismiss the reasons."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from ratchet_common.errors import RefusedError
from ratchet_common.events import RetrainingFellDue
from ratchet_feedback.retraining import Dismissal, Hold, Limits, Tally, dismissed, held
from ratchet_feedback.tallies import Task, fell_due

LONGEST_HOLD: Final = timedelta(days=3660)


class What(StrEnum):
    TRIGGERED = "triggered"
    HELD = "held"
    RELEASED = "released"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    what: What
    at: datetime
    who: str
    why: str
    until: datetime | None = None


class NotNowError(RefusedError):
    status = 409
    type = "retraining-state"
    title = "The task is not in a state for this"


class NoReasonError(RefusedError):
    status = 422
    type = "hold-reason"
    title = "A hold needs a reason"


class HoldTimeError(RefusedError):
    status = 422
    type = "hold-time"
    title = "Nothing can be held until then"


class DecisionStore(Protocol):
    async def count(self, task: Task) -> Tally: ...

    async def trigger(
        self, event: RetrainingFellDue, tally: Tally, cool_down: timedelta, by: Decision | None = None
    ) -> bool: ...

    async def decide(
        self, task: Task, tally: Tally, decision: Decision, hold: Hold | None, dismissal: Dismissal | None
    ) -> bool:
        """Both stand from now on. False: a trigger or another decision came since `tally` was counted."""


@dataclass(frozen=True, slots=True)
class By:
    who: str
    why: str


async def trigger(task: Task, by: By, store: DecisionStore) -> None:
    """At once, whatever the limits and the cool-down say; that begins anew. Raises NotNowError."""
    tally, now = await store.count(task), datetime.now(UTC)
    if hold := held(tally, now):
        raise NotNowError(f"{task.task_type} is held by {hold.who}: release it first.")
    asked = f"asked for by {by.who}" + (f": {by.why}" if by.why else "")
    event = fell_due(task, tally, (asked,), now)
    decision = Decision(what=What.TRIGGERED, at=now, who=by.who, why=by.why)
    if not await store.trigger(event, tally, timedelta(0), decision):
        raise _overtaken(task)


async def hold(task: Task, by: By, until: datetime | None, store: DecisionStore) -> None:
    """In place of a hold before. Raises NoReasonError, HoldTimeError, NotNowError."""
    if not by.why.strip():
        raise NoReasonError("Say why it is held: whoever finds no training going on reads it.", field="why")
    tally, now = await store.count(task), datetime.now(UTC)
    if until is not None and until <= now:
        raise HoldTimeError("The time until which it is to be held lies in the past: give a later one, or none.")
    if until is not None and until > now + LONGEST_HOLD:
        raise HoldTimeError(
            f"That is more than {LONGEST_HOLD.days} days away: give none to hold it until it is released."
        )
    decision = Decision(what=What.HELD, at=now, who=by.who, why=by.why, until=until)
    holding = Hold(at=now, who=by.who, why=by.why, until=until)
    await _decide(task, tally, decision, holding, tally.dismissal, store)


async def release(task: Task, by: By, store: DecisionStore) -> None:
    """Raises NotNowError."""
    tally, now = await store.count(task), datetime.now(UTC)
    if held(tally, now) is None:
        raise NotNowError(f"{task.task_type} is not held.")
    decision = Decision(what=What.RELEASED, at=now, who=by.who, why=by.why)
    await _decide(task, tally, decision, None, tally.dismissal, store)


async def dismiss(task: Task, by: By, limits: Limits, store: DecisionStore) -> None:
    """The present reasons, until they are exceeded anew. Raises NotNowError."""
    tally, now = await store.count(task), datetime.now(UTC)
    dismissal = dismissed(tally, limits, now, who=by.who, why=by.why)
    if dismissal is None:
        raise NotNowError(f"There is no reason to train {task.task_type} anew that could be dismissed.")
    decision = Decision(what=What.DISMISSED, at=now, who=by.who, why=by.why)
    await _decide(task, tally, decision, tally.hold, dismissal, store)


async def _decide(
    task: Task,
    tally: Tally,
    decision: Decision,
    hold: Hold | None,
    dismissal: Dismissal | None,
    store: DecisionStore,
) -> None:
    if not await store.decide(task, tally, decision, hold, dismissal):
        raise _overtaken(task)


def _overtaken(task: Task) -> NotNowError:
    return NotNowError(f"A trigger of {task.task_type}, or a decision over it, came at the same moment: look again.")
