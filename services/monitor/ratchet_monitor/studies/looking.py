"""Use case: look at an experiment whose data changed, and do and say what follows, once."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from ratchet_common.events import Event
from ratchet_monitor.comparison import Rules
from ratchet_monitor.hours import HOUR, BucketKey, TaskKey, hours_between
from ratchet_monitor.marks import Marks
from ratchet_monitor.observations import Observation
from ratchet_monitor.scores import Score
from ratchet_monitor.studies.comparing import compared
from ratchet_monitor.studies.finding import look_of, remembered
from ratchet_monitor.studies.past import NO_PASTS, Before, Pasts
from ratchet_monitor.studies.saying import told_by
from ratchet_monitor.studies.study import State, Study, after_look
from ratchet_monitor.studies.units import Units

PASTS_OF: Final = 4  # experiments, whose units' pasts are held in memory
SOON: Final = timedelta(seconds=30)  # what happens meanwhile waits no longer for its look
FRESH: Final = timedelta(hours=1)  # after which the past is read anew: what came late is in it then


class Facts(Protocol):
    def observations(self, buckets: Collection[BucketKey]) -> AsyncIterator[Observation]: ...
    def exposures(self, buckets: Collection[BucketKey], experiment_id: str) -> AsyncIterator[Observation]:
        """Those of an experiment."""

    def scores(self, buckets: Collection[BucketKey]) -> AsyncIterator[Score]: ...


class Studies(Protocol):
    async def running(self, task: TaskKey) -> Study | None: ...
    async def record(self, before: Study, after: Study, events: Sequence[Event]) -> bool:
        """Study and events in one write; False, and no change, where it is not as it was `before` any more, or there is
        a later finding and nothing to be told."""


@dataclass(slots=True)
class Known:
    """The pasts of units, as this process has read them."""

    read: dict[str, tuple[datetime, Pasts]] = field(default_factory=dict)

    async def of(self, study: Study, facts: Facts, now: datetime) -> Pasts:
        if not study.pre_period_days:
            return NO_PASTS
        key = f"{study.experiment_id}|{study.tenant}"
        if key not in self.read or self.read[key][0] + FRESH <= now:
            self.read.pop(key, None)
            self.read[key] = (now, await _before(study, facts))
            for oldest in list(self.read)[:-PASTS_OF]:
                del self.read[oldest]
        return self.read[key][1]


async def study_once(
    marks: Marks[TaskKey], studies: Studies, facts: Facts, known: Known, rules: Rules, now: datetime
) -> bool:
    """One marked task. False: none was free."""
    mark = await marks.take()
    if mark is None:
        return False
    study = await studies.running(mark.key)
    if study is not None:
        after = await looked_at(study, facts, known, rules, now)
        await studies.record(study, after, told_by(study, after))
        more_at = after.finding.more_at if after.finding and after.state is State.RUNNING else None
        if more_at is not None:
            await marks.put_back(mark, seconds=min(more_at - now, SOON).total_seconds())
            return True
    await marks.done(mark)
    return True


async def looked_at(study: Study, facts: Facts, known: Known, rules: Rules, now: datetime) -> Study:
    units = await _units(study, facts, now)
    finding = await compared(study, units, await known.of(study, facts, now), rules, now)
    return after_look(study, finding, remembered(study.looks, look_of(finding)))


async def _units(study: Study, facts: Facts, now: datetime) -> Units:
    """An hour of slack: clocks differ."""
    units = Units(study)
    for hour in hours_between(study.started_at - HOUR, now):
        bucket = [BucketKey(*study.task, hour)]
        seen = [one async for one in facts.exposures(bucket, study.experiment_id)]
        if seen:
            units.see(seen, [word async for word in facts.scores(bucket)])
    return units


async def _before(study: Study, facts: Facts) -> Pasts:
    before = Before(study)
    for hour in hours_between(study.started_at - timedelta(days=study.pre_period_days), study.started_at):
        bucket = [BucketKey(*study.task, hour)]
        seen = [one async for one in facts.observations(bucket)]
        if seen:
            before.see(seen, [word async for word in facts.scores(bucket)])
    return before.by_key
