"""The measures that there are, by name, for those that only speak of them: pandas is not loaded for it."""

from typing import Final

from ratchet_figures.ratios import RATIOS
from ratchet_figures.statements import ITEMS

LEVEL: Final = 0.95  # of value at risk
FEWEST_A_YEAR, MOST_A_YEAR = 0.1, 366  # returns that somebody may name
OF_RETURNS: Final = ("total_return", "cagr", "volatility", "sharpe_ratio", "sortino_ratio", "max_drawdown")
AT_A_LEVEL: Final = ("var_historical", "cvar_historical", "var_parametric", "cvar_parametric")
BESIDE_A_BENCHMARK: Final = ("beta", "alpha", "tracking_error", "correlation")
CONTRIBUTION: Final = "contribution"
OF_PRICES: Final = (*OF_RETURNS, *AT_A_LEVEL, *BESIDE_A_BENCHMARK, CONTRIBUTION)
OF_STATEMENTS: Final = tuple(RATIOS)
GROWING: Final = ("revenue", "operating_income", "net_income", "total_assets")
MAY_GROW: Final = ITEMS
