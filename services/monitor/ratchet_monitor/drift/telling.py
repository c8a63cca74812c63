"""Drift as conditions that alerts are made of. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import Final

from ratchet_monitor.alerts.condition import Condition, Severity
from ratchet_monitor.drift.finding import Finding
from ratchet_monitor.drift.looking import COST, FAILURES, INPUTS, LATENCY, Looked
from ratchet_monitor.drift.streams import Change, Signal, StreamKey
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.spreads import Speaker

SOURCE: Final = "drift"
CLEAR_FOR: Final = timedelta(days=1)  # a finding at the edge is no new alert each time
STAYS: Final = timedelta(days=7)  # a change of a stream is told; by then it lies within the window
LET_GO: Final = 3 * CLEAR_FOR  # so long it is told that what is not seen any more does not hold
MOST_HELD: Final = 500
GRAVE: Final = frozenset(("accuracy", FAILURES, "discontent"))
# What a training does not mend: people hear of it as of all drift, and no task is trained anew for it.
OF_OPERATIONS: Final = frozenset((FAILURES, LATENCY, COST, "slowness"))
IN_WORDS: Final[Mapping[Signal, str]] = {
    "failures": "share of answers that failed, refused or had a broken format",
    "slowness": "share of answers slower than 95 % of the first ones were",
    "discontent": "mean discontent of people (1 - score)",
}


def of_looked(task: TaskKey, looked: Iterable[Looked], at: datetime) -> list[Condition]:
    return [_of_finding(task, one.speaker, one.finding, at) for one in looked]


def of_changes(task: TaskKey, changes: Iterable[Change], at: datetime) -> list[Condition]:
    """By the last change of each stream: it holds for a week, unless it has fallen again."""
    last = {(change.key, change.signal): change for change in sorted(changes, key=lambda change: change.at)}
    return [_of_change(task, change, at) for change in last.values() if at - change.at < STAYS + LET_GO]


def of_gone(task: TaskKey, held: Mapping[str, datetime], told: Sequence[Condition], at: datetime) -> list[Condition]:
    """What held, and is not looked at any more: its version may be gone, or too little is left to say."""
    subjects = {one.subject for one in told}
    return [
        _condition(task, subject, "warning", f"{subject}: there is nothing left to compare.", at, holds=False)
        for subject in held
        if subject not in subjects
    ]


def now_held(held: Mapping[str, datetime], told: Iterable[Condition], at: datetime) -> dict[str, datetime]:
    """Subjects, and when each held last: until that is long ago."""
    latest = dict(held) | {one.subject: at for one in told if one.holds}
    kept = [(when, subject) for subject, when in latest.items() if at - when < LET_GO]
    return {subject: when for when, subject in sorted(kept)[-MOST_HELD:]}


def _of_finding(task: TaskKey, speaker: Speaker, finding: Finding, at: datetime) -> Condition:
    whose = "inputs" if speaker == INPUTS else f"{speaker.version_id}/{speaker.model}"
    numbers = {
        "effect": finding.effect,
        "least": finding.least,
        "n_reference": finding.reference.n,
        "n_current": finding.current.n,
        "reference": finding.reference.value,
        "current": finding.current.value,
        "p": finding.adjusted_p,
    }
    severity: Severity = "critical" if finding.feature in GRAVE else "warning"
    return _condition(
        task,
        f"{_named(task)}, {whose}, {finding.feature}",
        severity,
        f"{_named(task)}, {whose}: {finding.why}",
        at,
        holds=finding.drifted,
        numbers={name: float(n) for name, n in numbers.items() if n is not None and isfinite(n)},
        labels={"feature": finding.feature} | _labels(speaker.version_id, speaker.model),
    )


def _of_change(task: TaskKey, change: Change, at: datetime) -> Condition:
    key: StreamKey = change.key
    whose = f"{key.version_id}/{key.model}, {key.template or 'no template'}"
    moved = "rose" if change.rose else "fell"
    sentence = (
        f"{_named(task)}, {whose}: the {IN_WORDS[change.signal]} {moved} from {change.before:.3f} to "
        f"{change.after:.3f}, about {change.since:,} answers before {change.at:%Y-%m-%d %H:%M} UTC."
    )
    return _condition(
        task,
        f"{_named(task)}, {whose}, {change.signal}",
        "critical" if change.signal in GRAVE else "warning",
        sentence,
        at,
        holds=change.rose and at - change.at < STAYS,
        numbers={"before": change.before, "after": change.after, "since_answers": float(change.since)},
        labels={"feature": change.signal, "template": key.template} | _labels(key.version_id, key.model),
    )


def _condition(
    task: TaskKey,
    subject: str,
    severity: Severity,
    sentence: str,
    at: datetime,
    *,
    holds: bool,
    numbers: dict[str, float] | None = None,
    labels: dict[str, str] | None = None,
) -> Condition:
    of_task = {"task_type": task.task_type} if task.task_type else {}
    return Condition(
        tenant=task.tenant,
        source=SOURCE,
        subject=subject,
        kind="operations" if subject.rpartition(", ")[2] in OF_OPERATIONS else "drift",
        severity=severity,
        holds=holds,
        sentence=sentence,
        at=at,
        task_type=task.task_type or None,
        numbers=numbers or {},
        labels=of_task | (labels or {}),
        clear_for=CLEAR_FOR,
    )


def _labels(version_id: str, model: str) -> dict[str, str]:
    return {name: value for name, value in (("version", version_id), ("model", model)) if value}


def _named(task: TaskKey) -> str:
    return task.task_type or "all tasks"
