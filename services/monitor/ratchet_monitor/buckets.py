"""One hour of one task as numbers, rebuilt from its observations, never counted up: what came twice counts once."""

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from ratchet_monitor.calibration import READING, bin_name
from ratchet_monitor.hearing import Strata, stratum_of, with_answer, with_strata
from ratchet_monitor.histogram import bin_of
from ratchet_monitor.observations import MILLION, Observation
from ratchet_monitor.scores import Scored
from ratchet_monitor.spreads import Speaker, Spread

MAX_CELLS = 500  # of one hour; the rarest kinds beyond are counted as one
MAX_SPREADS = 200  # versions and models of one hour; at 8 kB each, that stays far below what a document may hold
CONFIDENCE_BINS = 10
SLOT_MINUTES = 5
MAX_SLOT_CELLS = 60  # of one slot
OTHERS = "(others)"
NOTHING: Final[Mapping[UUID, Any]] = {}


class Kind(NamedTuple):
    """What the observations of one cell have in common."""

    version_id: str
    model: str
    tier: str
    template: str
    approach: str
    document_type: str
    cached: bool


class Tally(msgspec.Struct, omit_defaults=True):
    """Sums, in the units of observations.py. Two of them add up to one."""

    predictions: int = 0
    failed: int = 0
    cancelled: int = 0
    cost: int = 0
    cost_of_attempts: int = 0  # whose answers were not given
    documents: int = 0  # requests that carried document text and were no cache hits
    document_cost: int = 0
    routing_saved: int = 0  # what the dearest candidate would have cost more
    hits: int = 0  # answers out of the cache that repeat one of these
    caching_saved: int = 0
    answered: int = 0  # with outcome ok; the next two are over these
    latency: int = 0
    latencies: dict[int, int] = msgspec.field(default_factory=dict)  # histogram.py
    confident: int = 0
    confidence: int = 0
    scored: int = 0  # by people, or by what was known to be right
    score: int = 0
    judged: int = 0  # by a judge
    judged_score: int = 0
    ratings: int = 0
    satisfied: int = 0  # halves
    negative: int = 0  # of the ratings
    misshapen: int = 0  # of the answered: a check of the answer failed
    calibration: dict[int, tuple[int, int, int]] = msgspec.field(default_factory=dict)  # bin: n, confidence, score
    reliability: dict[str, tuple[int, int, int]] = msgspec.field(default_factory=dict)  # calibration.py: raw confidence
    strata: Strata = msgspec.field(default_factory=dict)  # hearing.py

    def add(self, other: "Tally") -> None:
        for name, more in zip(SUMS, SUMS_OF(other), strict=True):
            if more:
                setattr(self, name, getattr(self, name) + more)
        with_calibration(self.calibration, other.calibration)
        for name, counts in other.reliability.items():
            self.reliability[name] = together(self.reliability.get(name), counts)
        if not self.latencies:
            self.latencies.update(other.latencies)
        else:
            for number, n in other.latencies.items():
                self.latencies[number] = self.latencies.get(number, 0) + n
        with_strata(self.strata, other.strata)

    def observe(self, seen: Observation, scored: Scored | None, hits: int) -> None:
        self.predictions += 1
        self.failed += seen.outcome == "failed"
        self.cancelled += seen.outcome == "cancelled"
        self.cost += seen.cost
        self.cost_of_attempts += seen.cost_of_attempts
        if seen.has_document and not seen.cached:
            self.documents += 1
            self.document_cost += seen.cost
        self.hits += hits
        self.caching_saved += hits * seen.cost
        if seen.outcome == "ok":
            self._answer(seen)
        if scored and scored.judged is not None:
            self.judged += 1
            self.judged_score += scored.judged
        if scored and scored.users:
            self._score(seen, scored)
        by_people = scored is not None and scored.users > 0
        if not seen.cached and (seen.outcome == "ok" or by_people):
            with_answer(self.strata, stratum_of(seen), scored.score if scored and by_people else None)

    def _answer(self, seen: Observation) -> None:
        self.answered += 1
        self.misshapen += seen.misshapen
        self.latency += seen.latency
        number = bin_of(seen.latency)
        self.latencies[number] = self.latencies.get(number, 0) + 1
        if seen.confidence is not None:
            self.confident += 1
            self.confidence += seen.confidence
        if (compared := seen.compared_cost) is not None:
            self.routing_saved += compared - seen.cost

    def _score(self, seen: Observation, scored: Scored) -> None:
        self.scored += 1
        self.score += scored.score
        self.ratings += scored.ratings
        self.satisfied += scored.satisfied
        self.negative += scored.negative
        if seen.confidence is not None:
            number = min(seen.confidence * CONFIDENCE_BINS // MILLION, CONFIDENCE_BINS - 1)
            told = (1, seen.confidence, scored.score)
            self.calibration[number] = together(self.calibration.get(number), told)
        if seen.raw_confidence is not None:
            raw = (1, seen.raw_confidence, scored.score)
            for approach in ("", seen.approach) if seen.approach in READING else ("",):
                name = bin_name(seen.confidence_source, seen.raw_confidence / MILLION, approach)
                self.reliability[name] = together(self.reliability.get(name), raw)


def with_calibration(bins: dict[int, tuple[int, int, int]], others: Mapping[int, tuple[int, int, int]]) -> None:
    for number, counts in others.items():
        bins[number] = together(bins.get(number), counts)


def together(one: tuple[int, int, int] | None, other: tuple[int, int, int]) -> tuple[int, int, int]:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2]) if one else other


