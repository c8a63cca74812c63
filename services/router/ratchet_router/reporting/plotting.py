"""Plots of a report: what the instruments were worth, how far they fell, and figures beside each other. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice

from ratchet_figures.choosing import OfPrices
from ratchet_figures.figure import CannotComputeError, Figure
from ratchet_figures.names import CONTRIBUTION, OF_STATEMENTS
from ratchet_figures.of_prices import PORTFOLIO
from ratchet_figures.portfolio import weights_of, worth_of
from ratchet_figures.prices import Prices, prices_of
from ratchet_figures.series import Series
from ratchet_reports.limits import STANDARD
from ratchet_reports.plots.making import area_of_drawdown, bars_of, lines_of_worth
from ratchet_reports.plots.plot import Plot
from ratchet_router.reporting.chosen import Chosen
from ratchet_router.reporting.wanted import Holdings, Wanted

MOST_PLOTS = 10
FEWEST_BARS = 2
FEWEST_HELD = 2


def plots_of(wanted: Wanted, choice: Chosen, figures: Sequence[Figure]) -> Iterator[Plot]:
    yield from list(_plots(wanted, choice, figures))[:MOST_PLOTS]


def _plots(wanted: Wanted, choice: Chosen, figures: Sequence[Figure]) -> Iterator[Plot]:
    asked = next(iter(choice.of_prices), None)
    if wanted.holdings is not None and asked is not None:
        firsts, lasts = ([getattr(one, name) for one in choice.of_prices] for name in ("first", "last"))
        whole = replace(
            asked, first=None if None in firsts else min(firsts), last=None if None in lasts else max(lasts)
        )
        yield from _over_time(wanted.holdings, whole)
    if bars := [one for one in figures if one.name == CONTRIBUTION][: STANDARD.bars]:
        yield bars_of("Contribution to the total return", bars)
    yield from _statements(figures)


def _over_time(holdings: Holdings, asked: OfPrices) -> Iterator[Plot]:
    """Of no more than a plot has room for: those that weigh most. Of prices that are refused there is none."""
    names = list(asked.instruments or holdings.instruments)
    names.sort(key=lambda name: -abs(holdings.weights.get(name, 0.0)))
    names += [asked.benchmark] if asked.benchmark and asked.benchmark not in names else []
    can_be: Iterator[tuple[str, Series]] = (
        (name, its) for name in names if _are_prices(name, its := holdings.of(name, asked.first, asked.last))
    )
    whole = _whole(holdings, asked)
    shown = whole | dict(islice(can_be, STANDARD.series - len(whole)))
    if shown:
        yield lines_of_worth("What 1 became", shown)
        yield area_of_drawdown("Below the highest so far", shown)


def _whole(holdings: Holdings, asked: OfPrices) -> dict[str, Series]:
    """What the portfolio was worth, on the days of its figures, where it is more than one of its instruments. Empty
    where it has no worth, which its figures say, too.
    """
    names = holdings.instruments
    beside = (asked.benchmark,) if asked.benchmark else ()
    a_part = bool(asked.instruments) and {*asked.instruments} != {*names}
    if a_part or len(names) < FEWEST_HELD or PORTFOLIO in names:
        return {}
    try:
        together = prices_of({name: holdings.of(name, asked.first, asked.last) for name in (*names, *beside)})
        weights, _ = weights_of(holdings.weights, list(names))
        held = Prices(together.table[list(names)], together.assumptions)
        return {PORTFOLIO: worth_of(held, weights, asked.rebalancing)}
    except CannotComputeError:
        return {}


def _are_prices(name: str, its: Series) -> bool:
    try:
        prices_of({name: its})
    except CannotComputeError:
        return False
    return True


def _statements(figures: Sequence[Figure]) -> Iterator[Plot]:
    """Ratios and growth, of one unit each."""

    def kind(one: Figure) -> str:
        return one.unit

    ratios = sorted((one for one in figures if one.name in OF_STATEMENTS), key=kind)
    for unit, its in groupby(ratios, kind):
        bars = list(its)[: STANDARD.bars]
        if len(bars) >= FEWEST_BARS:
            yield bars_of("Ratios of the statements" + (" in per cent" if unit == "share" else ""), bars)
    growing = [one for one in figures if one.name.endswith("_growth")][: STANDARD.bars]
    if len(growing) >= FEWEST_BARS:
        yield bars_of("Growth from the statement before", growing)
