"""Both data sets, the times, the tables of curve points; build/routing.json and build/routing.svg have the curves."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from ratchet_cli.models import IN_A_FILE
from ratchet_estimate.curves import Curve
from tests.bench.figure import Figure
from tests.bench.routing import mmlu, prices, timing
from tests.bench.routing.data import FOLDS, OUTPUT_TOKENS, SEED, Outcomes, Pair, nine_models, questions
from tests.bench.routing.data import mmlu as read_mmlu
from tests.bench.routing.plot import Chart, Line, svg

CURVES, PLOT = Path("build/routing.json"), Path("build/routing.svg")
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
PRICES = {0.03, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.18}  # USD for a thousand answers, beside those of single models
PART = np.linspace(0, 1, 101)
HOW = (
    f"{FOLDS}-fold, seeded, all prompts of a question in one fold; hyper-parameters are the same for all folds and for "
    "both data sets. The estimate's form was chosen by looking at MMLU's folds, the other data set had no part in it."
)


def run() -> list[Figure]:
    pair, outcomes = read_mmlu(), nine_models()
    told = mmlu.tell(pair)
    ways = prices.ways(outcomes)
    by_share, by_price = told.curves(pair), {name: way.points() for name, way in ways.items()}
    console = Console(stderr=True, width=None if sys.stderr.isatty() else IN_A_FILE)
    console.print(f"{len(pair.prompts):,} prompts, {questions(pair.prompts):,} different questions. {HOW}")
    console.print(_recovered(by_share))
    console.print(_measured(pair, told, by_share))
    console.print(_scores(by_price, outcomes))
    _write(pair, told, by_price, outcomes)
    return [*mmlu.figures(pair, told), *prices.figures(outcomes, ways), *timing.figures(pair)]


def _recovered(curves: Mapping[str, Curve]) -> Table:
    """A column a way."""
    table = Table("to the strong model", *curves, title="MMLU: performance gap recovered")
    for share in SHARES:
        table.add_row(f"{share:.0%}", *(f"{curve.at(share):.3f}" for curve in curves.values()))
    return table


def _measured(pair: Pair, told: mmlu.Told, curves: Mapping[str, Curve]) -> Table:
    """A row a way."""
    table = Table(
        "way", *mmlu.MEASURES, "mean score, half to the strong", title=f"MMLU; 95 % by bootstrap, seed {SEED}"
    )
    for way, score in mmlu.scores_at_half(pair, curves).items():
        cells = [_cell(curves[way], told.spread[way], measure) for measure in mmlu.MEASURES if way in curves]
        table.add_row(way, *(cells or ["-"] * len(mmlu.MEASURES)), f"{score:.3f}")
    return table


def _cell(curve: Curve, spread: Mapping[str, mmlu.Interval], measure: str) -> str:
    low, high = spread[measure]
    return f"{mmlu.MEASURES[measure](curve):.3f} ({low:.3f} to {high:.3f})"


def _scores(curves: Mapping[str, prices.Points], outcomes: Outcomes) -> Table:
    title = f"nine models, 14 tasks: mean score; an answer counted with {OUTPUT_TOKENS} tokens"
    table = Table("USD a thousand", *curves, "always one model", title=title)
    alone = prices.singles(outcomes)
    for price in sorted({round(its, 3) for its, _ in alone.values()} | PRICES):
        there = [f"{model} {score:.3f}" for model, (its, score) in alone.items() if round(its, 3) == price]
        points = [f"{curve.score_at(price):.3f}" for curve in curves.values()]
        table.add_row(f"{price:.3f}", *points, "\n".join(there))
    return table


def _write(pair: Pair, told: mmlu.Told, by_price: Mapping[str, prices.Points], outcomes: Outcomes) -> None:
    by_share = told.curves(pair)
    lines = {name: Line(PART.tolist(), [curve.at(part) for part in PART]) for name, curve in by_share.items()}
    steps = {name: Line(points.price.tolist(), points.score.tolist()) for name, points in by_price.items()}
    weak, gap = float(pair.weak.mean()), float(pair.gain.mean())
    scores = {name: Line(line.x, [weak + y * gap for y in line.y]) for name, line in lines.items()}
    singles = prices.singles(outcomes)
    found: dict[str, Any] = {
        "how": HOW,
        "seed": SEED,
        "folds": FOLDS,
        "mmlu": {
            "measures": {
                way: {
                    measure: {"value": of(curve), "interval_95": told.spread[way][measure]}
                    for measure, of in mmlu.MEASURES.items()
                }
                for way, curve in by_share.items()
            },
            "share_to_strong": PART.tolist(),
            "gap_recovered": {name: line.y for name, line in lines.items()},
            "always_cheap": weak,
            "always_strong": weak + gap,
        },
        "nine_models": {
            "usd_a_thousand_and_score": {name: [line.x, line.y] for name, line in steps.items()},
            "always": singles,
        },
    }
    CURVES.parent.mkdir(exist_ok=True)
    CURVES.write_text(json.dumps(found, indent=1) + "\n")
    charts = [
        Chart("MMLU, 5-fold", "share of calls to the strong model", "mean score", scores, {}),
        Chart("Nine models, 14 tasks, 5-fold", "USD for a thousand answers", "mean score", steps, singles),
    ]
    PLOT.write_text(svg(charts))
