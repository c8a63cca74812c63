"""Use case: experiments that nothing happens to are looked at as time passes, and end when their time is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from ratchet_common.events import Event, VerdictReached
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.marks import Marks
from ratchet_monitor.studies.saying import held, told_by
from ratchet_monitor.studies.study import SYSTEM, Ended, Study, stopped

STALE: Final = timedelta(minutes=10)  # windows end, and days pass, without an event
DAY: Final = timedelta(days=1)


class Studies(Protocol):
    async def all_running(self) -> Sequence[Study]: ...
    async def record(self, before: Study, after: Study, events: Sequence[Event]) -> bool: ...
    async def say(self, study: Study, verdict: VerdictReached) -> None:
        """That it holds: once a day, while it runs."""


async def watch_once(studies: Studies, marks: Marks[TaskKey], raw: timedelta, now: datetime) -> None:
    """`raw`: single answers are kept. All that an experiment goes by, its pre-period too, is there until it ends."""
    for study in await studies.all_running():
        if now - study.started_at >= longest(study, raw):
            over = stopped(study, Ended(at=now, who=SYSTEM, why=_too_long(study, longest(study, raw))))
            await studies.record(study, over, told_by(study, over))
            continue
        if study.finding is None or now - study.finding.at >= STALE:
            await marks.set({study.task})
        if now - study.started_at >= DAY and study.finding is not None:
            await studies.say(study, held(study, now))


def longest(study: Study, raw: timedelta) -> timedelta:
    return max(raw - timedelta(days=study.pre_period_days), DAY)


def _too_long(study: Study, ran: timedelta) -> str:
    found = f" {study.finding.why}" if study.finding else ""
    return f"It ran for {ran.days} days, as long as what it goes by is kept, and was not decided.{found}"
