"""Feedback side by side: by task, document type, model, version, template, or period. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from ratchet_feedback.chances import Scores
from ratchet_feedback.scoring import Rating


class GroupedBy(StrEnum):
    TASK = "task_type"
    DOCUMENT_TYPE = "document_type"
    MODEL = "model"
    VERSION = "version_id"
    TEMPLATE = "template"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def is_period(self) -> bool:
        return self in PERIODS


PERIODS: Final = frozenset({GroupedBy.DAY, GroupedBy.WEEK, GroupedBy.MONTH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`name`: None, of answers of which it is not known."""

    name: str | None
    words: int
    scores: Scores  # of the words that say how good an answer was
    by_rating: dict[str, int]
    corrections: int


def in_periods(days: Iterable[Group], by: GroupedBy) -> list[Group]:
    """Days as they are, or in ISO weeks and months; the earliest first."""
    found: dict[str, Group] = {}
    for day in days:
        name = _period(date.fromisoformat(day.name or ""), by)
        found[name] = _added(found[name], day, name) if name in found else _named(day, name)
    return [found[name] for name in sorted(found)]


def _period(day: date, by: GroupedBy) -> str:
    if by is GroupedBy.MONTH:
        return f"{day:%Y-%m}"
    return f"{day:%G-W%V}" if by is GroupedBy.WEEK else day.isoformat()


def _named(one: Group, name: str) -> Group:
    return Group(name=name, words=one.words, scores=one.scores, by_rating=one.by_rating, corrections=one.corrections)


def _added(one: Group, other: Group, name: str) -> Group:
    n, total = one.scores.n + other.scores.n, one.scores.total + other.scores.total
    return Group(
        name=name,
        words=one.words + other.words,
        scores=Scores(n, total, one.scores.squares + other.scores.squares),
        by_rating={r.value: one.by_rating[r] + other.by_rating[r] for r in Rating},
        corrections=one.corrections + other.corrections,
    )
