"""Use case: look at a comparison whose data changed, and say so, once, when it is decided."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Protocol

from ratchet_common.events import VerdictReached
from ratchet_monitor.comparison import (
    MOST,
    NOTHING_PROVEN,
    OF_ALL,
    SCORE_ALPHA,
    Proven,
    Rules,
    Sequenced,
    by_hour,
    conclude,
    earliest,
    failure_alpha,
    failures_in_order,
    first_words,
    last_scored,
    plainest,
    scores_in_order,
    speaks_of,
    takes_part,
    worse_slices,
)
from ratchet_monitor.experiments import Experiment, Finding, verdict_of
from ratchet_monitor.hours import HOUR, BucketKey, TaskKey, hour_of, hours_between
from ratchet_monitor.marks import Marks
from ratchet_monitor.observations import Observation
from ratchet_monitor.saving import proven
from ratchet_monitor.scores import Score
from ratchet_scoring.advance import Limits
from ratchet_scoring.sequential import Comparer, Comparison

HOURS_AT_ONCE = 24
FAILURES_OF_HOURS = 3  # the one that goes on, and two that may still change
FAILURES_SINCE = (FAILURES_OF_HOURS - 1) * HOUR
ENOUGH = 2_000  # observations
TURN = 500  # observations are compared before others get the event loop


class Facts(Protocol):
    def observations(self, buckets: Collection[BucketKey]) -> AsyncIterator[Observation]: ...
    def scores(self, buckets: Collection[BucketKey]) -> AsyncIterator[Score]: ...


class Experiments(Protocol):
    async def running(self, task: TaskKey) -> Experiment | None: ...
    async def record(self, experiment: Experiment, finding: Finding, verdict: VerdictReached | None) -> bool:
        """Finding and verdict in one write; False, and no change, where the experiment runs no longer, or there is a
        later finding and no verdict."""


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
    words = await _words(experiment, facts, now)
    scores = await _compared(scores_in_order(words, experiment), SCORE_ALPHA)
    first, latest = await _first(experiment, facts, now), await _latest(experiment, facts, now)
    failures = await _failures(first, latest, experiment, now)
    worse = worse_slices(words, experiment, rules.limits)
    saves = await _proven(first, experiment, scores, rules.limits)
    return conclude(experiment, latest, scores, failures, worse, rules, now, saves, last_scored(words))


async def _proven(first: Sequence[Observation], experiment: Experiment, scores: Comparison, limits: Limits) -> Proven:
    """Of what is better, or may be worse, nobody asks whether it saves."""
    asked = -limits.margin < scores.low <= 0
    return await proven(first, experiment, limits.saving) if asked else NOTHING_PROVEN


async def _words(experiment: Experiment, facts: Facts, now: datetime) -> list[Score]:
    """An hour of slack: clocks differ."""
    words: list[Score] = []
    for buckets in _buckets(experiment.task, hours_between(experiment.started_at - HOUR, now)):
        async for word in facts.scores(buckets):
            if speaks_of(word, experiment):
                words.append(word)
            if len(words) >= 2 * MOST:
                words = first_words(words)
    return first_words(words)


async def _first(experiment: Experiment, facts: Facts, now: datetime) -> list[Observation]:
    """The earliest of the whole trial: where there is little traffic no hour alone says anything."""
    first: list[Observation] = []
    for buckets in _buckets(experiment.task, hours_between(experiment.started_at - HOUR, now)):
        first = earliest([*first, *await _of(experiment, facts, buckets)])
        if len(first) >= MOST:
            break
    return first


async def _latest(experiment: Experiment, facts: Facts, now: datetime) -> list[Observation]:
    """All of the last hours, and of those before them until there are enough to see what answers cost and take."""
    hours = hours_between(experiment.started_at - HOUR, now)
    latest: list[Observation] = []
    for hour in hours[-FAILURES_OF_HOURS:]:
        latest += await _of(experiment, facts, [BucketKey(*experiment.task, hour)])
    for buckets in reversed(_buckets(experiment.task, hours[:-FAILURES_OF_HOURS])):
        if len(latest) >= ENOUGH:
            break
        latest += await _of(experiment, facts, buckets)
    return latest


async def _of(experiment: Experiment, facts: Facts, buckets: Collection[BucketKey]) -> list[Observation]:
    """The earliest ones: however many more come, a test that began with them goes on with them."""
    kept: list[Observation] = []
    async for seen in facts.observations(buckets):
        if takes_part(seen, experiment):
            kept.append(seen)
        if len(kept) >= 2 * MOST:
            kept = earliest(kept)
    return earliest(kept)


async def _failures(
    first: Sequence[Observation], latest: Sequence[Observation], experiment: Experiment, now: datetime
) -> Comparison:
    """Since the start, and in each of the last hours by itself."""
    found = [await _compared(failures_in_order(first, experiment), OF_ALL)]
    for hour, its in by_hour(latest, experiment).items():
        if hour >= hour_of(now - FAILURES_SINCE):
            found.append(await _compared(failures_in_order(its, experiment), failure_alpha(hour, experiment)))
    return plainest(found)


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
