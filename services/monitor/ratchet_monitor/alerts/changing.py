"""When a condition opens an alert, keeps it and closes it, and what persons do with it. Pure.

A condition that holds for as long as it says opens its alert; one that does not for as long as it says closes it. Each
change is a revision, and has one event.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

import msgspec

from ratchet_common.events import AlertChanged
from ratchet_monitor.alerts.alert import HISTORY, RANK, Alert, Change, State, What, alert_id
from ratchet_monitor.alerts.condition import Condition

NAMESPACE: Final = UUID("0d4a1f0c-86b5-5a3e-9a52-1b1f4f7f6a4e")
RESOLVED_FOR: Final = timedelta(days=1)  # by a person: what still holds then opens it again, but of a settled one
REFRESH: Final = timedelta(minutes=1)  # numbers of an alert that stays as it is are written no more often
UNTOLD: Final = 20  # changes that wait to be told: of an alert that is silenced for long, the first and the latest
TICK: Final = timedelta(milliseconds=1)  # events of one alert are told apart by their times

Next = tuple[Alert, AlertChanged | None]


def told(before: Alert | None, said: Condition) -> Next | None:
    """None: nothing is to be written."""
    if before is None:
        return _moved(_first(said), said) if said.holds else None
    if said.at <= before.at:
        return None
    since = before.since if said.holds == before.holds else said.at
    ceased = said.holds and not before.holds and said.at - before.since >= said.clear_for
    seen = msgspec.structs.replace(
        before,
        holds=said.holds,
        since=since,
        at=said.at,
        sentence=said.sentence if said.holds else before.sentence,
        numbers=said.numbers if said.holds else before.numbers,
        labels=said.labels if said.holds else before.labels,
        settled_until=said.settled_until if said.holds else before.settled_until,
        resolved_until=None if ceased else before.resolved_until,
    )
    after, event = _moved(seen, said)
    moved = any(getattr(after, name) != getattr(before, name) for name in ("state", "holds", "milder_since"))
    if event or moved:
        return after, event
    return (after, None) if before.live and said.at - before.at >= REFRESH else None


def acknowledged(before: Alert, who: str, why: str, at: datetime) -> Next | None:
    """None where it is not open, or somebody has."""
    if before.state != "open" or before.acknowledged_at:
        return None
    return _changed(before, "acknowledged", at, who=who, why=why, acknowledged_at=at, acknowledged_by=who)


def resolved(before: Alert, who: str, why: str, at: datetime) -> Next | None:
    """By a person. It opens again where its condition ceased and came back, or still holds after a day, or after what
    it is settled until."""
    if before.state != "open":
        return None
    until = (before.settled_until or at + RESOLVED_FOR) if before.holds else None
    return _changed(before, "resolved", at, who=who, why=why, state="closed", closed_at=at, resolved_until=until)


def escalated(before: Alert, step: int, at: datetime) -> Next | None:
    """To the receivers that are told after `step` minutes. None where that was done, or is not due."""
    due = before.opened_at is not None and at >= before.opened_at + timedelta(minutes=step)
    if before.state != "open" or before.acknowledged_at or before.escalated >= step or not due:
        return None
    return _changed(before, "escalated", at, step=step, escalated=step)


def _first(said: Condition) -> Alert:
    return Alert(
        alert_id=alert_id(said.tenant, said.source, said.subject),
        tenant=said.tenant,
        source=said.source,
        subject=said.subject,
        kind=said.kind,
        severity=said.severity,
        sentence=said.sentence,
        numbers=said.numbers,
        labels=said.labels,
        task_type=said.task_type,
        settled_until=said.settled_until,
        state="pending",
        holds=True,
        since=said.at,
        at=said.at,
    )


def _moved(seen: Alert, said: Condition) -> Next:
    """What follows from how long it has been so."""
    lasted = said.at - seen.since
    if seen.state == "open":
        return _while_open(seen, said, lasted)
    if not seen.holds:
        return _noted(seen, state=_without_a_word(seen)), None
    if seen.resolved_until and said.at < seen.resolved_until:
        return _noted(seen), None
    if lasted >= said.holds_for or seen.resolved_until:
        return _changed(
            seen,
            "opened",
            said.at,
            severity=said.severity,
            state="open",
            opened_at=said.at,
            closed_at=None,
            acknowledged_at=None,
            acknowledged_by="",
            resolved_until=None,
            escalated=0,
            milder_since=None,
        )
    return _noted(seen, state="pending", severity=said.severity), None


def _without_a_word(seen: Alert) -> State:
    """What was pending is as it was before: one that was open once stays listed, and its history with it."""
    if seen.state != "pending":
        return seen.state
    return "closed" if seen.closed_at else "quiet"


def _while_open(seen: Alert, said: Condition, lasted: timedelta) -> Next:
    if not seen.holds:
        if lasted >= said.clear_for:
            return _changed(seen, "closed", said.at, why=said.sentence, state="closed", closed_at=said.at)
        return _noted(seen), None
    if RANK[said.severity] > RANK[seen.severity]:
        return _changed(seen, "worsened", said.at, severity=said.severity, milder_since=None)
    if said.severity == seen.severity:
        return _noted(seen, milder_since=None), None
    since = seen.milder_since or said.at
    if said.at - since >= said.clear_for:
        return _changed(seen, "eased", said.at, severity=said.severity, milder_since=None)
    return _noted(seen, milder_since=since), None


def _noted(alert: Alert, **fields: object) -> Alert:
    return msgspec.structs.replace(alert, writes=alert.writes + 1, **fields)


def _changed(
    alert: Alert, what: What, at: datetime, *, who: str = "", why: str = "", step: int = 0, **fields: object
) -> tuple[Alert, AlertChanged]:
    at = max(at, alert.history[-1].at + TICK) if alert.history else at
    after = _noted(alert, revision=alert.revision + 1, **fields)
    change = Change(
        revision=after.revision,
        what=what,
        at=at,
        severity=after.severity,
        sentence=after.sentence,
        who=who,
        why=why,
        step=step,
    )
    after = msgspec.structs.replace(
        after,
        to_tell=_untold((*alert.to_tell, change)),
        history=(*alert.history, change)[-HISTORY:],
    )
    return after, _event(after, change)


def _untold(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The first says how the alert was when it was last told of."""
    return changes if len(changes) <= UNTOLD else (changes[0], *changes[1 - UNTOLD :])


def _event(alert: Alert, change: Change) -> AlertChanged:
    return AlertChanged(
        event_id=uuid5(NAMESPACE, f"{alert.alert_id}/{change.revision}"),
        occurred_at=change.at,
        tenant=alert.tenant,
        alert_id=alert.alert_id,
        kind=alert.kind,
        severity=alert.severity,
        state="closed" if alert.state == "closed" else "open",
        subject=alert.subject,
        task_type=alert.task_type,
        numbers=alert.numbers,
        revision=change.revision,
        change=change.what,
        sentence=alert.sentence,
    )
