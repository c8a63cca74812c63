"""Curves as an SVG that any browser shows, without a plotting library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 620, 420, 60, 50, 40, 190
COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#8e5ea2", "#b08900", "#666666", "#222222")
TICKS = 5


@dataclass(frozen=True, slots=True)
class Line:
    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True, slots=True)
class Chart:
    """`marks`: single points, each with its name beside it."""

    title: str
    x_name: str
    y_name: str
    lines: Mapping[str, Line]
    marks: Mapping[str, tuple[float, float]]


def svg(charts: Sequence[Chart]) -> str:
    """One under the other."""
    drawn = "".join(
        f'<g transform="translate(0 {place * HEIGHT})">{_drawn(one)}</g>' for place, one in enumerate(charts)
    )
    size = f'width="{WIDTH + RIGHT}" height="{HEIGHT * len(charts)}"'
    style = 'font-family="sans-serif" font-size="12"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}><rect {size} fill="white"/>{drawn}</svg>\n'


def _drawn(chart: Chart) -> str:
    points = [*chart.marks.values(), *(p for line in chart.lines.values() for p in zip(line.x, line.y, strict=True))]
    scale = _Scale(*_ends([x for x, _ in points]), *_ends([y for _, y in points]))
    parts = [_text(LEFT, 22, chart.title, "start", bold=True), *_axes(chart, scale)]
    for place, (name, line) in enumerate(chart.lines.items()):
        colour = COLOURS[place % len(COLOURS)]
        path = " ".join(f"{scale.x(x):.1f},{scale.y(y):.1f}" for x, y in zip(line.x, line.y, strict=True))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        at = TOP + 16 * place
        parts.append(f'<rect x="{WIDTH + 4}" y="{at}" width="14" height="3" fill="{colour}"/>')
        parts.append(_text(WIDTH + 24, at + 6, name, "start"))
    for name, (x, y) in chart.marks.items():
        parts.append(f'<circle cx="{scale.x(x):.1f}" cy="{scale.y(y):.1f}" r="3.5" fill="#222222"/>')
        parts.append(_text(scale.x(x) + 6, scale.y(y) + 4, name, "start", size=10))
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class _Scale:
    left: float
    right: float
    low: float
    high: float

    def x(self, value: float) -> float:
        return LEFT + (value - self.left) / (self.right - self.left) * (WIDTH - LEFT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - (value - self.low) / (self.high - self.low) * (HEIGHT - BOTTOM - TOP)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _axes(chart: Chart, scale: _Scale) -> list[str]:
    parts = [f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH}" fill="none" stroke="#222222"/>']
    for tick in range(TICKS + 1):
        x = scale.left + (scale.right - scale.left) * tick / TICKS
        y = scale.low + (scale.high - scale.low) * tick / TICKS
        parts.append(_text(scale.x(x), HEIGHT - BOTTOM + 18, f"{x:.3g}", "middle"))
        parts.append(_text(LEFT - 6, scale.y(y) + 4, f"{y:.3g}", "end"))
    parts.append(_text((LEFT + WIDTH) / 2, HEIGHT - 12, chart.x_name, "middle"))
    return [*parts, _text(LEFT, TOP - 6, chart.y_name, "start", size=10)]


def _text(x: float, y: float, text: str, anchor: str, *, bold: bool = False, size: int = 12) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{weight}>{escape(text)}</text>'
