"""What pieces of feedback say, counted one by one and each number by itself: nothing is added up beforehand."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import Any
from uuid import UUID

from ratchet_feedback.rollups.pieces import Piece
from ratchet_feedback.rollups.spans import hour_at
from ratchet_feedback.scoring import Rating
from ratchet_feedback.summary import Scope


def of_scope(pieces: Collection[Piece], scope: Scope) -> list[Piece]:
    return [one for one in pieces if one.state == "joined" and one.kind.within(scope)]


def words(pieces: Collection[Piece], scope: Scope) -> list[Piece]:
    return [one for one in of_scope(pieces, scope) if not one.signal and not one.of_session]


def mean(numbers: Collection[float | None]) -> float | None:
    known = [one for one in numbers if one is not None]
    return sum(known) / len(known) if known else None


def figures(pieces: Collection[Piece], scope: Scope) -> dict[str, Any]:
    said, joined = words(pieces, scope), of_scope(pieces, scope)
    ratings = Counter(one.rating for one in said if one.rating)
    return {
        "total": len(said),
        "by_rating": {rating.value: ratings[rating] for rating in Rating},
        "mean_score": mean([one.score for one in said]),
        "negative_share": mean([float(one.rating == Rating.NEGATIVE) for one in said if one.rating]),
        "mean_stars": mean([one.stars for one in said]),
        "by_signal": dict(Counter(one.signal for one in joined if one.signal)),
        "sessions": round(sum(one.weight for one in joined if one.of_session), 6),
        "corrections": sum(one.corrected for one in said),
        "by_issue": dict(Counter(issue for one in joined for issue in one.issues)),
        "pending": sum(one.state == "pending" for one in pieces),
        "expired": sum(one.state == "expired" for one in pieces),
    }


def groups(pieces: Collection[Piece], scope: Scope, name: str) -> dict[str | None, tuple[Any, ...]]:
    def of(one: Piece) -> str | None:
        return hour_at(one.place).date().isoformat() if name == "day" else getattr(one.kind, name)

    found: dict[str | None, list[Piece]] = defaultdict(list)
    for one in words(pieces, scope):
        found[of(one)].append(one)
    return {
        key: (
            len(its),
            sum(one.corrected for one in its),
            sums([one.score for one in its]),
            {rating.value: sum(one.rating == rating for one in its) for rating in Rating},
        )
        for key, its in found.items()
    }


def sums(scores: Sequence[float | None]) -> tuple[int, float, float]:
    known = [one for one in scores if one is not None]
    return len(known), sum(known), sum(one * one for one in known)


def answers(pieces: Collection[Piece], scope: Scope) -> dict[bytes, list[Piece]]:
    found: dict[bytes, list[Piece]] = defaultdict(list)
    for one in words(pieces, scope):
        found[one.about].append(one)
    return found


def rated(pieces: Collection[Piece], scope: Scope) -> dict[str | None, tuple[Any, ...]]:
    return _of_answers(pieces, scope, lambda its: [(its[0].kind.task_type, len(its))])


def touched(pieces: Collection[Piece], scope: Scope) -> dict[Any, tuple[Any, ...]]:
    def named(its: list[Piece]) -> list[tuple[Any, int]]:
        counts = Counter(issue for one in its for issue in one.issues)
        return [((its[0].kind.task_type, issue), count) for issue, count in counts.items()]

    return _of_answers(pieces, scope, named)


def judged(pieces: Collection[Piece], scope: Scope) -> Counter[tuple[int, ...]]:
    ratings = [[one.rating for one in its if one.rating] for its in answers(pieces, scope).values()]
    return Counter(
        tuple(its.count(rating) for rating in (Rating.POSITIVE, Rating.NEUTRAL, Rating.NEGATIVE))
        for its in ratings
        if len(its) > 1
    )


def worst(pieces: Collection[Piece], scope: Scope) -> dict[tuple[str | None, str], list[UUID]]:
    found: dict[tuple[str | None, str], list[UUID]] = defaultdict(list)
    latest = sorted(words(pieces, scope), key=lambda one: one.place, reverse=True)
    for one in sorted((one for one in latest if one.score is not None), key=lambda one: one.score or 0.0):
        for issue in one.issues:
            its = found[one.kind.task_type, issue]
            if one.result_id not in its and len(its) < 5:
                its.append(one.result_id)
    return dict(found)


def _of_answers(
    pieces: Collection[Piece], scope: Scope, named: Callable[[list[Piece]], list[tuple[Any, int]]]
) -> dict[Any, tuple[Any, ...]]:
    scores: dict[Any, list[float | None]] = defaultdict(list)
    counts: Counter[Any] = Counter()
    for its in answers(pieces, scope).values():
        for name, count in named(its):
            scores[name].append(mean([one.score for one in its]))
            counts[name] += count
    return {name: (sums(its), counts[name]) for name, its in scores.items()}
