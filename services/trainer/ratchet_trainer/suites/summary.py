"""What a run came to, case by case and all together: numbers with their intervals. Pure."""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ratchet_scoring.intervals import mean_interval, paired_gain
from ratchet_trainer.suites.outcomes import CaseOutcome, Outcome

MOST_SLICES = 100  # those with most cases


@dataclass(frozen=True, slots=True)
class Estimate:
    """With the ends of its 95 % interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Side:
    """Of the cases that both sides answered. Means are weighted; what no case has a number for is None."""

    accuracy: Estimate
    passed: float  # share
    relevance: float | None
    completeness: float | None
    consistency: float | None
    latency_p50_ms: float
    latency_p95_ms: float
    cost_usd: float  # mean of an answer
    malformed: int
    private: int
    unanswered: int
    abstained: int = 0  # that it was not sure of


@dataclass(frozen=True, slots=True)
class Improvement:
    """Over the baseline; `relative`: .1 for 10 % more, None over a baseline of 0."""

    absolute: Estimate
    relative: float | None


@dataclass(frozen=True, slots=True)
class Slice:
    name: str
    n: int
    candidate: Estimate
    baseline: Estimate | None
    gain: Estimate | None


@dataclass(frozen=True, slots=True)
class Summary:
    cases: int
    counted: int  # that every side answered
    groups: int
    candidate: Side
    baseline: Side | None
    improvement: Improvement | None
    slices: tuple[Slice, ...]

    @property
    def benchmark_score(self) -> float:
        return self.candidate.accuracy.mean


def summary(cases: Sequence[CaseOutcome], seed: int) -> Summary:
    compared = any(case.baseline is not None for case in cases)
    counted = [case for case in cases if _is_answered(case)]
    ours, theirs = side(cases, counted, _candidate, seed), None
    if compared:
        theirs = side(cases, counted, _baseline, seed)
    return Summary(
        cases=len(cases),
        counted=len(counted),
        groups=len({case.group for case in counted}),
        candidate=ours,
        baseline=theirs,
        improvement=improvement(gain_of(counted, seed), theirs.accuracy.mean) if theirs else None,
        slices=tuple(_slice(name, its, seed, compared=compared) for name, its in by_slice(counted)),
    )


def by_slice(cases: Iterable[CaseOutcome]) -> list[tuple[str, list[CaseOutcome]]]:
    """Those with most cases first."""
    found: dict[str, list[CaseOutcome]] = {}
    for case in cases:
        for name in case.slices:
            found.setdefault(name, []).append(case)
    return sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))[:MOST_SLICES]


def accuracy(cases: Sequence[CaseOutcome], of: Callable[[CaseOutcome], Outcome], seed: int) -> Estimate:
    found = mean_interval(
        [of(case).score or 0.0 for case in cases],
        [case.weight for case in cases],
        groups=[case.group for case in cases],
        seed=seed,
    )
    return Estimate(found.mean, found.interval.low, found.interval.high)


def gain_of(cases: Sequence[CaseOutcome], seed: int) -> Estimate:
    """The candidate's over the baseline's, of cases that have both."""
    return paired([_candidate(c).score or 0.0 for c in cases], [_baseline(c).score or 0.0 for c in cases], cases, seed)


def paired(ours: Sequence[float], theirs: Sequence[float], cases: Sequence[CaseOutcome], seed: int) -> Estimate:
    weights, groups = [case.weight for case in cases], [case.group for case in cases]
    found = paired_gain(ours, theirs, weights, groups=groups, seed=seed)
    return Estimate(found.mean, found.interval.low, found.interval.high)


def improvement(gain: Estimate, before: float) -> Improvement:
    return Improvement(gain, gain.mean / before if before > 0 else None)


def side(
    cases: Sequence[CaseOutcome], counted: Sequence[CaseOutcome], of: Callable[[CaseOutcome], Outcome], seed: int
) -> Side:
    its = [of(case) for case in counted]
    weights = [case.weight for case in counted]
    times = sorted(outcome.latency_ms for outcome in its if not outcome.error)
    return Side(
        accuracy=accuracy(counted, of, seed),
        passed=_mean([float(outcome.passed) for outcome in its], weights) or 0.0,
        relevance=_mean([outcome.relevance for outcome in its], weights),
        completeness=_mean([outcome.completeness for outcome in its], weights),
        consistency=_mean([outcome.consistency for outcome in its], weights),
        latency_p50_ms=_at(times, 0.5),
        latency_p95_ms=_at(times, 0.95),
        cost_usd=statistics.fmean(outcome.cost_usd for outcome in its) if its else 0.0,
        malformed=sum(outcome.malformed for outcome in its),
        private=sum(outcome.private for outcome in its),
        unanswered=sum(of(case).score is None for case in cases),
        abstained=sum(outcome.abstained for outcome in its),
    )


def _slice(name: str, cases: Sequence[CaseOutcome], seed: int, *, compared: bool) -> Slice:
    return Slice(
        name,
        len(cases),
        accuracy(cases, _candidate, seed),
        accuracy(cases, _baseline, seed) if compared else None,
        gain_of(cases, seed) if compared else None,
    )


def _is_answered(case: CaseOutcome) -> bool:
    return case.candidate.score is not None and (case.baseline is None or case.baseline.score is not None)


def _candidate(case: CaseOutcome) -> Outcome:
    return case.candidate


def _baseline(case: CaseOutcome) -> Outcome:
    if case.baseline is None:
        raise ValueError(f"The case {case.case_id} has no baseline.")
    return case.baseline


def _mean(values: Sequence[float | None], weights: Sequence[float]) -> float | None:
    """Of those that there are."""
    known = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
    return statistics.fmean(*zip(*known, strict=True)) if known else None


def _at(ascending: Sequence[float], share: float) -> float:
    """The nearest rank."""
    return ascending[max(math.ceil(share * len(ascending)), 1) - 1] if ascending else 0.0
