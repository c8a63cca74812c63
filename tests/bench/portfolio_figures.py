"""Figures of portfolios, by empyrical, beside those of another library, quantstats, in an environment of its own.

Portfolios of 20 public stocks, drawn with a seed, each over the years in which all of them were traded. quantstats has
value at risk for normal returns only: the historical one is beside NumPy's quantile.
"""

import json
import random
import subprocess
import sys
from typing import Any, Final

from ratchet_figures.of_prices import Asked, figures_of_prices
from ratchet_figures.portfolio import returns_of, weights_of
from ratchet_figures.prices import prices_of
from ratchet_figures.reading import read_prices
from ratchet_figures.series import Series
from tests.bench.figure import Figure
from tests.bench.gateway.peers import environment
from tests.bench.public_data import FOLDER, there

QUANTSTATS: Final = "quantstats==0.0.86"
PORTFOLIOS: Final = 40
PATIENCE_S: Final = 300.0
BESIDE: Final = """
import json, sys
import numpy as np, pandas as pd, quantstats.stats as theirs
def of(returns, days):
    series = pd.Series(returns, index=pd.DatetimeIndex(days))
    return {
        "sharpe_ratio": theirs.sharpe(series, periods=252),
        "volatility": theirs.volatility(series, periods=252),
        "max_drawdown": theirs.max_drawdown(series),
        "var_parametric": -theirs.value_at_risk(series, confidence=0.95),
        "var_historical": -np.quantile(series, 0.05),
    }
json.dump([{k: float(v) for k, v in of(**one).items()} for one in json.load(sys.stdin)], sys.stdout)
"""


def run() -> list[Figure]:
    drawn = list(_portfolios(_prices("stock_prices.csv")))
    theirs = _theirs([returns for returns, _ in drawn])
    return [
        Figure(
            f"portfolio figures: {name}, furthest off another library's",
            max(abs(ours[name] - others[name]) for (_, ours), others in zip(drawn, theirs, strict=True)),
            f"(of {PORTFOLIOS} portfolios)",
            "≤ 1e-6",
            all(abs(ours[name] - others[name]) <= 1e-6 for (_, ours), others in zip(drawn, theirs, strict=True)),
            "NumPy's quantile" if name == "var_historical" else QUANTSTATS,
        )
        for name in theirs[0]
    ]


def _portfolios(prices: dict[str, Series]) -> Any:
    chance = random.Random(20)
    for _ in range(PORTFOLIOS):
        names = chance.sample(sorted(prices), chance.randint(1, 6))
        held = {name: prices[name] for name in names}
        weights = {name: chance.random() for name in names}
        whole = {name: weight / sum(weights.values()) for name, weight in weights.items()}
        table = prices_of(held)
        returns = returns_of(table, weights_of(whole, names)[0], "each_period")
        days = [f"{day:%Y-%m-%d}" for day in returns.index]
        computed = figures_of_prices(Asked(held, whole)).figures
        yield {"returns": returns.tolist(), "days": days}, {one.name: one.value for one in computed}


def _theirs(series: list[dict[str, Any]]) -> list[dict[str, float]]:
    python = environment("quantstats", QUANTSTATS) / "python"
    done = subprocess.run(
        [str(python), "-W", "ignore", "-c", BESIDE],
        input=json.dumps(series),
        stdout=subprocess.PIPE,
        stderr=sys.stderr,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
    found: list[dict[str, float]] = json.loads(done.stdout)
    return found


def _prices(name: str) -> dict[str, Series]:
    with there(FOLDER / "stock_prices" / name).open(encoding="utf-8", newline="") as lines:
        return read_prices(lines)
