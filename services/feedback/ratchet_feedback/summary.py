"""What the feedback of a time says in numbers. Pure: rows that the store has grouped go in, figures come out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from ratchet_feedback.chances import Interval, wilson
from ratchet_feedback.scoring import RATED, Rating
from ratchet_scoring.agreement import krippendorff

Name = TypeVar("Name", str, str | None)


@dataclass(frozen=True, slots=True)
class Scope:
    """None: all of them."""

    task_type: str | None = None
    document_type: str | None = None
    model: str | None = None
    version_id: str | None = None
    template: str | None = None

    def holds(self, row: "Said | Raised | Given") -> bool:
        """Of a row that has been read within the model, the version and the template."""
        return (self.task_type is None or self.task_type == row.task_type) and (
            self.document_type is None or self.document_type == row.document_type
        )


@dataclass(frozen=True, slots=True)
class Said:
    """So many pieces of feedback, in one state and with one rating. What waits is of no task yet.

    `signal`: what was done with the answers, where nobody said a word; such rows say nothing of how good they were.
    """

    state: str
    rating: str | None  # None: nobody rated
    task_type: str | None
    document_type: str | None
    count: int
    corrections: int
    score: float  # the sum
    signal: str | None = None
    starred: int = 0
    stars: int = 0  # the sum
    of_session: bool = False  # said of a whole session: `weight` is the sum of the parts that count at answers
    weight: float = 0.0
    weighed: float = 0.0  # the sum of the scores, each times its part
    unscored: int = 0  # of them, that say nothing of how good the answer was

    @property
    def is_said(self) -> bool:
        return not self.signal and not self.of_session


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
class Judged:
    """So many answers were rated by so many users each, in these ways."""

    positive: int
    neutral: int
    negative: int
    count: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of those who rated the same answers: 1, they always say the same; 0, as if they drew lots; None: nobody did."""

    answers: int
    alpha: float | None  # Krippendorff's


@dataclass(frozen=True, slots=True)
class OfSessions:
    """What was said of whole sessions; each such word counts once, in equal parts at each answer of its session."""

    words: float
    by_rating: dict[str, float]
    mean_score: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    total: int
    by_rating: dict[str, int]
    mean_score: float | None
    mean_score_interval: Interval | None
    negative_share: float | None
    negative_share_interval: Interval | None
    mean_stars: float | None
    by_signal: dict[str, int]
    sessions: OfSessions
    corrections: int
    by_issue: dict[str, int]
    pending: int
    expired: int


def figures(said: Iterable[Said], raised: Iterable[Raised], scope: Scope) -> Figures:
    """`pending` and `expired` are counted over all tasks: of which task they are only their answer would tell."""
    rows = list(said)
    of_scope = [row for row in rows if row.state == "joined" and scope.holds(row)]
    joined = [row for row in of_scope if row.is_said]
    total, starred = sum(row.count for row in joined), sum(row.starred for row in joined)
    ratings = _added((row.rating, row.count) for row in joined if row.rating)
    score, scored = sum(row.score for row in joined), total - sum(row.unscored for row in joined)
    negative, rated = ratings[Rating.NEGATIVE], sum(ratings[rating] for rating in Rating)
    return Figures(
        total=total,
        by_rating={rating.value: ratings[rating] for rating in Rating},
        mean_score=score / scored if scored else None,
        mean_score_interval=wilson(score, scored),
        negative_share=negative / rated if rated else None,
        negative_share_interval=wilson(negative, rated),
        mean_stars=sum(row.stars for row in joined) / starred if starred else None,
        by_signal=dict(_added((row.signal, row.count) for row in of_scope if row.signal).most_common()),
        sessions=_of_sessions(row for row in of_scope if row.of_session),
        corrections=sum(row.corrections for row in joined),
        by_issue=dict(_added((row.issue, row.count) for row in raised if scope.holds(row)).most_common()),
        pending=_in_state(rows, "pending"),
        expired=_in_state(rows, "expired"),
    )


def rate(said: Iterable[Said], given: Iterable[Given], scope: Scope) -> tuple[int, float | None]:
    """How many answers there were, and how much feedback came on each; None where there were none."""
    answers = sum(row.count for row in given if scope.holds(row))
    feedback = sum(row.count for row in said if row.state == "joined" and row.is_said and scope.holds(row))
    return answers, feedback / answers if answers else None


def agreement(judged: Iterable[Judged]) -> Agreement:
    rows = [row for row in judged if row.positive + row.neutral + row.negative > 1]
    values = [RATED[rating] for rating in (Rating.POSITIVE, Rating.NEUTRAL, Rating.NEGATIVE)]
    units = [(dict(zip(values, (row.positive, row.neutral, row.negative), strict=True)), row.count) for row in rows]
    return Agreement(sum(row.count for row in rows), krippendorff(units))


def _of_sessions(rows: Iterable[Said]) -> OfSessions:
    rows = list(rows)
    words = sum(row.weight for row in rows)
    by_rating = {one.value: round(sum(row.weight for row in rows if row.rating == one), 6) for one in Rating}
    rated = sum(row.weight for row in rows if row.rating)
    mean = sum(row.weighed for row in rows if row.rating) / rated if rated else None
    return OfSessions(round(words, 6), by_rating, mean)


def _in_state(rows: Iterable[Said], state: str) -> int:
    return sum(row.count for row in rows if row.state == state)


def _added(pairs: Iterable[tuple[Name, int]]) -> Counter[Name]:
    total: Counter[Name] = Counter()
    for name, count in pairs:
        total[name] += count
    return total
