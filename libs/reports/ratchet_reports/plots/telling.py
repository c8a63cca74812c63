"""What a plot shows, in words: for those who do not see it, and for pages that have no pictures. Pure."""

from ratchet_figures.figure import Unit
from ratchet_figures.showing import shown_value
from ratchet_reports.plots.plot import Bars, Lines, Plot, Series


def told(plot: Plot) -> str:
    if isinstance(plot, Bars):
        said = [f"{one.name}: {shown_value(one.value, plot.unit, plot.currency)}" for one in plot.bars]
        return f"{'; '.join(said)}." if said else "There is nothing to show."
    return " ".join(_line(one, plot) for one in plot.series if one.values) or "There is nothing to show."


def _line(series: Series, plot: Lines) -> str:
    at = list(zip(series.values, series.days, strict=True))
    first, last = at[0], at[-1]
    lowest, highest = min(at), max(at, key=lambda one: one[0])
    return (
        f"{series.name}: {_on(first, plot.unit, plot.currency)}, {_on(last, plot.unit, plot.currency)}; "
        f"lowest {_on(lowest, plot.unit, plot.currency)}, highest {_on(highest, plot.unit, plot.currency)}."
    )


def _on(at: tuple[float, object], unit: Unit, currency: str) -> str:
    value, day = at
    return f"{shown_value(value, unit, currency, None if unit != 'money' else 2)} on {day}"
