"""The store in memory: facts under their ids, marks with tokens, numbers that are replaced whole."""

import itertools
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime, timedelta
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from ratchet_common.events import Event, QualityMeasured, VerdictReached
from ratchet_monitor.adding import Adding, Wanted, everything
from ratchet_monitor.buckets import Contents, Period
from ratchet_monitor.columns import View, columns_of
from ratchet_monitor.experiments import Experiment, Finding, State
from ratchet_monitor.filing import Filed
from ratchet_monitor.hours import BucketKey, TaskKey, day_of
from ratchet_monitor.marks import Mark
from ratchet_monitor.observations import Hit, Observation
from ratchet_monitor.quality import Quality
from ratchet_monitor.scores import Score
from ratchet_monitor.studies.study import State as Running
from ratchet_monitor.studies.study import Study
from ratchet_monitor.traffic import Traffic
from ratchet_monitor.turns import Turns, Waiting

K = TypeVar("K", BucketKey, TaskKey)


class InMemoryFacts:
    def __init__(self) -> None:
        self.observed: dict[UUID, Observation] = {}
        self.hit: dict[UUID, Hit] = {}
        self.scored: dict[UUID, Score] = {}
        self.late: dict[UUID, Observation | Score] = {}

    async def add_observations(self, observations: Filed[Observation]) -> None:
        for one in itertools.chain.from_iterable(observations.values()):
            self.observed.setdefault(one.result_id, one)

    async def add_hits(self, hits: Filed[Hit]) -> None:
        for one in itertools.chain.from_iterable(hits.values()):
            self.hit.setdefault(one.result_id, one)

    async def add_scores(self, scores: Filed[Score]) -> None:
        for one in itertools.chain.from_iterable(scores.values()):
            self.scored.setdefault(one.event_id, one)

    async def add_late(self, late: Collection[Observation | Score]) -> None:
        for one in late:
            self.late.setdefault(one.event_id if isinstance(one, Score) else one.result_id, one)

    async def observations(self, buckets: Collection[BucketKey]) -> AsyncIterator[Observation]:
        for one in list(self.observed.values()):
            if one.bucket in buckets:
                yield one

    async def exposures(self, buckets: Collection[BucketKey], experiment_id: str) -> AsyncIterator[Observation]:
        async for one in self.observations(buckets):
            if one.experiment == experiment_id:
                yield one

    async def scores(self, buckets: Collection[BucketKey]) -> AsyncIterator[Score]:
        for one in list(self.scored.values()):
            if one.bucket in buckets:
                yield one

    async def hits(self, buckets: Collection[BucketKey]) -> AsyncIterator[Hit]:
        for one in list(self.hit.values()):
            if one.bucket in buckets:
                yield one


class InMemoryMarks(Generic[K]):
    def __init__(self) -> None:
        self.marks: dict[K, int] = {}
        self._tokens = itertools.count()

    async def set(self, keys: Collection[K]) -> None:
        self.marks |= {key: next(self._tokens) for key in keys}

    async def take(self, before: datetime | None = None) -> Mark[K] | None:
        due = (Mark(key, token) for key, token in self.marks.items())
        return next((one for one in due if before is None or _is_before(one.key, before)), None)

    async def done(self, mark: Mark[K]) -> None:
        if self.marks.get(mark.key) == mark.taken:
            del self.marks[mark.key]

    async def put_back(self, mark: Mark[K], seconds: float = 0) -> None:
        """Nobody else takes one here."""


class InMemoryHours(InMemoryMarks[BucketKey]):
    def __init__(self) -> None:
        super().__init__()
        self._turns = Turns()

    async def take_some(self, now: datetime) -> Sequence[Mark[BucketKey]]:
        chosen = self._turns.next([Waiting(key, key.hour) for key in self.marks], now)
        return [Mark(one.key, self.marks[one.key]) for one in chosen]

    async def all_done(self, marks: Collection[Mark[BucketKey]]) -> None:
        for mark in marks:
            await self.done(mark)

    async def put_all_back(self, marks: Collection[Mark[BucketKey]]) -> None:
        """Nobody else takes one here."""


def _is_before(key: BucketKey | TaskKey, moment: datetime) -> bool:
    return isinstance(key, BucketKey) and key.hour < moment


