"""Which changes are told together, and which are told to nobody yet. Pure.

A change is given to one batch, in one write of its alert, before anything of it goes out: whatever is killed when, no
second batch has it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from ratchet_monitor.alerts.alert import Alert, Change, Telling
from ratchet_monitor.alerts.receivers import Receiver, told_of
from ratchet_monitor.alerts.silences import Silence, silenced_until

LOOK_AGAIN: Final = timedelta(minutes=1)  # at what is silenced: a silence may be lifted
MOST_TOGETHER: Final = 100  # alerts of one batch


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One alert in a delivery: as it was when it was told, and the changes that this receiver is told of."""

    alert_id: str
    source: str
    subject: str
    kind: str
    state: str
    severity: str
    sentence: str
    numbers: dict[str, float]
    labels: dict[str, str]
    task_type: str | None
    opened_at: datetime | None
    closed_at: datetime | None
    revision: int
    changes: tuple[Change, ...]


def due_groups(alerts: Iterable[Alert], wait: timedelta, now: datetime) -> list[list[Alert]]:
    """Those whose oldest change has waited for so long, with all that has come to them since. None is silenced."""
    found: dict[str, list[Alert]] = {}
    for alert in alerts:
        if alert.to_tell and not alert.telling:
            found.setdefault(alert.group, []).append(alert)
    due = [group for group in found.values() if min(one.to_tell[0].at for one in group) + wait <= now]
    return [sorted(group, key=lambda one: one.to_tell[0].at)[:MOST_TOGETHER] for group in due]


def given_to(batch: str, alert: Alert) -> Alert:
    return msgspec.structs.replace(
        alert, telling=Telling(batch=batch, changes=alert.to_tell), to_tell=(), writes=alert.writes + 1
    )


def all_told(alert: Alert) -> Alert:
    """Its batch's deliveries are in the store."""
    return msgspec.structs.replace(alert, telling=None, writes=alert.writes + 1)


def never_told(alert: Alert) -> Alert:
    return msgspec.structs.replace(alert, to_tell=(), writes=alert.writes + 1)


def looked_at(alert: Alert) -> Alert:
    return msgspec.structs.replace(alert, writes=alert.writes + 1)


def silent_until(alert: Alert, silences: Sequence[Silence], now: datetime) -> datetime | None:
    """When a silenced one is looked at again. None: it is not silenced."""
    until = silenced_until(silences, alert.matched, now)
    return min(until, now + LOOK_AGAIN) if until else None


def came_and_went(alert: Alert) -> bool:
    """All of it behind a silence: there is nothing to tell of any more. What was told as open is told as closed,
    however often it opened and closed behind the silence: only where the first untold change opens it was it not."""
    return alert.state == "closed" and bool(alert.to_tell) and alert.to_tell[0].what == "opened"


def items(receiver: Receiver, batch: Sequence[Alert]) -> list[Item]:
    """What this receiver is told of a batch; nothing if none of it is for him."""
    found = []
    for alert in batch:
        changes = told_of(receiver, alert, alert.telling.changes if alert.telling else ())
        if changes:
            found.append(_item(alert, changes))
    return found


def _item(alert: Alert, changes: Sequence[Change]) -> Item:
    return Item(
        alert_id=alert.alert_id,
        source=alert.source,
        subject=alert.subject,
        kind=alert.kind,
        state=alert.state,
        severity=alert.severity,
        sentence=alert.sentence,
        numbers=alert.numbers,
        labels=alert.labels,
        task_type=alert.task_type,
        opened_at=alert.opened_at,
        closed_at=alert.closed_at,
        revision=alert.revision,
        changes=tuple(changes),
    )
