"""Plots from what was given and computed: prices over time, drawdown, and figures beside each other. Pure."""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import Final

from ratchet_figures.figure import Figure
from ratchet_reports.limits import STANDARD
from ratchet_reports.plots.plot import Bar, Bars, Lines, Series

POINTS: Final = 480  # of a series: more than a picture has room for
ByDay = Mapping[date, float | None]


def lines_of_prices(title: str, prices: Mapping[str, ByDay], currency: str = "") -> Lines:
    """As they are. Days without a price are left out."""
    return Lines(title=title, unit="money", currency=currency, series=_each(title, prices))


def lines_of_worth(title: str, prices: Mapping[str, ByDay]) -> Lines:
    """What 1 became that was put into each on its first day: instruments of different prices beside each other."""
    return Lines(title=title, unit="ratio", series=_each(title, {name: _from_one(its) for name, its in prices.items()}))


def area_of_drawdown(title: str, worth: Mapping[str, ByDay]) -> Lines:
    """How far each lies below its highest worth so far: 0, or below."""
    series = _each(title, {name: _below_highest(its) for name, its in worth.items()})
    return Lines(title=title, unit="share", series=series, filled=True)


def bars_of(title: str, figures: Sequence[Figure]) -> Bars:
    """One bar a figure, by subject where they differ, else by name. Raises ValueError for figures that no axis can
    share, or more than there is room for.
    """
    kinds = {(one.unit, one.currency) for one in figures}
    if len(kinds) != 1:
        raise ValueError(f"The bars of one plot have one unit, and here there are {len(kinds)}.")
    if len(figures) > STANDARD.bars:
        raise ValueError(f"A plot has up to {STANDARD.bars} bars, and there are {len(figures)} figures.")
    ((unit, currency),) = kinds
    names = _names(figures)
    return Bars(
        title=title,
        unit=unit,
        currency=currency or "",
        bars=tuple(Bar(name=name, value=one.value) for name, one in zip(names, figures, strict=True)),
    )


def _names(figures: Sequence[Figure]) -> list[str]:
    subjects, measures = [one.subject for one in figures], [one.name.replace("_", " ") for one in figures]
    for names in (subjects, measures):
        if len(set(names)) == len(names):
            return names
    both = [f"{subject}, {measure}" for subject, measure in zip(subjects, measures, strict=True)]
    if len(set(both)) == len(both):
        return both
    return [f"{name}, until {one.period.last}" for name, one in zip(both, figures, strict=True)]


def _each(title: str, series: Mapping[str, ByDay]) -> tuple[Series, ...]:
    """Raises ValueError for more series than there is room for."""
    if len(series) > STANDARD.series:
        raise ValueError(f"A plot has up to {STANDARD.series} lines, and {title!r} would have {len(series)}.")
    most = min(POINTS, STANDARD.points // max(1, len(series)))
    return tuple(_series(name, its, most) for name, its in series.items())


def _series(name: str, by_day: ByDay, most: int) -> Series:
    points = list(_thinned(list(_points(by_day)), most))
    return Series(name=name, days=tuple(day for day, _ in points), values=tuple(value for _, value in points))


def _points(by_day: ByDay) -> Iterator[tuple[date, float]]:
    for day in sorted(by_day):
        value = by_day[day]
        if value is not None and math.isfinite(value):
            yield day, float(value)


def _thinned(points: list[tuple[date, float]], most: int) -> Iterator[tuple[date, float]]:
    """The first and the last, and of each stretch between them the lowest and the highest: no peak is lost."""
    if len(points) <= most:
        yield from points
        return
    inner, stretches = points[1:-1], (most - 2) // 2
    yield points[0]
    for at in range(stretches):
        stretch = inner[at * len(inner) // stretches : (at + 1) * len(inner) // stretches]
        yield from sorted({min(stretch, key=lambda one: one[1]), max(stretch, key=lambda one: one[1])})
    yield points[-1]


def _from_one(by_day: ByDay) -> dict[date, float | None]:
    points = list(_points(by_day))
    return {day: value / points[0][1] for day, value in points if points[0][1] > 0}


def _below_highest(by_day: ByDay) -> dict[date, float | None]:
    points = list(_points(by_day))
    highest = accumulate((value for _, value in points), max)
    return {day: value / top - 1 for (day, value), top in zip(points, highest, strict=True) if top > 0}
