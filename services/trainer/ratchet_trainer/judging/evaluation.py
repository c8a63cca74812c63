"""Is a candidate better than what serves? Both answers to the same held-out requests, scored case by case. Pure."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ratchet_scoring.advance import Limits, SliceGain, worse_slices
from ratchet_scoring.intervals import paired_gain
from ratchet_scoring.scorers import LABEL_TASKS, render_target
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.targets import may_be_reference
from ratchet_trainer.datasets.grouping import Item, groups
from ratchet_trainer.judging.floors import COMMONEST, TO_OTHERS, of_commonest, of_others
from ratchet_trainer.judging.worth import Answer, Judged, judged, target_of
from ratchet_trainer.privacy.giving_away import Find

BY_CHANCE = ("routed", "share")  # how an answer's model was chosen, where nobody chose it for the request's sake


@dataclass(frozen=True, slots=True)
class Case:
    """A held-out request that the baseline answered in production."""

    example: Example
    weight: float
    group: str  # cases of one group are drawn together
    output: str  # the baseline's


@dataclass(frozen=True, slots=True)
class CaseScore:
    example_id: UUID
    weight: float
    group: str
    slices: tuple[str, ...]
    candidate: Judged
    baseline: Judged
    floor: float | None  # of an answer that says nothing about this very case


@dataclass(frozen=True, slots=True)
class Side:
    score: float  # weighted mean
    malformed: int
    private: int
    latency_ms: float  # median
    cost_usd: float  # mean
    relevance: float | None = None  # weighted means of the cases that have one
    completeness: float | None = None
    abstained: int = 0  # cases that it was not sure of, and left to the baseline


@dataclass(frozen=True, slots=True)
class Gain:
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Report:
    n: int
    groups: int
    candidate: Side
    baseline: Side
    gain: Gain
    floor: float | None  # the score of answers that say nothing about the very case
    gain_over_floor: Gain | None
    worse_slices: tuple[SliceGain, ...]  # that lose more than they may
    floor_of: str = COMMONEST


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison came to: each case, and all of them together."""

    scores: tuple[CaseScore, ...]
    report: Report


def usable(examples: Sequence[Example], task_type: str, baseline: str) -> list[Example]:
    """Those whose stored answer is the baseline's own, and whose target may judge it."""
    return [
        example
        for example in examples
        if example.output is not None
        and example.version_id == baseline
        and example.assigned_by in BY_CHANCE
        and may_be_reference(task_type, example.target_source)
    ]


def cases_of(examples: Sequence[Example], weights: Sequence[float]) -> list[Case]:
    group_of = {key: group[0] for group in groups([_item(example) for example in examples]) for key in group}
    return [
        Case(example, weight, group_of[str(example.example_id)], example.output or "")
        for example, weight in zip(examples, weights, strict=True)
    ]


def left_to_baseline(case: Case, after_ms: float) -> Answer:
    """As it serves: what the candidate is not sure of, the baseline answers, and costs what it cost then. No gain."""
    example = case.example
    return Answer(case.output, after_ms + example.latency_ms, example.cost_usd, abstained=True)


def commonest_label(task_type: str, train: Sequence[Example]) -> str | None:
    """None where the task has no labels."""
    if task_type not in LABEL_TASKS or not train:
        return None
    counted = Counter(render_target(task_type, example.target) for example in train)
    return min(counted, key=lambda label: (-counted[label], label))


def verdict(
    task_type: str,
    cases: Sequence[Case],
    answers: Sequence[Answer],
    commonest: str | None,
    limits: Limits,
    seed: int,
    find: Find,
) -> Verdict:
    """`find`: private data in a text. Burns CPU: runs in a worker process."""
    floors = _floors(task_type, cases, answers, commonest)
    scored = zip(cases, answers, floors, strict=True)
    scores = tuple(_scored(task_type, case, answer, floor, find) for case, answer, floor in scored)
    return Verdict(scores, report(scores, limits, seed, floor_of=TO_OTHERS if commonest is None else COMMONEST))


def _floors(
    task_type: str, cases: Sequence[Case], answers: Sequence[Answer], commonest: str | None
) -> list[float | None]:
    targets = [target_of(case.example) for case in cases]
    if commonest is not None:
        return of_commonest(task_type, commonest, targets)
    return of_others(task_type, [a.output for a in answers], targets, [case.group for case in cases])


def report(scores: Sequence[CaseScore], limits: Limits, seed: int, *, floor_of: str = COMMONEST) -> Report:
    weights, names = [s.weight for s in scores], [s.group for s in scores]
    ours, theirs = [s.candidate.score for s in scores], [s.baseline.score for s in scores]
    floors = [s.floor for s in scores if s.floor is not None]
    floored = bool(scores) and len(floors) == len(scores)
    gains = [a - b for a, b in zip(ours, theirs, strict=True)]
    return Report(
        n=len(scores),
        groups=len(set(names)),
        candidate=_side([s.candidate for s in scores], weights),
        baseline=_side([s.baseline for s in scores], weights),
        gain=_gain(ours, theirs, weights, names, seed),
        floor=_mean(floors, weights) if floored else None,
        gain_over_floor=_gain(ours, floors, weights, names, seed) if floored else None,
        worse_slices=worse_slices(gains, weights, [s.slices for s in scores], limits=limits),
        floor_of=floor_of,
    )


def saved(candidate: float, baseline: float) -> float:
    """The share that is saved: .3 for 30 %, below 0 where it is more."""
    if baseline > 0:
        return 1 - candidate / baseline
    return -1.0 if candidate > 0 else 0.0


def _scored(task_type: str, case: Case, answer: Answer, floor: float | None, find: Find) -> CaseScore:
    example = case.example
    theirs = Answer(case.output, example.latency_ms, example.cost_usd)
    return CaseScore(
        example_id=example.example_id,
        weight=case.weight,
        group=case.group,
        slices=tuple(filter(None, (example.document_type, *example.tags))),
        candidate=judged(task_type, example, answer, find),
        baseline=judged(task_type, example, theirs, find),
        floor=floor,
    )


def _item(example: Example) -> Item:
    session = (f"session/{example.session_hash}",) if example.session_hash else ()
    return Item(str(example.example_id), (f"document/{example.document_hash}", *session))


def _side(its: Sequence[Judged], weights: Sequence[float]) -> Side:
    if not its:
        return Side(0.0, 0, 0, 0.0, 0.0)
    return Side(
        score=_mean([j.score for j in its], weights),
        malformed=sum(j.malformed for j in its),
        private=sum(j.private for j in its),
        latency_ms=statistics.median(j.latency_ms for j in its),
        cost_usd=statistics.fmean(j.cost_usd for j in its),
        relevance=_known_mean([j.relevance for j in its], weights),
        completeness=_known_mean([j.completeness for j in its], weights),
        abstained=sum(j.abstained for j in its),
    )


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return statistics.fmean(values, weights) if sum(weights) > 0 else 0.0


def _known_mean(values: Sequence[float | None], weights: Sequence[float]) -> float | None:
    known = [(value, weight) for value, weight in zip(values, weights, strict=True) if value is not None]
    return _mean(*zip(*known, strict=True)) if known else None


def _gain(
    ours: Sequence[float], theirs: Sequence[float], weights: Sequence[float], names: Sequence[str], seed: int
) -> Gain:
    found = paired_gain(ours, theirs, weights, groups=names, seed=seed)
    return Gain(found.mean, found.interval.low, found.interval.high)