class InMemoryBuckets:
    """Of hours, or of days."""

    def __init__(self) -> None:
        self.written: dict[BucketKey, Contents] = {}
        self.times: dict[BucketKey, int] = {}

    async def built(self, key: BucketKey) -> tuple[int, int]:
        return self.times.get(key, 0), self.written.get(key, Contents()).predictions

    async def builds(self, keys: Collection[BucketKey]) -> dict[BucketKey, tuple[int, int]]:
        return {key: await self.built(key) for key in keys if key in self.times}

    async def write(self, key: BucketKey, contents: Contents, *, after: int) -> bool:
        if self.times.get(key, 0) != after:
            return False
        self.times[key], self.written[key] = after + 1, contents
        return True

    async def periods(
        self,
        tenant: str,
        since: datetime,
        task_type: str = "",
        cuts: Collection[datetime] = (),
        until: datetime | None = None,
    ) -> AsyncIterator[Period]:
        assert all(at >= since for at in cuts)
        for key, contents in self.written.items():
            within = since <= key.hour and (until is None or key.hour < until)
            if key.tenant == tenant and within and task_type in ("", key.task_type):
                yield Period(key.task_type, key.hour, contents)

    async def sums(
        self,
        tenant: str,
        since: datetime,
        views: Collection[View],
        task_type: str = "",
        *,
        cuts: Collection[datetime] = (),
        wanted: Wanted = everything,
        daily: bool = False,
    ) -> AsyncIterator[Period]:
        assert all(at >= since for at in cuts)
        found: dict[tuple[datetime, str], Adding] = {}
        for key, contents in self.written.items():
            if key.tenant == tenant and key.hour >= since and task_type in ("", key.task_type):
                start = day_of(key.hour) if daily else max(at for at in (since, *cuts) if at <= key.hour)
                columns = columns_of(contents)
                its = found.setdefault((start, key.task_type), Adding(wanted))
                its.include({view: columns[view] for view in views})
        for (start, task), adding in found.items():
            yield Period(task, start, adding.contents())

    async def hours_of(self, day: BucketKey) -> AsyncIterator[Contents]:
        for key, contents in self.written.items():
            if key.task == day.task and day.hour <= key.hour < day.hour + timedelta(days=1):
                yield contents


class InMemoryExperiments:
    def __init__(self) -> None:
        self.traffic: dict[TaskKey, Traffic] = {}
        self.known: dict[str, Experiment] = {}
        self.verdicts: list[VerdictReached] = []
        self.held: list[VerdictReached] = []

    async def assign(self, traffic: Traffic, experiment: Experiment | None, at: datetime) -> bool:
        known = self.traffic.get(traffic.task)
        if known and known.revision > traffic.revision:
            return False
        self.traffic[traffic.task] = traffic
        for name, one in self.known.items():
            if one.revision < (traffic.since or traffic.revision):
                self.known[name] = msgspec.structs.replace(one, state=State.CLOSED, closed_at=at)
        if experiment:
            self.known.setdefault(experiment.experiment_id, experiment)
        return True

    async def serving(self, task: TaskKey) -> Traffic | None:
        return self.traffic.get(task)

    async def running(self, task: TaskKey) -> Experiment | None:
        return next((one for one in self.known.values() if one.task == task and one.state is State.RUNNING), None)

    async def all_running(self) -> list[Experiment]:
        return [one for one in self.known.values() if one.state is State.RUNNING]

    async def say(self, experiment: Experiment, verdict: VerdictReached) -> None:
        runs = self.known[experiment.experiment_id].state is State.RUNNING
        if runs and verdict.event_id not in {said.event_id for said in self.held}:
            self.held.append(verdict)

    async def record(self, experiment: Experiment, finding: Finding, verdict: VerdictReached | None) -> bool:
        if self.known[experiment.experiment_id].state is not State.RUNNING:
            return False
        state = State.DECIDED if verdict else State.RUNNING
        self.known[experiment.experiment_id] = msgspec.structs.replace(experiment, finding=finding, state=state)
        self.verdicts += [verdict] if verdict else []
        return True


class InMemoryStudies:
    def __init__(self, *there: Study) -> None:
        self.known: dict[tuple[str, str], Study] = {(one.tenant, one.experiment_id): one for one in there}
        self.events: list[Event] = []
        self.held: dict[UUID, VerdictReached] = {}

    async def add(self, study: Study, event: Event) -> bool:
        key = study.tenant, study.experiment_id
        if key in self.known or await self.running(study.task):
            return False
        self.known[key] = study
        self.events.append(event)
        return True

    async def study(self, tenant: str, experiment_id: str) -> Study | None:
        return self.known.get((tenant, experiment_id))

    async def running(self, task: TaskKey) -> Study | None:
        return next((one for one in await self.all_running() if one.task == task), None)

    async def all_running(self) -> list[Study]:
        return [one for one in self.known.values() if one.state is Running.RUNNING]

    async def record(self, before: Study, after: Study, events: Sequence[Event]) -> bool:
        key = before.tenant, before.experiment_id
        there = self.known[key]
        if (there.state, there.revision) != (Running.RUNNING, before.revision):
            return False
        self.known[key] = after
        self.events += events
        return True

    async def say(self, study: Study, verdict: VerdictReached) -> None:
        if self.known[study.tenant, study.experiment_id].state is Running.RUNNING:
            self.held.setdefault(verdict.event_id, verdict)


class InMemoryQualities:
    def __init__(self) -> None:
        self.last: dict[tuple[TaskKey, str], Quality] = {}
        self.events: list[QualityMeasured] = []

    async def told(self, task: TaskKey) -> dict[str, Quality]:
        return {model: quality for (of, model), quality in self.last.items() if of == task}

    async def tell(self, task: TaskKey, quality: Quality, event: QualityMeasured) -> None:
        last = self.last.get((task, quality.model))
        if last is None or last.revision < quality.revision:
            self.last[task, quality.model] = quality
            self.events.append(event)
