"""How the scores of cases lie, as plots of an evaluation's page: the candidate is filled, the baseline open. Pure."""

from collections.abc import Sequence
from typing import Final

from ratchet_common.pages.plots import AXIS, LEFT, RIGHT, TOP, WIDTH, grid, svg, ticks, x_of

BINS: Final = 10
HEIGHT: Final = 240  # of plots with two axes
SIDES: Final = {"candidate": "ours", "baseline": "theirs"}  # as the page's style calls them


def histogram(candidate: Sequence[float], baseline: Sequence[float] | None, title: str) -> str:
    """How many cases have which score: ten bins from 0 to 1."""
    sides = {"candidate": counted(candidate)} | ({} if baseline is None else {"baseline": counted(baseline)})
    most = max(map(max, sides.values())) or 1
    bottom, bar = HEIGHT - AXIS, ((WIDTH - LEFT - RIGHT) / BINS - 6) / len(sides)
    drawn = [ticks(bottom + 18), f'<line class="axis" x1="{LEFT}" y1="{bottom}" x2="{WIDTH - RIGHT}" y2="{bottom}"/>']
    for number, (side, counts) in enumerate(sides.items()):
        for place, count in enumerate(counts):
            drawn.append(_bar(side, x_of(place / BINS) + 3 + bar * number, bar, count, count / most))
    drawn.append(f'<text x="{LEFT - 10}" y="{TOP + 10}" text-anchor="end">cases</text>')
    said = "; ".join(f"{side}: {', '.join(map(str, counts))}" for side, counts in sides.items())
    return svg(HEIGHT, title, f"Cases by score, in tenths from 0 to 1. {said}.", drawn)


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
        grid(TOP, bottom),
        ticks(bottom + 18),
        f'<line class="diagonal" x1="{LEFT}" y1="{bottom}" x2="{WIDTH - RIGHT}" y2="{TOP}"/>',
        f'<text x="{LEFT - 10}" y="{TOP + 10}" text-anchor="end">candidate 1</text>',
        f'<text x="{LEFT - 10}" y="{bottom}" text-anchor="end">0</text>',
    ]
    for (theirs, ours), count in sorted(places.items()):
        radius = min(3 + count**0.5, 18)
        y = bottom - tall * ours
        drawn.append(f'<circle class="ours point" cx="{x_of(theirs):.1f}" cy="{y:.1f}" r="{radius:.1f}"/>')
    better, worse = sum(a > b for b, a in pairs), sum(a < b for b, a in pairs)
    said = f"The candidate is better on {better} cases, worse on {worse}, and as good on {len(pairs) - better - worse}."
    return svg(round(HEIGHT * 1.5), title, said, drawn)


def counted(scores: Sequence[float]) -> list[int]:
    counts = [0] * BINS
    for score in scores:
        counts[min(int(score * BINS), BINS - 1)] += 1
    return counts


def _bar(side: str, x: float, wide: float, count: int, share: float) -> str:
    tall = (HEIGHT - AXIS - TOP - 12) * share
    y = HEIGHT - AXIS - tall
    bar = f'<rect class="{SIDES[side]} bar" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}"/>'
    told = f'<text class="small" x="{x + wide / 2:.1f}" y="{y - 3:.1f}" text-anchor="middle">{count}</text>'
    return bar + told if count else ""
