"""Plots as SVG that stands in a page: they take its colours, and each says in words what it shows. Pure.

Shapes, not colours alone, tell two sides apart: ours is a filled circle, theirs an open square.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ratchet_common.pages.page import escape

WIDTH: Final = 640
LEFT, RIGHT, ROW, TOP, AXIS = 200, 20, 34, 14, 30
FIFTHS: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
MOST_LETTERS: Final = 26  # of a name at the left


@dataclass(frozen=True, slots=True)
class Range:
    """A mean and the ends of its interval, from 0 to 1, or to the end of a scale."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    ours: Range
    theirs: Range | None


@dataclass(frozen=True, slots=True)
class Scale:
    """From 0 to `most`. `tick`: a number at the axis, `told`: one in the plot's words."""

    most: float
    tick: Callable[[float], str]
    told: Callable[[float], str]


SHARES: Final = Scale(1.0, "{:.1f}".format, "{:.2f}".format)


def intervals(rows: Sequence[Row], title: str, said: str, scale: Scale = SHARES) -> str:
    """One row a slice: the mean of each side, with its interval. `said`: what ours are, such as "Mean scores"."""
    height = TOP + ROW * len(rows) + AXIS
    drawn = [grid(TOP, height - AXIS), ticks(height - AXIS + 18, scale)]
    for place, row in enumerate(rows):
        y = TOP + ROW * place + ROW / 2
        drawn.append(f'<text x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{escape(cut(row.name))}</text>')
        if row.theirs:
            drawn.append(_range(row.theirs, scale.most, y + 7, "theirs", _square))
        drawn.append(_range(row.ours, scale.most, y - 7 if row.theirs else y, "ours", _circle))
    told = "; ".join(f"{row.name} {scale.told(row.ours.mean)}" for row in rows)
    return svg(height, title, f"{said}: {told}.", drawn)


def _range(its: Range, most: float, y: float, side: str, mark: Callable[[float, float, str], str]) -> str:
    low, high = x_of(its.low / most), x_of(its.high / most)
    line = f'<line class="{side}" x1="{low:.1f}" y1="{y:.1f}" x2="{high:.1f}" y2="{y:.1f}"/>'
    return line + mark(x_of(its.mean / most), y, side)


def _circle(x: float, y: float, side: str) -> str:
    return f'<circle class="{side} mark" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'


def _square(x: float, y: float, side: str) -> str:
    return f'<rect class="{side} mark" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'


def x_of(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * min(max(share, 0.0), 1.0)


def grid(top: float, bottom: float) -> str:
    return "".join(
        f'<line class="grid" x1="{x_of(s):.1f}" y1="{top}" x2="{x_of(s):.1f}" y2="{bottom}"/>' for s in FIFTHS
    )


def ticks(y: float, scale: Scale = SHARES) -> str:
    return "".join(
        f'<text x="{x_of(s):.1f}" y="{y}" text-anchor="middle">{escape(scale.tick(s * scale.most))}</text>'
        for s in FIFTHS
    )


def cut(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"


def svg(height: float, title: str, said: str, drawn: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img">'
        f"<title>{escape(title)}</title><desc>{escape(said)}</desc>{''.join(drawn)}</svg>"
    )
