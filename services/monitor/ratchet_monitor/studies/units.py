"""What the units of an experiment came to: one record each, from facts in any order. Pure.

A unit belongs to the arm that drew it, whoever answered. It counts once: with its first word and its first outcome, as
they were first heard, and with what its answers cost and took in a window after the first of them, once that is over.
So a unit's number does not change after it was counted, and the chance of a false verdict stays what was promised.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from ratchet_monitor.observations import Observation
from ratchet_monitor.scores import Score
from ratchet_monitor.studies.metrics import BOUNDED, MOST_MICRO, MOST_NANO, SCALE, Metric
from ratchet_monitor.studies.study import Study
from ratchet_monitor.studies.turns import Told

MOST = 50_000  # units of an experiment: the first
SLACK = timedelta(minutes=10)  # what was answered in a unit's window is known by then


@dataclass(slots=True)
class Sums:
    """Of answers: in nano-USD and microseconds, each up to its cap."""

    answers: int = 0
    cost: int = 0
    answered: int = 0
    latency: int = 0
    sessions: set[str] = field(default_factory=set)

    def add(self, seen: Observation) -> None:
        self.answers += 1
        self.cost += min(seen.cost + seen.cost_of_attempts, MOST_NANO)
        if seen.outcome == "ok":
            self.answered += 1
            self.latency += min(seen.latency, MOST_MICRO)
        self.sessions.add(seen.unit)

    def of(self, metric: Metric) -> tuple[float, float]:
        """Above and below the line, in the metric's unit."""
        if metric is Metric.LATENCY:
            return self.latency / SCALE[metric], self.answered
        below = len(self.sessions) if metric is Metric.COST_PER_SESSION else self.answers
        return self.cost / SCALE[metric], below


@dataclass(slots=True)
class Counted:
    """One unit. `first_at`: of its first answer; `known_at`: when it was first heard of."""

    arm: str
    key: str
    first_at: datetime
    known_at: datetime
    sums: Sums = field(default_factory=Sums)
    # The first one heard of: when, of which result, did it fail; and when that one was asked for.
    outcome: tuple[datetime, UUID, bool, datetime] | None = None
    word: tuple[datetime, UUID, int, datetime] | None = None  # the first: when, which event, its score; and as above

    def first_of(self, metric: Metric) -> tuple[datetime, float] | None:
        """When it was known and what it was, from 0 to 1, of a metric that has bounds; None: nothing yet."""
        if metric is Metric.SCORE:
            return (self.word[0], self.word[2] / SCALE[metric]) if self.word else None
        return (self.outcome[0], float(self.outcome[2])) if self.outcome else None

    def told(self, metric: Metric) -> Told | None:
        """As `first_of`, to be bet on."""
        first, its = self.first_of(metric), self.word if metric is Metric.SCORE else self.outcome
        if first is None or its is None:
            return None
        return Told(self.arm, self.key, its[3], first[0], first[1])


class Units:
    """`see` the hours in their order; within one, in any."""

    def __init__(self, study: Study, most: int = MOST) -> None:
        self._study, self._most = study, most
        self._arms = {arm.name for arm in study.arms}
        self._window = timedelta(hours=study.window_hours)
        self.by_key: dict[str, Counted] = {}

    @property
    def full(self) -> bool:
        return len(self.by_key) >= self._most

    def see(self, observations: Collection[Observation], words: Iterable[Score]) -> None:
        """Of one hour."""
        of_result: dict[UUID, tuple[Counted, datetime]] = {}
        for seen in sorted(observations, key=lambda seen: (seen.at, seen.result_id)):
            unit = self._unit_of(seen)
            if unit is not None:
                _add(unit, seen, self._window)
                of_result[seen.result_id] = unit, seen.at
        for word in words:
            unit, asked_at = of_result.get(word.result_id, (None, word.scored_at))
            if unit is not None and word.via is None and not word.judged and word.scored:
                said = (word.scored_at, word.event_id, word.score, asked_at)
                unit.word = said if unit.word is None else min(unit.word, said)

    def _unit_of(self, seen: Observation) -> Counted | None:
        if not takes_part(seen, self._study) or seen.arm_of_experiment not in self._arms:
            return None
        key = key_of(seen, self._study)
        unit = self.by_key.get(key)
        if unit is None and not self.full:
            unit = self.by_key[key] = Counted(seen.arm_of_experiment, key, seen.at, seen.seen_at)
        return unit if unit is not None and unit.arm == seen.arm_of_experiment else None

    def exposed(self) -> list[Counted]:
        """In the order in which they were heard of."""
        return sorted(self.by_key.values(), key=lambda unit: (unit.known_at, unit.key))

    def with_first(self, metric: Metric) -> list[tuple[Counted, float]]:
        """Of a metric that has bounds: in the order in which it became known."""
        found = [(told[0], unit.key, unit, told[1]) for unit in self.by_key.values() if (told := unit.first_of(metric))]
        return [(unit, value) for _, _, unit, value in sorted(found, key=lambda one: one[:2])]

    def told(self, metric: Metric) -> list[Told]:
        """Of a metric that has bounds, in no order."""
        return [told for unit in self.by_key.values() if (told := unit.told(metric)) is not None]

    def complete(self, now: datetime) -> list[Counted]:
        """Those whose window is over."""
        slack = SLACK if self._window else timedelta(0)
        return [unit for unit in self.exposed() if unit.first_at + self._window + slack <= now]


def takes_part(seen: Observation, study: Study) -> bool:
    return seen.experiment == study.experiment_id and not seen.cached


def key_of(seen: Observation, study: Study) -> str:
    if study.unit == "result":
        return seen.result_id.hex
    return (seen.user or seen.unit) if study.unit == "user" else seen.unit


def values(units: Sequence[Counted], metric: Metric) -> list[tuple[float, float]]:
    """Above and below the line, of units whose window is over; not of a metric that has bounds."""
    if metric in BOUNDED:
        raise ValueError(f"{metric} has bounds: a unit has one number of it, and no two sums.")
    return [unit.sums.of(metric) for unit in units]


def _add(unit: Counted, seen: Observation, window: timedelta) -> None:
    if seen.at <= unit.first_at + window:
        unit.sums.add(seen)
    unit.known_at = min(unit.known_at, seen.seen_at)
    if seen.outcome != "cancelled":
        failed = seen.outcome == "failed" or seen.fell_back or seen.misshapen
        said = (seen.seen_at, seen.result_id, failed, seen.at)
        unit.outcome = said if unit.outcome is None else min(unit.outcome, said)
