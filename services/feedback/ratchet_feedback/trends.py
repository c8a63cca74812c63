"""Which issues are named how often, and is one named more often than before? Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ratchet_feedback.chances import Interval, holm, same_share, wilson
from ratchet_feedback.summary import Raised, Said, Scope

SURE: Final = 0.05


class Direction(StrEnum):
    RISES = "rises"
    FALLS = "falls"
    UNCLEAR = "unclear"  # the difference may be chance


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTrend:
    """`share`: of the words on answers; `p_value`: that it is as before, adjusted for all issues that are looked at."""

    issue: str
    count: int
    share: float
    share_interval: Interval | None
    count_before: int
    share_before: float | None
    p_value: float
    direction: Direction
    sentence: str


@dataclass(frozen=True, slots=True)
class Period:
    said: Iterable[Said]
    raised: Iterable[Raised]


def trends(now: Period, before: Period, scope: Scope, days: int) -> list[IssueTrend]:
    """The issue that is named most comes first; those that were named only before come too."""
    words, words_before = _words(now, scope), _words(before, scope)
    counts, counts_before = _counts(now, scope), _counts(before, scope)
    names = sorted({*counts, *counts_before}, key=lambda name: (-counts[name], -counts_before[name], name))
    chances = {n: same_share(counts[n], words, counts_before[n], words_before) for n in names}
    adjusted = holm(chances)
    return [
        _trend(name, counts[name], words, counts_before[name], words_before, adjusted[name], days) for name in names
    ]


def _trend(name: str, count: int, words: int, count_before: int, words_before: int, p: float, days: int) -> IssueTrend:
    share = count / words if words else 0.0
    share_before = count_before / words_before if words_before else None
    rises = share_before is not None and share > share_before
    direction = Direction.UNCLEAR if p >= SURE else Direction.RISES if rises else Direction.FALLS
    return IssueTrend(
        issue=name,
        count=count,
        share=share,
        share_interval=wilson(count, words),
        count_before=count_before,
        share_before=share_before,
        p_value=p,
        direction=direction,
        sentence=_sentence(name, count, words, count_before, words_before, p, direction, days),
    )


def _sentence(
    name: str, count: int, words: int, count_before: int, words_before: int, p: float, direction: Direction, days: int
) -> str:
    now = f"{name} was named in {count} of {words} words{_percent(count, words)}"
    if not words_before:
        return f"{now}; in the {days} days before nobody said a word, so there is nothing to compare with."
    before = f"{count_before} of {words_before}{_percent(count_before, words_before)} in the {days} days before"
    meaning = {
        Direction.RISES: "it is named more often now",
        Direction.FALLS: "it is named less often now",
        Direction.UNCLEAR: "that may be chance",
    }[direction]
    return f"{now}, against {before}: {meaning} (p = {p:.2g})."


def _percent(count: int, words: int) -> str:
    return f" ({count / words:.0%})" if words else ""


def _words(period: Period, scope: Scope) -> int:
    return sum(row.count for row in period.said if row.state == "joined" and row.is_said and scope.holds(row))


def _counts(period: Period, scope: Scope) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in period.raised:
        if scope.holds(row):
            counts[row.issue] += row.count
    return counts
