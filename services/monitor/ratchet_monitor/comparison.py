"""Is the canary better than its control? Pure: what was seen and said goes in, a finding comes out.

A unit belongs to the version that its share gave it, whoever answered: were the requests left out on which the canary
fails, it would look better than it is. Answers out of the cache take no part. A unit counts once, with the first word
on any of its answers as it was first said: what comes later is not independent of it, and a sequence that changed
afterwards would not be the one whose error is bounded.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import pi
from types import MappingProxyType
from typing import Final

from ratchet_monitor.experiments import Arm, Experiment, Finding
from ratchet_monitor.hours import HOUR, hour_of
from ratchet_monitor.observations import MILLION, NANO, Observation
from ratchet_monitor.scores import Score
from ratchet_scoring.advance import Decision, Limits, SliceGain, decide
from ratchet_scoring.sequential import Comparison

MOST = 20_000  # scored units of an experiment, the first; and observations of an hour, the earliest
SCORE_ALPHA, FAILURE_ALPHA = 0.04, 0.01  # together .05: the chance of any false verdict
# Of failures only "more" decides, which is half of their part: the other half is for what is saved, in cost and in
# time. Of these, too, only one side decides.
SAVING_ALPHA = FAILURE_ALPHA / 2
OF_ALL, OF_HOURS = FAILURE_ALPHA / 2, FAILURE_ALPHA / 2  # failures since the start, and in each hour by itself
NOTHING_SAID: Final[Mapping[str, datetime]] = MappingProxyType({})

Sequenced = list[tuple[bool, float]]  # (is it the canary's, 0 to 1), in the order in which they became known


@dataclass(frozen=True, slots=True)
class Proven:
    """What is saved at all, and not by chance; by how much is told by what was seen lately."""

    cheaper: bool
    faster: bool

    def saves(self, cheaper: float, faster: float, least: float) -> bool:
        """.3 for 30 %."""
        return (self.cheaper and cheaper >= least) or (self.faster and faster >= least)


NOTHING_PROVEN = Proven(cheaper=False, faster=False)


@dataclass(frozen=True, slots=True)
class Rules:
    limits: Limits
    min_observations: int  # scored units of each arm
    min_step: timedelta = timedelta(0)  # a step lasts so long before its canary gets more; it may lose all at any time


def takes_part(seen: Observation, experiment: Experiment) -> bool:
    return (
        experiment.counts(seen.revision)
        and seen.assigned_by == "share"
        and not seen.cached
        and seen.arm in (experiment.canary, experiment.control)
    )


def speaks_of(word: Score, experiment: Experiment) -> bool:
    arms = (experiment.canary, experiment.control)
    return word.scored and experiment.counts(word.revision_of_traffic) and word.arm in arms


def first_words(words: Iterable[Score]) -> list[Score]:
    """Of each unit the word that came first; of the units those that spoke first."""
    first: dict[str, Score] = {}
    for word in sorted(words, key=lambda word: (word.scored_at, word.event_id)):
        first.setdefault(word.unit, word)
        if len(first) >= MOST:
            break
    return list(first.values())


def scores_in_order(words: Sequence[Score], experiment: Experiment) -> Sequenced:
    """`words`: as `first_words` gives them."""
    return [(word.arm == experiment.canary, word.score / MILLION) for word in words]


def last_scored(words: Iterable[Score]) -> dict[str, datetime]:
    """By arm, of the words as `first_words` gives them."""
    found: dict[str, datetime] = {}
    for word in words:
        found[word.arm] = max(found.get(word.arm, word.scored_at), word.scored_at)
    return found


def earliest(observations: Iterable[Observation]) -> list[Observation]:
    return sorted(observations, key=lambda seen: (seen.seen_at, seen.result_id))[:MOST]


def failures_in_order(observations: Iterable[Observation], experiment: Experiment) -> Sequenced:
    """1 where the version did not answer, or not in the right form; whoever hung up says neither. Once a unit."""
    first: dict[str, tuple[bool, float]] = {}
    for seen in earliest(observations):
        if seen.outcome != "cancelled":
            bad = seen.outcome == "failed" or seen.fell_back or seen.misshapen
            first.setdefault(seen.unit, (seen.arm == experiment.canary, float(bad)))
    return list(first.values())


def failure_alpha(hour: datetime, experiment: Experiment) -> float:
    """Each hour of a trial is a test of its own, so that what breaks late is seen; together they err as one."""
    number = (hour - hour_of(experiment.started_at)) // HOUR + 1
    return OF_HOURS * 6 / (pi * number) ** 2


def by_hour(observations: Iterable[Observation], experiment: Experiment) -> dict[datetime, list[Observation]]:
    """What lies before the start by another clock belongs to the first hour."""
    found: dict[datetime, list[Observation]] = defaultdict(list)
    for seen in observations:
        found[max(seen.bucket.hour, hour_of(experiment.started_at))].append(seen)
    return found


def plainest(found: Collection[Comparison]) -> Comparison:
    """The one that says most clearly that the canary fails more often."""
    return max(found, key=lambda one: (one.low <= one.high, one.low, one.n_canary))


def worse_slices(words: Sequence[Score], experiment: Experiment, limits: Limits) -> tuple[SliceGain, ...]:
    """Guarded slices on which the canary loses more than it may, the worst first; each arm has enough units there."""
    said: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for word in words:
        for name in set(word.slices):
            said[name][word.arm == experiment.canary].append(word.score)
    gains = [
        SliceGain(name, (sum(canary) / len(canary) - sum(control) / len(control)) / MILLION, len(canary))
        for name, (control, canary) in said.items()
        if min(len(control), len(canary)) >= limits.slice_cases
    ]
    return tuple(sorted((one for one in gains if one.gain < -limits.slice_loss), key=lambda one: (one.gain, one.name)))


def conclude(
    experiment: Experiment,
    observations: Collection[Observation],
    scores: Comparison,
    failures: Comparison,
    worse: Sequence[SliceGain],
    rules: Rules,
    at: datetime,
    proven: Proven = NOTHING_PROVEN,
    last: Mapping[str, datetime] = NOTHING_SAID,
) -> Finding:
    """`observations`: the latest, for what answers cost and take. `proven`: what of that is no chance. `last`: as
    `last_scored` gives it.
    """
    canary = _arm(observations, experiment.canary, scores.n_canary, scores.mean_canary, last)
    control = _arm(observations, experiment.control, scores.n_control, scores.mean_control, last)
    cheaper = _saved(canary.cost_usd, control.cost_usd)
    faster = _saved(canary.latency_ms, control.latency_ms)
    saves = proven.saves(cheaper, faster, rules.limits.saving)
    decided = _decision(scores, failures, worse, rules, cheaper, faster, saves=saves)
    decision = _in_time(decided, experiment, rules, at)
    return Finding(
        conclusion=decision.verdict,
        why=decision.reason,
        at=at,
        canary=canary,
        control=control,
        gain_low=scores.low,
        gain_high=scores.high,
        failures_low=failures.low,
        failures_high=failures.high,
        cheaper=cheaper,
        faster=faster,
    )


def _decision(
    scores: Comparison,
    failures: Comparison,
    worse: Sequence[SliceGain],
    rules: Rules,
    cheaper: float,
    faster: float,
    *,
    saves: bool,
) -> Decision:
    if 0 < failures.low <= failures.high:
        more = f"by {failures.low:.3f} at least, of {failures.n_canary} and {failures.n_control}"
        return Decision("roll_back", f"The canary fails more often than its control, {more}.")
    fewer = min(scores.n_canary, scores.n_control)
    if fewer < rules.min_observations:
        counted = f"{scores.n_canary} scored units of the canary and {scores.n_control} of the control"
        return Decision("hold", f"Too early: {counted}, and {rules.min_observations} of each are needed.")
    decision = decide(scores.low, scores.high, cheaper=cheaper, faster=faster, limits=rules.limits)
    if decision.verdict == "advance" and not scores.low > 0 and not saves:
        without = decide(scores.low, scores.high, cheaper=0.0, faster=0.0, limits=rules.limits)
        if without.verdict == "roll_back":
            return without
        return Decision("hold", f"What it saves may be by chance yet. Else: {decision.reason}")
    if decision.verdict == "advance" and worse:
        loss = f"On {worse[0].name} ({worse[0].n} units) it loses {-worse[0].gain:.3f}"
        return Decision("hold", f"{loss}, and may lose {rules.limits.slice_loss}. Over all: {decision.reason}")
    return decision


def _in_time(decision: Decision, experiment: Experiment, rules: Rules, at: datetime) -> Decision:
    """What is only seen at other hours of the day has a chance to show; what is bad already need not wait for it."""
    if experiment.guard and decision.verdict == "advance":
        return Decision("hold", f"It serves already. {decision.reason}")
    until = experiment.started_at + rules.min_step
    if decision.verdict != "advance" or at >= until:
        return decision
    return Decision("hold", f"The step lasts until {until:%Y-%m-%d %H:%M} UTC at least. Until then: {decision.reason}")


def _arm(
    observations: Collection[Observation],
    version_id: str,
    scored_units: int,
    score: float | None,
    last: Mapping[str, datetime],
) -> Arm:
    own = [seen for seen in observations if seen.arm == version_id]
    answered = [seen for seen in own if seen.outcome == "ok"]
    failed = sum(seen.outcome == "failed" or (seen.outcome == "ok" and seen.fell_back) for seen in own)
    ended = sum(seen.outcome != "cancelled" for seen in own)
    return Arm(
        observations=len(own),
        scored_units=scored_units,
        score=score,
        failure_rate=failed / ended if ended else None,
        cost_usd=_mean([seen.cost + seen.cost_of_attempts for seen in own], NANO),
        latency_ms=_mean([seen.latency for seen in answered], 1000),
        last_scored_at=last.get(version_id),
    )


def _mean(values: Sequence[int], unit: int) -> float | None:
    return sum(values) / len(values) / unit if values else None


def _saved(canary: float | None, control: float | None) -> float:
    """.3 where the canary takes 30 % less; what costs nothing cannot be undercut."""
    if canary is None or control is None or canary == control:
        return 0.0
    return 1 - canary / control if control else -1.0
