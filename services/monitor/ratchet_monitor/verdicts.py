"""Use case: look at a comparison whose data changed, and say so, once, when it is decided."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Protocol

from ratchet_common.events import VerdictReached
from ratchet_monitor.comparison import (
    FAILURE_ALPHA,
    MOST,
    SCORE_ALPHA,
    Rules,
    Sequenced,
    conclude,
    earliest,
    failures_in_order,
    scores_in_order,
    takes_part,
)
from ratchet_monitor.experiments import Experiment, Finding, verdict_of
from ratchet_monitor.hours import HOUR, BucketKey, TaskKey, hours_between
from ratchet_monitor.marks import Marks
from ratchet_monitor.observations import Observation
from ratchet_monitor.scores import Score, by_result
from ratchet_scoring.sequential import Comparer, Comparison

HOURS_AT_ONCE = 24
TURN = 500  # observations are compared before others get the event loop


class Facts(Protocol):
    def observations(self, buckets: Collection[BucketKey]) -> AsyncIterator[Observation]: ...
    def scores(self, buckets: Collection[BucketKey]) -> AsyncIterator[Score]: ...


class Experiments(Protocol):
    async def running(self, task: TaskKey) -> Experiment | None: ...
    async def record(self, experiment: Experiment, finding: Finding, verdict: VerdictReached | None) -> bool:
        """Finding and verdict in one write; False, and no change, where the experiment runs no longer."""


async def compare_once(
    marks: Marks[TaskKey], experiments: Experiments, facts: Facts, rules: Rules, now: datetime
) -> bool:
    """One marked task. False: none was free."""
    mark = await marks.take()
    if mark is None:
        return False
    experiment = await experiments.running(mark.key)
    if experiment is not None:
        finding = await look(experiment, facts, rules, now)
        await experiments.record(experiment, finding, verdict_of(experiment, finding))
    await marks.done(mark)
    return True


async def look(experiment: Experiment, facts: Facts, rules: Rules, now: datetime) -> Finding:
    observations, scores = await _of(experiment, facts, now)
    compared = await _compared(scores_in_order(observations, by_result(scores), experiment), SCORE_ALPHA)
    failures = await _compared(failures_in_order(observations, experiment), FAILURE_ALPHA)
    return conclude(experiment, observations, compared, failures, rules, now)


async def _of(experiment: Experiment, facts: Facts, now: datetime) -> tuple[list[Observation], list[Score]]:
    """The earliest observations that take part, and what was said of them. An hour of slack: clocks differ."""
    observations: list[Observation] = []
    scores: list[Score] = []
    hours = hours_between(experiment.started_at - HOUR, now)
    for buckets in _buckets(experiment.task, hours):
        async for seen in facts.observations(buckets):
            if takes_part(seen, experiment):
                observations.append(seen)
            if len(observations) >= 2 * MOST:
                observations = earliest(observations)
        known = {seen.result_id for seen in observations}
        scores += [score async for score in facts.scores(buckets) if score.result_id in known]
        if len(observations) >= MOST:
            break
    return earliest(observations), scores


def _buckets(task: TaskKey, hours: Sequence[datetime]) -> list[list[BucketKey]]:
    keys = [BucketKey(*task, hour) for hour in hours]
    return [keys[start : start + HOURS_AT_ONCE] for start in range(0, len(keys), HOURS_AT_ONCE)]


async def _compared(sequence: Sequenced, alpha: float) -> Comparison:
    comparer = Comparer(alpha=alpha)
    for number, (is_canary, value) in enumerate(sequence, 1):
        comparer.add(is_canary, value)
        if number % TURN == 0:
            await asyncio.sleep(0)
    return comparer.comparison()
