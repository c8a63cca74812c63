"""What the feedback of a time says in numbers. Pure: rows that the store has grouped go in, figures come out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from ratchet_feedback.issues import SUGGESTIONS, Issue
from ratchet_feedback.scoring import Rating

Name = TypeVar("Name", str, str | None)


@dataclass(frozen=True, slots=True)
class Scope:
    """None: all of them."""

    task_type: str | None = None
    document_type: str | None = None

    def holds(self, row: "Said | Raised | Given") -> bool:
        return (self.task_type is None or self.task_type == row.task_type) and (
            self.document_type is None or self.document_type == row.document_type
        )


@dataclass(frozen=True, slots=True)
class Said:
    """So many pieces of feedback, in one state and with one rating. What waits is of no task yet."""

    state: str
    rating: str
    task_type: str | None
    document_type: str | None
    count: int
    corrections: int
    score: float  # the sum


@dataclass(frozen=True, slots=True)
class Raised:
    """So often this issue was named."""

    issue: str
    task_type: str | None
    document_type: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Given:
    """So many answers."""

    task_type: str | None
    document_type: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    total: int
    by_rating: dict[str, int]
    mean_score: float | None
    corrections: int
    by_issue: dict[str, int]
    pending: int
    expired: int


@dataclass(frozen=True, slots=True)
class Improvement:
    task_type: str
    issue: str
    count: int
    share: float  # of the feedback on the task
    suggestion: str


def figures(said: Iterable[Said], raised: Iterable[Raised], scope: Scope) -> Figures:
    """`pending` and `expired` are counted over all tasks: of which task they are only their answer would tell."""
    rows = list(said)
    joined = [row for row in rows if row.state == "joined" and scope.holds(row)]
    total = sum(row.count for row in joined)
    ratings = _added((row.rating, row.count) for row in joined)
    return Figures(
        total=total,
        by_rating={rating.value: ratings[rating] for rating in Rating},
        mean_score=sum(row.score for row in joined) / total if total else None,
        corrections=sum(row.corrections for row in joined),
        by_issue=dict(_added((row.issue, row.count) for row in raised if scope.holds(row)).most_common()),
        pending=_in_state(rows, "pending"),
        expired=_in_state(rows, "expired"),
    )


def rate(said: Iterable[Said], given: Iterable[Given], scope: Scope) -> tuple[int, float | None]:
    """How many answers there were, and how much feedback came on each; None where there were none."""
    answers = sum(row.count for row in given if scope.holds(row))
    feedback = sum(row.count for row in said if row.state == "joined" and scope.holds(row))
    return answers, feedback / answers if answers else None


def improvements(said: Iterable[Said], raised: Iterable[Raised], scope: Scope) -> list[Improvement]:
    """The issues that people name, the commonest first, task by task."""
    feedback = _added((row.task_type, row.count) for row in said if row.state == "joined")
    counts: Counter[tuple[str, str]] = Counter()
    for row in raised:
        if scope.holds(row) and row.task_type:
            counts[row.task_type, row.issue] += row.count
    found = [
        Improvement(task, issue, count, count / max(feedback[task], count), SUGGESTIONS[Issue(issue)])
        for (task, issue), count in counts.items()
    ]
    return sorted(found, key=lambda one: (-one.count, one.task_type, one.issue))


def _in_state(rows: Iterable[Said], state: str) -> int:
    return sum(row.count for row in rows if row.state == state)


def _added(pairs: Iterable[tuple[Name, int]]) -> Counter[Name]:
    total: Counter[Name] = Counter()
    for name, count in pairs:
        total[name] += count
    return total
