"""Use case: in their turn, the two windows of each task are compared, and what has changed is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.alerts.condition import Alerts
from ratchet_monitor.buckets import Kind
from ratchet_monitor.columns import View
from ratchet_monitor.drift.budget import MONTH, level
from ratchet_monitor.drift.looking import Looked, Wanted, Window, look, look_at_mix
from ratchet_monitor.drift.streams import Change
from ratchet_monitor.drift.telling import now_held, of_changes, of_gone, of_looked
from ratchet_monitor.drift.windows import Lengths, begins, window_of
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.totals import Buckets

LOOKED_AT: Final[tuple[View, ...]] = ("totals", "latencies", "heard", "spreads")


@dataclass(frozen=True, slots=True)
class DriftRules:
    alarms_a_month: float  # of a tenant, false ones: half for the windows, half for the streams
    look_every: timedelta
    allowed: float  # that accuracy may fall
    tolerance: float  # within which a stream's mean may wander
    lengths: Lengths

    def level(self, tasks: int) -> float:
        """Of one look, where `tasks` of a tenant are looked at."""
        return level(self.alarms_a_month / 2, max(1, tasks) * (MONTH / self.look_every))


@dataclass(frozen=True, slots=True)
class Turn:
    task: TaskKey  # an empty task_type stands for all of the tenant
    held: dict[str, datetime]  # of findings: subjects that drifted lately, and when last
    taken: object  # the store's own


class Looks(Protocol):
    async def take(self, now: datetime) -> Turn | None:
        """One that is due and that nobody holds."""

    async def of_tenant(self, tenant: str) -> int:
        """How many take their turns."""

    async def done(self, turn: Turn, held: dict[str, datetime], due_at: datetime) -> None: ...
    async def drop(self, turn: Turn, due_at: datetime) -> None:
        """Until something is heard of it again. Where that was since the turn was taken, it is due at `due_at`."""


class Changes(Protocol):
    async def changes(self, task: TaskKey) -> Sequence[Change]: ...


async def look_once(
    looks: Looks, buckets: Buckets, streams: Changes, alerts: Alerts, rules: DriftRules, now: datetime
) -> bool:
    """One turn. False: none is due. Told first, noted afterwards: who is interrupted between them tells it again."""
    turn = await looks.take(now)
    if turn is None:
        return False
    task, level_ = turn.task, rules.level(await looks.of_tenant(turn.task.tenant))
    pairs = await windows(buckets, task, now, rules.lengths, everything)
    found = of_looked(task, compared(pairs[task.task_type], task.task_type, level_, rules.allowed), now)
    found += of_gone(task, turn.held, found, now)
    of_streams = of_changes(task, await streams.changes(task), now)
    await alerts.tell([*of_streams, *(one for one in found if one.holds or one.subject in turn.held)])
    held, due_at = now_held(turn.held, found, now), now + rules.look_every
    if held or of_streams or pairs[task.task_type].current.tasks:
        await looks.done(turn, held, due_at)
    else:
        await looks.drop(turn, due_at)
    return True


class Pair(NamedTuple):
    reference: Window
    current: Window


def compared(pair: Pair, task_type: str, level_: float, allowed: float) -> list[Looked]:
    """Of all tasks together only their mix is looked at: the rest is looked at in each."""
    return look(*pair, level_, allowed) if task_type else look_at_mix(*pair, level_)


async def windows(buckets: Buckets, task: TaskKey, now: datetime, lengths: Lengths, wanted: Wanted) -> dict[str, Pair]:
    """By task; an empty one stands for all, where `task` is all of the tenant."""
    found = {task.task_type: Pair(Window(wanted), Window(wanted))}
    since, cut = begins(now, lengths)

    def its(kind: Kind) -> bool:
        return wanted(kind.version_id)

    async for period in buckets.sums(task.tenant, since, LOOKED_AT, task.task_type, cuts=(cut,), wanted=its):
        of = window_of(period.start, now, lengths)
        if of is None or period.task_type == EMBEDDING:
            continue
        for name in {task.task_type, period.task_type}:
            pair = found.setdefault(name, Pair(Window(wanted), Window(wanted)))
            window = pair.current if of == "current" else pair.reference
            if name:
                window.include(period)
            else:
                window.count(period)
    return found


def everything(_: str) -> bool:
    return True