APART = ("latencies", "calibration", "reliability", "strata")
SUMS = tuple(name for name in Tally.__struct_fields__ if name not in APART)
SUMS_OF: Final = attrgetter(*SUMS)


class Cell(msgspec.Struct, frozen=True):
    kind: Kind
    tally: Tally


Cells = tuple[Cell, ...]


class Spoken(msgspec.Struct, frozen=True):
    speaker: Speaker
    spread: Spread


class Contents(msgspec.Struct, frozen=True):
    """Of an hour or a day of a task."""

    cells: tuple[Cell, ...] = ()
    spreads: tuple[Spoken, ...] = ()

    @property
    def predictions(self) -> int:
        return sum(cell.tally.predictions for cell in self.cells)


class Period(NamedTuple):
    task_type: str
    start: datetime  # of an hour, or of a day
    contents: Contents


class Build:
    """Takes an hour's observations one after the other, in any order; or the contents of hours, for a day."""

    def __init__(self, scored: Mapping[UUID, Scored] = NOTHING, hits: Mapping[UUID, int] = NOTHING) -> None:
        self._scored, self._hits = scored, hits
        self._slots: dict[int, dict[Kind, Tally]] = {}
        self._spreads: dict[Speaker, Spread] = {}

    def add(self, seen: Observation) -> None:
        tally = self._slots.setdefault(seen.at.minute // SLOT_MINUTES, {}).setdefault(kind_of(seen), Tally())
        scored = None if seen.cached else self._scored.get(seen.result_id)
        tally.observe(seen, scored, self._hits.get(seen.result_id, 0))
        if seen.outcome == "ok" and not seen.cached:
            self._spreads.setdefault(Speaker(seen.version_id, seen.model), Spread()).observe(seen)

    def include(self, contents: Contents) -> None:
        for cell in contents.cells:
            self._slots.setdefault(0, {}).setdefault(cell.kind, Tally()).add(cell.tally)
        for spoken in contents.spreads:
            self._spreads.setdefault(spoken.speaker, Spread()).add(spoken.spread)

    def contents(self) -> Contents:
        return Contents(self.cells(), self.spreads())

    def spreads(self) -> tuple[Spoken, ...]:
        """As `cells`: in one order, at most MAX_SPREADS and one."""
        by_size = sorted(self._spreads.items(), key=lambda one: (-one[1].answered, one[0]))
        kept = dict(by_size[:MAX_SPREADS])
        for _, spread in by_size[MAX_SPREADS:]:
            kept.setdefault(Speaker(OTHERS, OTHERS), Spread()).add(spread)
        return tuple(Spoken(speaker, kept[speaker]) for speaker in sorted(kept))

    def cells(self) -> Cells:
        """In one order whatever the order they came in; at most MAX_CELLS and one for each of cached and not."""
        whole: dict[Kind, Tally] = {}
        for slot in self._slots.values():
            for kind, tally in slot.items():
                whole.setdefault(kind, Tally()).add(tally)
        return _largest(whole, MAX_CELLS)

    def slots(self) -> dict[int, Cells]:
        """Those of five minutes each in which something happened, by their number within the hour."""
        return {number: _largest(self._slots[number], MAX_SLOT_CELLS) for number in sorted(self._slots)}


def _largest(found: Mapping[Kind, Tally], most: int) -> Cells:
    by_size = sorted(found.items(), key=lambda cell: (-cell[1].predictions, cell[0]))
    kept = dict(by_size[:most])
    rest: dict[Kind, Tally] = {}
    for kind, tally in by_size[most:]:
        rest.setdefault(_others(kind), Tally()).add(tally)
    for kind, tally in rest.items():
        kept[kind] = _plus(kept[kind], tally) if kind in kept else tally
    return tuple(Cell(kind, kept[kind]) for kind in sorted(kept))


def _plus(one: Tally, other: Tally) -> Tally:
    """A new one: neither of the two changes."""
    both = Tally()
    both.add(one)
    both.add(other)
    return both


def kind_of(seen: Observation) -> Kind:
    return Kind(seen.version_id, seen.model, seen.tier, seen.template, seen.approach, seen.document_type, seen.cached)


def _others(kind: Kind) -> Kind:
    return Kind(OTHERS, OTHERS, OTHERS, OTHERS, OTHERS, OTHERS, kind.cached)
