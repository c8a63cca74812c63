"""Places in a text that are private, and what stands there."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    kind: str
    score: float  # 0 to 1, how sure it is


def apart(spans: Iterable[Span]) -> list[Span]:
    """Without overlaps, in their order: what overlaps becomes one, of the kind that is surest, then longest.

    The whole stretch goes: a rest that only the weaker one covered would be a leak.
    """
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if merged and span.start < merged[-1].end:
            merged[-1] = _both(merged[-1], span)
        else:
            merged.append(span)
    return merged


def _both(one: Span, other: Span) -> Span:
    surest = max(one, other, key=lambda s: (s.score, s.end - s.start))
    return Span(min(one.start, other.start), max(one.end, other.end), surest.kind, surest.score)
