"""Use case: experiments that nothing happens to are looked at as time passes, and end when their time is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from ratchet_common.events import BASE_VERSION, Event, VerdictReached
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.marks import Marks
from ratchet_monitor.studies.saying import held, told_by
from ratchet_monitor.studies.study import SYSTEM, Ended, Study, stopped
from ratchet_monitor.traffic import Traffic

STALE: Final = timedelta(minutes=10)  # windows end, and days pass, without an event
DAY: Final = timedelta(days=1)


class Studies(Protocol):
    async def all_running(self) -> Sequence[Study]: ...
    async def record(self, before: Study, after: Study, events: Sequence[Event]) -> bool: ...
    async def say(self, study: Study, verdict: VerdictReached) -> None:
        """That it holds: once a day, while it runs."""


class TrafficKnown(Protocol):
    async def serving(self, task: TaskKey) -> Traffic | None: ...


async def watch_once(
    studies: Studies, traffic: TrafficKnown, marks: Marks[TaskKey], raw: timedelta, now: datetime
) -> None:
    """`raw`: single answers are kept. All that an experiment goes by, its pre-period too, is there until it ends."""
    for study in await studies.all_running():
        why = _too_long(study, longest(study, raw), now) or _gone(study, await traffic.serving(study.task))
        if why:
            over = stopped(study, Ended(at=now, who=SYSTEM, why=why))
            await studies.record(study, over, told_by(study, over))
            continue
        if study.finding is None or now - study.finding.at >= STALE:
            await marks.set({study.task})
        if study.finding is not None and (study.finding.mismatch or now - study.started_at >= DAY):
            await studies.say(study, held(study, now))


def longest(study: Study, raw: timedelta) -> timedelta:
    return max(raw - timedelta(days=study.pre_period_days), DAY)


def _gone(study: Study, serving: Traffic | None) -> str:
    """Why an arm cannot be asked any more, so that the router draws nobody; empty if all can."""
    there = {BASE_VERSION, *(serving.versions if serving else ())}
    lost = [arm.version_id for arm in study.open_arms if arm.version_id and arm.version_id not in there]
    return f"{lost[0]} has no traffic any more, so its arm cannot be asked." if lost else ""


def _too_long(study: Study, most: timedelta, now: datetime) -> str:
    if now - study.started_at < most:
        return ""
    found = f" {study.finding.why}" if study.finding else ""
    return f"It ran for {most.days} days, as long as what it goes by is kept, and was not decided.{found}"
