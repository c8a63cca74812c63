"""How a number went over time, as SVG that stands in a page. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final

from ratchet_common.pages.page import escape
from ratchet_common.pages.plots import AXIS, RIGHT, TOP, WIDTH, Range, svg

LEFT: Final = 90
HEIGHT: Final = 200
LABELS: Final = 8  # of the times, at most
STEPS: Final = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Axis:
    """`written`: a number of the upward axis in words. `most`: the end of that axis; None: by the numbers."""

    title: str
    written: Callable[[float], str]
    most: float | None = None


def bars(times: Sequence[str], heights: Sequence[float], axis: Axis) -> str:
    top = axis.most or rounded_up(max(heights, default=0.0))
    drawn = _frame(times, axis, top)
    wide = (WIDTH - LEFT - RIGHT) / max(len(times), 1)
    for place, height in enumerate(heights):
        y, x = _y(height, top), LEFT + wide * (place + 0.1)
        if height > 0:
            place_of_it = f'x="{x:.1f}" y="{y:.1f}" width="{wide * 0.8:.1f}" height="{_y(0, top) - y:.1f}"'
            drawn.append(f'<rect class="ours bar" {place_of_it}/>')
    return svg(HEIGHT, axis.title, _said(times, heights, axis), drawn)


def lines(times: Sequence[str], ours: Sequence[Range | None], theirs: Sequence[float | None], axis: Axis) -> str:
    """Ours with intervals where these have a width, theirs without; nothing is drawn where there is none."""
    ends = [one.high for one in ours if one] + [one for one in theirs if one is not None]
    top = axis.most or rounded_up(max(ends, default=0.0))
    drawn = _frame(times, axis, top)
    drawn += _joined([(place, one) for place, one in enumerate(theirs) if one is not None], len(times), top, "theirs")
    drawn += _joined([(place, one.mean) for place, one in enumerate(ours) if one], len(times), top, "ours")
    for place, one in enumerate(theirs):
        if one is not None:
            x, y = _middle(place, len(times)), _y(one, top)
            drawn.append(f'<rect class="theirs mark" x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"/>')
    for place, its in enumerate(ours):
        if its:
            x, low, high = _middle(place, len(times)), _y(its.low, top), _y(its.high, top)
            drawn.append(f'<line class="ours" x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}" y2="{high:.1f}"/>')
            drawn.append(f'<circle class="ours mark" cx="{x:.1f}" cy="{_y(its.mean, top):.1f}" r="4"/>')
    return svg(HEIGHT, axis.title, _said(times, [one.mean if one else None for one in ours], axis), drawn)


def rounded_up(most: float) -> float:
    """To 1, 2 or 5 times a power of ten; 1 of nothing."""
    if most <= 0:
        return 1.0
    power = 10.0 ** floor(log10(most))
    return next(step * power for step in STEPS if step * power >= most * (1 - 1e-9))


def _frame(times: Sequence[str], axis: Axis, top: float) -> list[str]:
    bottom = HEIGHT - AXIS
    drawn = [f'<line class="axis" x1="{LEFT}" y1="{bottom}" x2="{WIDTH - RIGHT}" y2="{bottom}"/>']
    for share in (0.0, 0.5, 1.0):
        y = _y(share * top, top)
        drawn.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        told = escape(axis.written(share * top))
        drawn.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{told}</text>')
    every = max(1, ceil(len(times) / LABELS))
    for place in range(0, len(times), every):
        x = _middle(place, len(times))
        drawn.append(
            f'<text class="small" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{escape(times[place])}</text>'
        )
    return drawn


def _joined(points: Sequence[tuple[int, float]], n: int, top: float, side: str) -> list[str]:
    """By lines, where two stand side by side."""
    return [
        f'<line class="{side}" x1="{_middle(a, n):.1f}" y1="{_y(from_, top):.1f}" '
        f'x2="{_middle(b, n):.1f}" y2="{_y(to, top):.1f}"/>'
        for (a, from_), (b, to) in pairwise(points)
        if b == a + 1
    ]


def _middle(place: int, n: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / max(n, 1)


def _y(value: float, top: float) -> float:
    return HEIGHT - AXIS - (HEIGHT - AXIS - TOP) * min(max(value / top, 0.0), 1.0)


def _said(times: Sequence[str], values: Sequence[float | None], axis: Axis) -> str:
    told = (f"{time} {axis.written(one)}" for time, one in zip(times, values, strict=True) if one is not None)
    return f"{'; '.join(told) or 'Nothing'}."
