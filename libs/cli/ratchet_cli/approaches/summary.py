"""What it came to, approach by approach on the same questions: numbers with their intervals. Pure.

Counted are the questions that every approach answered which is here at all. Questions on one document (the first that
is relevant) are drawn together. The intervals of the differences hold together at 95 % (Bonferroni).
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

from ratchet_cli.approaches.measures import MEASURES, Measure
from ratchet_cli.approaches.scores import Case, Scores, scores_of
from ratchet_scoring.intervals import mean_interval, paired_gain
from ratchet_scoring.quantile_interval import quantile_interval

ALPHA: Final = 0.05
Reached = Literal["reached", "missed", "open", ""]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of `n` questions. No interval where nothing can be said of it. `target`: reached and missed where the whole
    interval is on that side, else open; empty where there is none.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    target: Reached


@dataclass(frozen=True, slots=True)
class Side:
    """Counts are of first answers to the questions that count. `others`: that another approach gave in its place."""

    approach: str
    counted: int
    refused: dict[str, int]
    not_found: int
    others: int
    simulated: int
    models: dict[str, int]
    estimates: dict[str, Estimate]  # by measure; those that say nothing here are missing


@dataclass(frozen=True, slots=True)
class Difference:
    """In accuracy."""

    of: str
    over: str
    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Summary:
    questions: int
    counted: int
    groups: int
    sides: tuple[Side, ...]
    differences: tuple[Difference, ...]
    scores: dict[str, dict[str, dict[str, float | None]]]  # by question and approach


def summary(cases: Mapping[str, Mapping[str, Case]], questions: int, seed: int) -> Summary:
    """`cases`: by approach, then by question. An approach without any is not here."""
    here = [approach for approach, its in cases.items() if its]
    common = set.intersection(*(set(cases[approach]) for approach in here)) if here else set()
    counted = [name for name in (cases[here[0]] if here else {}) if name in common]
    groups = [cases[here[0]][name].group for name in counted]
    scores = {approach: [scores_of(cases[approach][name]) for name in counted] for approach in here}
    return Summary(
        questions=questions,
        counted=len(counted),
        groups=len(set(groups)),
        sides=tuple(_side(it, [cases[it][name] for name in counted], scores[it], groups, seed) for it in here),
        differences=_differences(scores, groups, seed) if counted else (),
        scores={name: {it: dict(scores[it][place]) for it in here} for place, name in enumerate(counted)},
    )


def _side(
    approach: str, cases: Sequence[Case], scores: Sequence[Scores], groups: Sequence[Hashable], seed: int
) -> Side:
    given = [case.answer for case in cases if not case.answer.refused]
    estimates = {one.name: found for one in MEASURES if (found := _estimate(one, scores, groups, seed)) is not None}
    return Side(
        approach=approach,
        counted=len(cases),
        refused=dict(Counter(case.answer.refused for case in cases if case.answer.refused)),
        not_found=sum(answer.found is False for answer in given),
        others=sum(answer.answered_by != approach for answer in given),
        simulated=sum(answer.simulated for answer in given),
        models=dict(Counter(answer.version_id or answer.model for answer in given)),
        estimates=estimates,
    )


def _estimate(one: Measure, scores: Sequence[Scores], groups: Sequence[Hashable], seed: int) -> Estimate | None:
    known = [
        (value, group) for its, group in zip(scores, groups, strict=True) if (value := its.get(one.field)) is not None
    ]
    if not known:
        return None
    values, its_groups = [value for value, _ in known], [group for _, group in known]
    if one.at is not None:
        found = quantile_interval(values, one.at, groups=its_groups, seed=seed)
        low, high = found.interval or (None, None)
        return Estimate(found.value, low, high, found.n, _reached(one, low, high))
    most = 1.0 if one.unit == "share" else max(values)
    if most <= 0 or len(set(its_groups)) < 2:
        return Estimate(sum(values) / len(values), None, None, len(values), _reached(one, None, None))
    mean = mean_interval([value / most for value in values], groups=its_groups, seed=seed)
    low, high = mean.interval.low * most, mean.interval.high * most
    return Estimate(mean.mean * most, low, high, mean.n, _reached(one, low, high))


def _reached(one: Measure, low: float | None, high: float | None) -> Reached:
    if one.target is None:
        return ""
    if low is None or high is None:
        return "open"
    worst, best = (low, high) if one.unit == "share" else (-high, -low)
    target = one.target if one.unit == "share" else -one.target
    return "reached" if worst >= target else "missed" if best < target else "open"


def _differences(
    scores: Mapping[str, Sequence[Scores]], groups: Sequence[Hashable], seed: int
) -> tuple[Difference, ...]:
    pairs = list(combinations(scores, 2))
    accuracy = {approach: [its["accuracy"] or 0.0 for its in each] for approach, each in scores.items()}
    found = []
    for over, of in pairs:
        gain = paired_gain(accuracy[of], accuracy[over], groups=groups, seed=seed, level=1 - ALPHA / len(pairs))
        found.append(Difference(of, over, gain.mean, gain.interval.low, gain.interval.high, gain.n))
    return tuple(found)
