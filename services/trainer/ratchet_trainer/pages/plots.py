"""Plots as SVG that stands in a page: they take its colours, and each says in words what it shows. Pure.

Shapes, not colours alone, tell the sides apart: the candidate is a filled circle, the baseline an open square.
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ratchet_common.legible import legible

WIDTH: Final = 640
LEFT, RIGHT, ROW, TOP, AXIS = 200, 20, 34, 14, 30
BINS: Final = 10
HEIGHT: Final = 240  # of plots with two axes
FIFTHS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
MOST_LETTERS: Final = 26  # of a name at the left


@dataclass(frozen=True, slots=True)
class Range:
    """A mean and the ends of its interval, from 0 to 1."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    candidate: Range
    baseline: Range | None


def intervals(rows: Sequence[Row], title: str) -> str:
    """One row a slice: the mean of each side, with its interval."""
    height = TOP + ROW * len(rows) + AXIS
    drawn = [_grid(TOP, height - AXIS), _ticks(height - AXIS + 18)]
    for place, row in enumerate(rows):
        y = TOP + ROW * place + ROW / 2
        drawn.append(f'<text x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{escape(_cut(row.name))}</text>')
        if row.baseline:
            drawn.append(_range(row.baseline, y + 7, "baseline", _square))
        drawn.append(_range(row.candidate, y - 7 if row.baseline else y, "candidate", _circle))
    said = "; ".join(f"{row.name} {row.candidate.mean:.2f}" for row in rows)
    return _svg(height, title, f"Mean score of the candidate by slice: {said}.", drawn)


def histogram(candidate: Sequence[float], baseline: Sequence[float] | None, title: str) -> str:
    """How many cases have which score: ten bins from 0 to 1."""
    sides = {"candidate": counted(candidate)} | ({} if baseline is None else {"baseline": counted(baseline)})
    most = max(map(max, sides.values())) or 1
    bottom, bar = HEIGHT - AXIS, ((WIDTH - LEFT - RIGHT) / BINS - 6) / len(sides)
    drawn = [_ticks(bottom + 18), f'<line class="axis" x1="{LEFT}" y1="{bottom}" x2="{WIDTH - RIGHT}" y2="{bottom}"/>']
    for number, (side, counts) in enumerate(sides.items()):
        for place, count in enumerate(counts):
            drawn.append(_bar(side, _x(place / BINS) + 3 + bar * number, bar, count, count / most))
    drawn.append(f'<text x="{LEFT - 10}" y="{TOP + 10}" text-anchor="end">cases</text>')
    said = "; ".join(f"{side}: {', '.join(map(str, counts))}" for side, counts in sides.items())
    return _svg(HEIGHT, title, f"Cases by score, in tenths from 0 to 1. {said}.", drawn)


def scatter(pairs: Sequence[tuple[float, float]], title: str) -> str:
    """One point a case: the baseline's score to the right, the candidate's up. Above the diagonal the candidate is
    better. Points on the same place are one, the larger the more there are.
    """
    bottom, tall = HEIGHT * 1.5 - AXIS, HEIGHT * 1.5 - AXIS - TOP
    places: dict[tuple[float, float], int] = {}
    for theirs, ours in pairs:
        place = (round(theirs, 2), round(ours, 2))
        places[place] = places.get(place, 0) + 1
    drawn = [
        _grid(TOP, bottom),
        _ticks(bottom + 18),
        f'<line class="diagonal" x1="{LEFT}" y1="{bottom}" x2="{WIDTH - RIGHT}" y2="{TOP}"/>',
        f'<text x="{LEFT - 10}" y="{TOP + 10}" text-anchor="end">candidate 1</text>',
        f'<text x="{LEFT - 10}" y="{bottom}" text-anchor="end">0</text>',
    ]
    for (theirs, ours), count in sorted(places.items()):
        radius = min(3 + count**0.5, 18)
        y = bottom - tall * ours
        drawn.append(f'<circle class="candidate point" cx="{_x(theirs):.1f}" cy="{y:.1f}" r="{radius:.1f}"/>')
    better, worse = sum(a > b for b, a in pairs), sum(a < b for b, a in pairs)
    said = f"The candidate is better on {better} cases, worse on {worse}, and as good on {len(pairs) - better - worse}."
    return _svg(round(HEIGHT * 1.5), title, said, drawn)


def counted(scores: Sequence[float]) -> list[int]:
    counts = [0] * BINS
    for score in scores:
        counts[min(int(score * BINS), BINS - 1)] += 1
    return counts


def _bar(side: str, x: float, wide: float, count: int, share: float) -> str:
    tall = (HEIGHT - AXIS - TOP - 12) * share
    y = HEIGHT - AXIS - tall
    bar = f'<rect class="{side} bar" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}"/>'
    told = f'<text class="small" x="{x + wide / 2:.1f}" y="{y - 3:.1f}" text-anchor="middle">{count}</text>'
    return bar + told if count else ""


def _range(its: Range, y: float, side: str, mark: Callable[[float, float, str], str]) -> str:
    low, high = _x(its.low), _x(its.high)
    line = f'<line class="{side}" x1="{low:.1f}" y1="{y:.1f}" x2="{high:.1f}" y2="{y:.1f}"/>'
    return line + mark(_x(its.mean), y, side)


def _circle(x: float, y: float, side: str) -> str:
    return f'<circle class="{side} mark" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'


def _square(x: float, y: float, side: str) -> str:
    return f'<rect class="{side} mark" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'


def _x(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * min(max(share, 0.0), 1.0)


def _grid(top: float, bottom: float) -> str:
    return "".join(f'<line class="grid" x1="{_x(s):.1f}" y1="{top}" x2="{_x(s):.1f}" y2="{bottom}"/>' for s in FIFTHS)


def _ticks(y: float) -> str:
    return "".join(f'<text x="{_x(s):.1f}" y="{y}" text-anchor="middle">{s:.1f}</text>' for s in FIFTHS)


def escape(text: str) -> str:
    return html.escape(legible(text))


def _cut(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"


def _svg(height: float, title: str, said: str, drawn: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(said)}</desc>{''.join(drawn)}</svg>"
    )
