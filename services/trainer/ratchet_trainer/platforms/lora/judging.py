"""What is to be done about a run, by what is seen of it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ratchet_trainer.platforms.platform import RunState
from ratchet_tuner.status import State, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`at_once`: runs, in the work folder. `restarts`: of a process that died without having said how it ended, once
    it has been silent for `silent`. `kill_after`: it was asked to stop. `late`: one that was started should have begun
    by then."""

    at_once: int = 1
    restarts: int = 2
    silent: timedelta = timedelta(seconds=60)
    kill_after: timedelta = timedelta(seconds=60)
    late: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`status`: as the tuner has written it; None: it has not yet. `started`: when it was started last."""

    status: Status | None = None
    starts: int = 0
    started: datetime | None = None
    cancelled: datetime | None = None
    lives: bool = False


class Step(StrEnum):
    NONE = "none"  # it has ended, or is at work
    WAIT = "wait"  # it is dead, or not: its last sign of life is too young to tell
    START = "start"
    KILL = "kill"
    CLOSE = "close"  # it was cancelled, and did not come to say so
    GIVE_UP = "give up"


def has_ended(status: Status | None, cancelled: datetime | None) -> bool:
    """The tuner says cancelled of whoever told it to stop: where it was not us (its machine goes down), it goes on."""
    if status is None:
        return False
    return status.state in (State.SUCCEEDED, State.FAILED) or (
        status.state is State.CANCELLED and cancelled is not None
    )


def next_step(seen: Seen, rules: Rules, now: datetime) -> Step:
    if has_ended(seen.status, seen.cancelled):
        return Step.NONE
    if seen.cancelled is not None:
        if not seen.lives:
            return Step.CLOSE
        return Step.KILL if now - seen.cancelled > rules.kill_after else Step.NONE
    if seen.lives:
        return Step.NONE
    if seen.starts == 0:
        return Step.START
    stopped_in_order = seen.status is not None and seen.status.state is State.CANCELLED
    if not stopped_in_order and now - last_sign(seen) <= rules.silent:
        return Step.WAIT
    return Step.GIVE_UP if seen.starts > rules.restarts else Step.START


def is_late(seen: Seen, rules: Rules, now: datetime) -> bool:
    """It was started, and nothing has been heard of it yet: a pod may wait for ever for its image."""
    return seen.lives and seen.status is None and seen.started is not None and now - seen.started > rules.late


def last_sign(seen: Seen) -> datetime:
    """Of one that was started."""
    signs = [seen.started, seen.status.heartbeat if seen.status else None]
    return max(sign for sign in signs if sign is not None)


def state_of(seen: Seen) -> RunState:
    status = seen.status
    if status is None:
        return RunState.WAITING
    if not has_ended(status, seen.cancelled):
        return RunState.RUNNING
    return RunState(status.state.value)
