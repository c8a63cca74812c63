"""The measures of returns: each its name, how it is computed (by empyrical), and in words.

A measure that has no value for what it is given, such as a Sharpe ratio of returns that never vary, says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import empyrical
import numpy as np
import pandas as pd

from ratchet_figures.figure import CannotComputeError, Unit
from ratchet_figures.names import CONTRIBUTION

MONTHS = 12  # of a year
FLAT = 1e-12  # a deviation below it is rounding


@dataclass(frozen=True, slots=True)
class Sample:
    returns: pd.Series  # simple, one for each step
    benchmark: pd.Series | None
    per_year: float | None  # returns; none: nobody knows, and nothing can be said of a year
    risk_free: float  # a year
    level: float  # of value at risk, such as .95
    why: str = "It is of a year, and nobody knows how many returns a year has."  # `per_year` is none

    @property
    def beyond(self) -> float:
        """Without the rounding of binary numbers, which would take one return too few."""
        return round(1 - self.level, 12)

    @property
    def a_year(self) -> float:
        """Returns. Raises CannotComputeError."""
        if self.per_year is None:
            raise CannotComputeError(self.why)
        return self.per_year

    @property
    def risk_free_a_step(self) -> float:
        """Raises CannotComputeError."""
        return float((1 + self.risk_free) ** (1 / self.a_year) - 1) if self.risk_free else 0.0


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    unit: Unit
    needs: int  # returns, at least
    formula: str
    of: Callable[[Sample], float]
    risk_free: bool = False  # whether it depends on it
    benchmark: bool = False
    annual: bool = False
    level: bool = False


def computed(measure: Measure, sample: Sample) -> float:
    """Raises CannotComputeError."""
    if len(sample.returns) < measure.needs:
        there = "one return is" if len(sample.returns) == 1 else f"{len(sample.returns)} returns are"
        raise CannotComputeError(f"{there[0].upper()}{there[1:]} there, and it needs {measure.needs}.")
    value = measure.of(sample)
    if not np.isfinite(value):
        raise CannotComputeError("It has no finite value for these returns.")
    return float(value) + 0.0  # no minus before 0


def _cagr(its: Sample) -> float:
    _at_least_a_month(its)
    return float(empyrical.cagr(its.returns, annualization=its.a_year))


def _sharpe(its: Sample) -> float:
    _varies(its.returns, "The returns")
    return float(empyrical.sharpe_ratio(its.returns, risk_free=its.risk_free_a_step, annualization=its.a_year))


def _sortino(its: Sample) -> float:
    if float((its.returns - its.risk_free_a_step).min()) >= -FLAT:
        raise CannotComputeError("No return lies below the risk-free one: there is no downside to divide by.")
    return float(empyrical.sortino_ratio(its.returns, required_return=its.risk_free_a_step, annualization=its.a_year))


def _var_parametric(its: Sample) -> float:
    z = NormalDist().inv_cdf(its.level)
    return float(z * its.returns.std(ddof=1) - its.returns.mean())


def _cvar_parametric(its: Sample) -> float:
    normal = NormalDist()
    beyond = normal.pdf(normal.inv_cdf(its.level)) / (1 - its.level)
    return float(beyond * its.returns.std(ddof=1) - its.returns.mean())


def _beta(its: Sample) -> float:
    benchmark = _beside(its)
    _varies(benchmark, "The benchmark's returns")
    return float(empyrical.beta_aligned(its.returns, benchmark, risk_free=its.risk_free_a_step))


def _at_least_a_month(its: Sample) -> None:
    """Compounded to a year, a few days come to anything."""
    if len(its.returns) * MONTHS < its.a_year:
        raise CannotComputeError("The returns are of less than a month: what they would be in a year nobody knows.")


def _alpha(its: Sample) -> float:
    _at_least_a_month(its)
    benchmark = _beside(its)
    _varies(benchmark, "The benchmark's returns")
    return float(
        empyrical.alpha_aligned(its.returns, benchmark, risk_free=its.risk_free_a_step, annualization=its.a_year)
    )


def _tracking_error(its: Sample) -> float:
    return float(empyrical.annual_volatility(its.returns - _beside(its), annualization=its.a_year))


def _correlation(its: Sample) -> float:
    benchmark = _beside(its)
    _varies(its.returns, "The returns")
    _varies(benchmark, "The benchmark's returns")
    return float(its.returns.corr(benchmark))


def _beside(its: Sample) -> pd.Series:
    if its.benchmark is None:
        raise CannotComputeError("It compares with a benchmark, and no benchmark's prices were given.")
    return its.benchmark


def _varies(returns: pd.Series, what: str) -> None:
    if float(returns.std(ddof=1)) <= FLAT:
        raise CannotComputeError(f"{what} never vary: there is nothing to divide by.")


MEASURES = {
    one.name: one
    for one in (
        Measure(
            "total_return",
            "share",
            1,
            "product of (1 + return) - 1",
            lambda its: empyrical.cum_returns_final(its.returns),
        ),
        Measure(
            "cagr",
            "share",
            1,
            "(1 + total return) ^ (returns a year / number of returns) - 1",
            _cagr,
            annual=True,
        ),
        Measure(
            "volatility",
            "share",
            2,
            "sample standard deviation of returns * sqrt(returns a year)",
            lambda its: empyrical.annual_volatility(its.returns, annualization=its.a_year),
            annual=True,
        ),
        Measure(
            "sharpe_ratio",
            "ratio",
            2,
            "mean of (return - risk-free) / its sample standard deviation * sqrt(returns a year)",
            _sharpe,
            risk_free=True,
            annual=True,
        ),
        Measure(
            "sortino_ratio",
            "ratio",
            2,
            "mean of (return - risk-free) * sqrt(returns a year) / root mean square of what lies below 0 of it",
            _sortino,
            risk_free=True,
            annual=True,
        ),
        Measure(
            "max_drawdown",
            "share",
            1,
            "smallest of worth / highest worth before it - 1",
            lambda its: empyrical.max_drawdown(its.returns),
        ),
        Measure(
            "var_historical",
            "share",
            20,
            "- quantile (1 - level) of returns; the loss of one step as a positive share",
            lambda its: -empyrical.value_at_risk(its.returns, cutoff=its.beyond),
            level=True,
        ),
        Measure(
            "cvar_historical",
            "share",
            20,
            "- mean of the worst (1 - level) of returns; the loss of one step as a positive share",
            lambda its: -empyrical.conditional_value_at_risk(its.returns, cutoff=its.beyond),
            level=True,
        ),
        Measure(
            "var_parametric",
            "share",
            2,
            "z(level) * sample standard deviation - mean of returns, taken for normal",
            _var_parametric,
            level=True,
        ),
        Measure(
            "cvar_parametric",
            "share",
            2,
            "pdf(z(level)) / (1 - level) * sample standard deviation - mean of returns, taken for normal",
            _cvar_parametric,
            level=True,
        ),
        Measure(
            "beta",
            "ratio",
            2,
            "covariance of returns with the benchmark's / variance of the benchmark's",
            _beta,
            risk_free=True,
            benchmark=True,
        ),
        Measure(
            "alpha",
            "share",
            2,
            "(1 + mean of (return - risk-free - beta * (benchmark's - risk-free))) ^ returns a year - 1",
            _alpha,
            risk_free=True,
            benchmark=True,
            annual=True,
        ),
        Measure(
            "tracking_error",
            "share",
            2,
            "sample standard deviation of (return - benchmark's) * sqrt(returns a year)",
            _tracking_error,
            benchmark=True,
            annual=True,
        ),
        Measure("correlation", "ratio", 2, "Pearson's, of returns with the benchmark's", _correlation, benchmark=True),
    )
}

NAMES = (*MEASURES, CONTRIBUTION)
