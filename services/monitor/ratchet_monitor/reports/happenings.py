"""Alerts and experiments as they stood at the end of a time, whatever became of them since. Pure.

So a report of the past says the same when it is asked for again. Of what still ran then, only that it ran is told: its
numbers are those of now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from ratchet_monitor.alerts.alert import RANK, Alert, Change
from ratchet_monitor.alerts.condition import Severity
from ratchet_monitor.drift.telling import SOURCE as DRIFT
from ratchet_monitor.experiments import Experiment
from ratchet_monitor.experiments import State as RolloutState
from ratchet_monitor.studies.study import Study

OPENS: Final = ("opened",)
CLOSES: Final = ("closed", "resolved")
MOST: Final = 100  # alerts, or experiments, that are shown


@dataclass(frozen=True, slots=True)
class AlertThen:
    """`state`: at the end of the time. `changes`: how often it opened, closed, worsened, … within it."""

    alert_id: str
    kind: str
    source: str
    subject: str
    task_type: str | None
    severity: Severity
    state: Literal["open", "closed"]
    opened_at: datetime
    closed_at: datetime | None
    sentence: str
    changes: int


@dataclass(frozen=True, slots=True)
class ExperimentThen:
    """`state`: at the end of the time. Of one that ran then, `verdict` is `hold`. `taken_back`: a sentence on each arm
    that was, within the time."""

    kind: Literal["experiment", "rollout"]
    experiment_id: str
    name: str
    task_type: str
    arms: list[str]
    state: Literal["running", "decided", "stopped", "closed"]
    verdict: Literal["advance", "hold", "roll_back"]
    winner: str
    why: str
    started_at: datetime
    ended_at: datetime | None
    taken_back: list[str]


def alerts_then(alerts: Iterable[Alert], since: datetime, until: datetime) -> list[AlertThen]:
    """Those that were open at any time from `since` on, before `until`: the gravest first, then the latest."""
    found = [told for one in alerts if (told := _alert(one, since, until))]
    return sorted(found, key=lambda one: (-RANK[one.severity], one.state != "open", -one.opened_at.timestamp()))


def is_drift(alert: AlertThen) -> bool:
    return alert.source == DRIFT


def _alert(alert: Alert, since: datetime, until: datetime) -> AlertThen | None:
    known = [change for change in alert.history if change.at < until]
    opened_at = _opened_at(alert, known, until)
    if opened_at is None:
        return None
    closed = next((change for change in reversed(known) if change.what in CLOSES + OPENS), None)
    over = closed if closed and closed.what in CLOSES else None
    if over and over.at < since:
        return None
    told = known or alert.history[:1]
    return AlertThen(
        alert_id=alert.alert_id,
        kind=alert.kind,
        source=alert.source,
        subject=alert.subject,
        task_type=alert.task_type,
        severity=_worst(told, since),
        state="closed" if over else "open",
        opened_at=opened_at,
        closed_at=over.at if over else None,
        sentence=told[-1].sentence,
        changes=sum(change.at >= since for change in known),
    )


def _opened_at(alert: Alert, known: Sequence[Change], until: datetime) -> datetime | None:
    """None where it was not open before `until`. One that has changed so often that its opening is forgotten was open
    when the first change came that is remembered."""
    opened = [change.at for change in known if change.what in OPENS]
    if opened or not alert.history or alert.history[0].revision == 1:
        return opened[-1] if opened else None
    before = alert.opened_at if alert.opened_at and alert.opened_at < until else None
    return min(before, known[0].at) if before and known else known[0].at if known else before


def _worst(known: Sequence[Change], since: datetime) -> Severity:
    """Of the time: as it came into it, and whatever it was since."""
    within = [change.severity for change in known if change.at >= since]
    before = [change.severity for change in known if change.at < since][-1:]
    return max([*before, *within], key=lambda one: RANK[one])


def studies_then(studies: Iterable[Study], since: datetime, until: datetime) -> list[ExperimentThen]:
    return [_study(one, since, until) for one in studies if one.started_at < until and not _was_over(one, since)]


def _was_over(study: Study, since: datetime) -> bool:
    return bool(study.ended and study.ended.at < since)


def _study(study: Study, since: datetime, until: datetime) -> ExperimentThen:
    out = {arm.name: at for arm in study.arms if (at := study.out_at(arm)) and at < until}
    ended = study.ended if study.ended and study.ended.at < until else None
    finding = study.finding
    return ExperimentThen(
        kind="experiment",
        experiment_id=study.experiment_id,
        name=study.name,
        task_type=study.task_type,
        arms=[
            f"{arm.name} ({arm.what}), {arm.share} %{', taken back' if arm.name in out else ''}" for arm in study.arms
        ],
        state=study.state.value if ended else "running",
        verdict=finding.verdict if ended and finding else "hold",
        winner=next((arm.what for arm in study.arms if ended and arm.name == ended.arm), ""),
        why=ended.why if ended else "",
        started_at=study.started_at,
        ended_at=ended.at if ended else None,
        taken_back=[
            f"{arm.name} ({arm.what}) was taken back on {out[arm.name]:%Y-%m-%d}. {arm.why_out}".rstrip()
            for arm in study.arms
            if arm.name in out and out[arm.name] >= since
        ],
    )


def rollouts_then(experiments: Iterable[Experiment], since: datetime, until: datetime) -> list[ExperimentThen]:
    return [_rollout(one, until) for one in experiments if one.started_at < until and not _is_past(one, since)]


def _ended(one: Experiment) -> datetime | None:
    if one.state is RolloutState.RUNNING:
        return None
    decided = one.finding.at if one.finding and one.finding.conclusion != "hold" else None
    return min((at for at in (decided, one.closed_at) if at), default=None)


def _is_past(one: Experiment, since: datetime) -> bool:
    ended = _ended(one)
    return bool(ended and ended < since)


def _rollout(one: Experiment, until: datetime) -> ExperimentThen:
    ended = _ended(one)
    over = ended if ended and ended < until else None
    finding = one.finding if over and one.finding and one.finding.conclusion != "hold" else None
    return ExperimentThen(
        kind="rollout",
        experiment_id=one.experiment_id,
        name="guard of what serves" if one.guard else "rollout",
        task_type=one.task_type,
        arms=[f"{one.canary}, {one.percent} %", f"{one.control}, the rest"],
        state="running" if not over else "decided" if finding else "closed",
        verdict=finding.conclusion if finding else "hold",
        winner=one.canary if finding and finding.conclusion == "advance" else "",
        why=finding.why if finding else "Its traffic changed before there was a verdict." if over else "",
        started_at=one.started_at,
        ended_at=over,
        taken_back=[],
    )
