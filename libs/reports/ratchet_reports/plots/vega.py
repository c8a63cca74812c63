"""The Vega-Lite spec of a plot. Texts from outside stand in it as values and titles only: no field, no expression, no
address is made of one. Pure.
"""

import math
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from ratchet_common.legible import legible
from ratchet_figures.figure import Unit
from ratchet_reports.plots.plot import Bars, Lines, Plot

VERSION: Final = "6.4"
SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH: Final = 640
HEIGHT: Final = 260
BAR: Final = 22  # pixels for each
YEARS: Final = timedelta(days=1_100)
MONTHS: Final = timedelta(days=120)
TICKS: Final = 8  # or so
LONGEST: Final = 60  # characters of a name in a picture
COLOURS: Final = ("#0b5cad", "#a34100", "#2e7d4f", "#7a4a9e", "#8a6d1d", "#b23b3b", "#3a7f8c", "#5c6670")
_MARKS: Final = 10  # on an axis of amounts, or so
_MOST_DECIMALS: Final = 8
_SCALES: Final = ((1e12, "trillions"), (1e9, "billions"), (1e6, "millions"))
Spec = dict[str, Any]


def spec_of(plot: Plot) -> Spec:
    drawn = _lines(plot) if isinstance(plot, Lines) else _bars(plot)
    return {
        "$schema": SCHEMA,
        "title": _short(plot.title),
        "width": WIDTH,
        "background": "white",
        "config": {"font": "sans-serif", "range": {"category": list(COLOURS)}, "view": {"stroke": None}},
        **drawn,
    }


def _lines(plot: Lines) -> Spec:
    scale, title = _scale(plot, [value for one in plot.series for value in one.values])
    names = _names([one.name for one in plot.series])
    values = [
        {"day": day.isoformat(), "value": value / scale, "name": name}
        for name, one in zip(names, plot.series, strict=True)
        for day, value in zip(one.days, one.values, strict=True)
    ]
    mark = {"type": "area", "line": True, "opacity": 0.3} if plot.filled else {"type": "line", "strokeWidth": 1.5}
    legend = {"title": None, "orient": "bottom"} if len(names) > 1 else None
    drawn = [value / scale for one in plot.series for value in one.values]
    amount = {**_amount(plot.unit, title, drawn, from_zero=plot.filled), "scale": {"zero": plot.filled}}
    return {
        "height": HEIGHT,
        "data": {"values": values},
        "mark": mark,
        "encoding": {
            # Days are days by UTC: on a machine in another zone the picture would be another.
            "x": {"field": "day", "type": "temporal", "title": None, "scale": {"type": "utc"}, **_days(plot)},
            "y": {**amount, "stack": None} if plot.filled else amount,
            "color": {"field": "name", "type": "nominal", "sort": names, "legend": legend},
        },
    }


def _bars(plot: Bars) -> Spec:
    scale, title = _scale(plot, [one.value for one in plot.bars])
    names = _names([one.name for one in plot.bars])
    return {
        "height": {"step": BAR},
        "data": {
            "values": [{"name": name, "value": one.value / scale} for name, one in zip(names, plot.bars, strict=True)]
        },
        "mark": {"type": "bar", "color": COLOURS[0]},
        "encoding": {
            "x": _amount(plot.unit, title, [one.value / scale for one in plot.bars], from_zero=True),
            "y": {"field": "name", "type": "nominal", "sort": names, "title": None, "axis": {"labelLimit": 260}},
        },
    }


def _days(plot: Lines) -> Spec:
    """Each label with its year: the usual ones have it at the beginning of January alone."""
    first = min((one.days[0] for one in plot.series if one.days), default=date.min)
    last = max((one.days[-1] for one in plot.series if one.days), default=date.min)
    if last - first > YEARS:
        step = -(-(last.year - first.year) // TICKS)
        return {"axis": {"format": "%Y", "tickCount": {"interval": "year", "step": step}}}
    ticks = {"interval": "day", "step": 1} if (last - first).days < TICKS else TICKS
    return {"axis": {"format": "%b %Y" if last - first > MONTHS else "%d %b %Y", "tickCount": ticks}}


def _amount(unit: Unit, title: str, values: Sequence[float], *, from_zero: bool) -> Spec:
    axis = {"format": _format(unit, [*values, *([0.0] if from_zero else ())])}
    return {"field": "value", "type": "quantitative", "title": title or None, "axis": axis}


def _format(unit: Unit, values: Sequence[float]) -> str:
    """With as many decimals as tell one mark of the axis from the next."""
    step = (max(values) - min(values)) / _MARKS if values else 0.0
    decimals = min(_MOST_DECIMALS, max(0, 1 - math.floor(math.log10(step)))) if step > 0 else 2
    return f".{max(1, decimals - 2)}~%" if unit == "share" else f",.{max(2, decimals)}~f"


def _scale(plot: Plot, values: list[float]) -> tuple[float, str]:
    """What amounts of money are divided by, and what the axis says of it."""
    if plot.unit != "money":
        return 1.0, ""
    most = max(map(abs, values), default=0.0)
    scale, word = next((its for its in _SCALES if most >= its[0]), (1.0, ""))
    return scale, ", ".join(filter(None, (_short(plot.currency), word)))


def _names(names: list[str]) -> list[str]:
    """Short ones; two that became the same are told apart by their number."""
    short = [_short(name) for name in names]
    return [f"{name} ({at})" if short.count(name) > 1 else name for at, name in enumerate(short, 1)]


def _short(text: str) -> str:
    clean = legible(text)
    return clean if len(clean) <= LONGEST else f"{clean[: LONGEST - 1].rstrip()}…"
