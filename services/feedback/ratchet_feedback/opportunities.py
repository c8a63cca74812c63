"""What would be worth mending? Issues by how many answers they touch times how bad these are. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from ratchet_feedback.chances import Gain, Scores, gain_if_mended
from ratchet_feedback.issues import SUGGESTIONS, Issue

EVIDENCE: Final = 5


@dataclass(frozen=True, slots=True)
class Touched:
    """The answers of a task of which somebody named the issue, by their users' mean score, and the words that did."""

    task_type: str
    issue: str
    scores: Scores
    words: int


@dataclass(frozen=True, slots=True)
class Rated:
    """All answers of a task of which somebody said a word, and those words."""

    task_type: str
    scores: Scores
    words: int


@dataclass(frozen=True, slots=True)
class Named:
    """An answer of which somebody named issues."""

    task_type: str
    issues: tuple[str, ...]
    result_id: UUID
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """Of an issue that was named; or of answers that are worse than the others of their task, which have `value` in
    common `by` something."""

    task_type: str
    issue: str | None
    by: str | None = None
    value: str | None = None
    count: int  # words
    share: float  # of the words on the task
    answers: int
    mean_score: float  # of these
    weight: float  # answers times how far they are from 1: by this it is ordered
    gain: Gain | None
    suggestion: str
    evidence: Sequence[UUID] = field(default=())


def opportunities(touched: Iterable[Touched], rated: Iterable[Rated], named: Iterable[Named]) -> list[Opportunity]:
    of_task, evidence = {row.task_type: row for row in rated}, _worst(named)
    return [
        Opportunity(
            task_type=row.task_type,
            issue=row.issue,
            count=row.words,
            share=row.words / max(1, of_task[row.task_type].words),
            answers=row.scores.n,
            mean_score=row.scores.mean,
            weight=row.scores.n - row.scores.total,
            gain=gain_if_mended(row.scores, of_task[row.task_type].scores),
            suggestion=SUGGESTIONS[Issue(row.issue)],
            evidence=evidence.get((row.task_type, row.issue), ()),
        )
        for row in touched
        if row.task_type in of_task
    ]


def in_order(found: Iterable[Opportunity]) -> list[Opportunity]:
    """Those that are worth most first."""
    return sorted(found, key=lambda one: (-one.weight, -one.answers, one.task_type, one.issue or "", one.by or ""))


def _worst(named: Iterable[Named]) -> Mapping[tuple[str, str], Sequence[UUID]]:
    """A few answers each, the worst first; of equally bad ones, as they come."""
    found: dict[tuple[str, str], list[Named]] = {}
    for one in named:
        for issue in one.issues:
            found.setdefault((one.task_type, issue), []).append(one)
    worst = {key: sorted(its, key=lambda one: one.score) for key, its in found.items()}
    return {key: list(dict.fromkeys(one.result_id for one in its))[:EVIDENCE] for key, its in worst.items()}
