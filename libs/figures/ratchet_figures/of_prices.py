"""What a portfolio did: the figures that were asked for, each with its inputs and assumptions, or why it is none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from ratchet_figures.figure import CannotComputeError, Computed, Figure, Input, Period, Source, each
from ratchet_figures.frequency import returns_a_year
from ratchet_figures.instruments import currencies_of
from ratchet_figures.measures import MEASURES, NAMES, Measure, Sample, computed
from ratchet_figures.names import CONTRIBUTION, FEWEST_A_YEAR, LEVEL, MOST_A_YEAR
from ratchet_figures.portfolio import Rebalancing, contributions, returns_of, weights_of
from ratchet_figures.prices import Prices, prices_of
from ratchet_figures.series import Series

PORTFOLIO = "portfolio"
DAYS_A_YEAR = 360  # a year of working days may begin and end a few days short of one


@dataclass(frozen=True, slots=True)
class Asked:
    """`series`: prices by instrument and day. `weights` are of the portfolio, equal where there are none."""

    series: Mapping[str, Series]
    weights: Mapping[str, float] | None = None
    benchmark: tuple[str, Series] | None = None
    measures: Sequence[str] = NAMES
    rebalancing: Rebalancing = "each_period"
    risk_free: float = 0.0  # a year
    level: float = LEVEL
    per_year: float | None = None  # returns; none: by the days between prices
    sources: Mapping[str, Source] = field(default_factory=dict)  # of an instrument's prices


@dataclass(frozen=True, slots=True)
class _Ground:
    asked: Asked
    prices: Prices
    weights: Mapping[str, float]
    sample: Sample
    assumptions: tuple[str, ...]
    annual: str  # what was assumed of a year; empty where it was said

    @property
    def period(self) -> Period:
        days = self.prices.table.index
        return Period(days[0].date(), days[-1].date())


def figures_of_prices(asked: Asked) -> Computed:
    """Raises CannotComputeError where nothing can be computed: no two common days, a price that is none, weights for
    what has no prices, a measure that does not exist.
    """
    _check(asked)
    ground = _ground(asked)
    return each(PORTFOLIO, ((name, partial(_figures, ground, name)) for name in dict.fromkeys(asked.measures)))


def _figures(ground: _Ground, name: str) -> Iterable[Figure]:
    return _contribution(ground) if name == CONTRIBUTION else [_figure(ground, MEASURES[name])]


def _check(asked: Asked) -> None:
    if unknown := [name for name in asked.measures if name not in NAMES]:
        raise CannotComputeError(f"There is no measure {', '.join(unknown)}: there are {', '.join(NAMES)}.")
    if not 0.5 < asked.level < 1:
        raise CannotComputeError(f"The level of value at risk is {asked.level:g}: it is above .5 and below 1.")
    if not -0.5 < asked.risk_free < 1:
        raise CannotComputeError(f"The risk-free return is {asked.risk_free:g} a year: .03 stands for 3 %.")
    if asked.per_year is not None and not FEWEST_A_YEAR <= asked.per_year <= MOST_A_YEAR:
        raise CannotComputeError(
            f"{asked.per_year:g} returns a year were named: there are {FEWEST_A_YEAR} to {MOST_A_YEAR}; 1 is yearly."
        )
    if asked.benchmark and asked.benchmark[0] in asked.series:
        raise CannotComputeError(f"The benchmark {asked.benchmark[0]} is held as well: give it another name.")


def _ground(asked: Asked) -> _Ground:
    instruments = list(asked.series)
    weights, said = weights_of(asked.weights, instruments)
    benchmark = asked.benchmark[0] if asked.benchmark else None
    together = prices_of({**asked.series, **(dict([asked.benchmark]) if asked.benchmark else {})})
    held = Prices(together.table[instruments], together.assumptions)
    per_year, annual = _per_year(asked, together.table.index)
    if asked.rebalancing == "each_period" and len([w for w in weights.values() if w]) > 1:
        said.append("Weights are kept by rebalancing at each step, free of cost.")
    elif len(instruments) > 1:
        said.append("Weights are those of the first day, never rebalanced.")
    beside = together.table[benchmark].pct_change().iloc[1:] if benchmark else None
    returns = returns_of(held, weights, asked.rebalancing)
    sample = Sample(returns, beside, per_year, asked.risk_free, asked.level, *([] if per_year else [annual]))
    return _Ground(asked, held, weights, sample, (*together.assumptions, *currencies_of(together.table), *said), annual)


def _per_year(asked: Asked, days: pd.DatetimeIndex) -> tuple[float | None, str]:
    """And what was assumed; none, and why, where the days follow no rule: what is not of a year is computed then."""
    if asked.per_year:
        return asked.per_year, ""
    try:
        return returns_a_year(days)
    except CannotComputeError as error:
        return None, str(error)


def _figure(ground: _Ground, measure: Measure) -> Figure:
    return Figure(
        measure.name,
        PORTFOLIO,
        computed(measure, ground.sample),
        measure.unit,
        ground.period,
        measure.formula,
        (*_inputs(ground, benchmark=measure.benchmark), *_settings(ground, measure)),
        (*ground.assumptions, *(_annual(ground) if measure.annual else ())),
    )


def _annual(ground: _Ground) -> Iterator[str]:
    if ground.annual:
        yield ground.annual
    if (days := (ground.period.last - ground.period.first).days) < DAYS_A_YEAR:
        count = f"{days} {'day' if days == 1 else 'days'}"
        yield f"The prices are of {count}, less than a year: what is said of a year is extrapolated."


def _contribution(ground: _Ground) -> Iterator[Figure]:
    for name, value in contributions(ground.prices, ground.weights, ground.asked.rebalancing).items():
        yield Figure(
            CONTRIBUTION,
            name,
            value,
            "share",
            ground.period,
            "weight * return"
            if ground.asked.rebalancing == "never"
            else "sum of weight * return, linked over time by logarithms",
            tuple(_inputs_of(ground, name)),
            ground.assumptions,
        )


def _inputs_of(ground: _Ground, name: str) -> Iterator[Input]:
    """Of one instrument: what all others brought goes into it as well, and is told once."""
    steps, others = len(ground.prices.table), len(ground.weights) - 1
    yield Input(f"{steps:,} prices of {name}", source=ground.asked.sources.get(name))
    yield Input(f"weight of {name}", ground.weights[name], unit="share")
    if others:
        yield Input(f"prices and weights of the {others:,} other instruments")


def _inputs(ground: _Ground, *, benchmark: bool) -> Iterator[Input]:
    steps = len(ground.prices.table)
    for name, weight in ground.weights.items():
        yield Input(f"{steps:,} prices of {name}", source=ground.asked.sources.get(name))
        yield Input(f"weight of {name}", weight, unit="share")
    if benchmark and ground.asked.benchmark:
        name = ground.asked.benchmark[0]
        yield Input(f"{steps:,} prices of {name}", source=ground.asked.sources.get(name))


def _settings(ground: _Ground, measure: Measure) -> Iterator[Input]:
    if measure.annual:
        yield Input("returns a year", float(ground.sample.a_year), unit="count")
    if measure.risk_free:
        yield Input("risk-free return a year", ground.sample.risk_free, unit="share")
    if measure.level:
        yield Input("level", ground.sample.level, unit="share")
