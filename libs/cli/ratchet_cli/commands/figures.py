"""`ratchet figures`: what a portfolio did, computed here from a file of prices."""

from pathlib import Path
from typing import Annotated

import typer

from ratchet_cli.commands.options import AsJson, sentence_or

EXAMPLE = (
    "Example: ratchet figures prices.csv --weights A=.6,B=.4 --benchmark INDEX --risk-free .03 "
    "--measures sharpe_ratio,max_drawdown"
)


def figures(
    prices: Annotated[Path, typer.Argument(help="CSV: a column `date`, then one for each instrument.")],
    weights: Annotated[str, typer.Option(help="Such as A=.6,B=.4; default: all columns, with the same weight.")] = "",
    benchmark: Annotated[str, typer.Option(help="The column to compare with; it is not held.")] = "",
    measures: Annotated[str, typer.Option(help="Only these, by commas.")] = "",
    risk_free: Annotated[float, typer.Option(help="A year: .03 for 3 %.")] = 0.0,
    level: Annotated[float, typer.Option(help="Of value at risk.")] = 0.95,
    per_year: Annotated[float, typer.Option(help="Returns a year; default: by the days between prices.")] = 0,
    rebalance: Annotated[bool, typer.Option(help="Keep the weights at each step, or hold what was bought.")] = True,
    as_json: AsJson = False,
) -> None:
    """Compute return, risk, value at risk, and what each instrument contributed, of a portfolio.

    Each figure comes with its formula, its period and what was assumed. What cannot be computed says why.
    """
    from ratchet_cli.computing import compute

    sentence_or(
        lambda: compute(
            prices,
            weights,
            benchmark,
            measures,
            {"risk_free": risk_free, "level": level, "per_year": per_year or None},
            rebalance=rebalance,
            as_json=as_json,
        )
    )
