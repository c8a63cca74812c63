"""`ratchet figures`: figures of a portfolio, from a file of prices."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ratchet_cli.printable import shown_safely
from ratchet_cli.showing import show
from ratchet_cli.weights import weights_of
from ratchet_common.errors import CannotStartError
from ratchet_figures.figure import CannotComputeError, Computed, Figure, Source
from ratchet_figures.measures import NAMES
from ratchet_figures.of_prices import Asked, figures_of_prices
from ratchet_figures.reading import read_prices
from ratchet_figures.series import Series


def compute(
    path: Path,
    weights: str,
    benchmark: str,
    measures: str,
    settings: Mapping[str, Any],
    *,
    rebalance: bool,
    as_json: bool,
) -> None:
    """Raises CannotStartError."""
    held = weights_of(weights)
    try:
        series = _read(path)
        against = (benchmark, _column(series, benchmark, path)) if benchmark else None
        instruments = list(held) or [name for name in series if name != benchmark]
        asked = Asked(
            {name: _column(series, name, path) for name in instruments},
            held or None,
            against,
            [one.strip() for one in measures.split(",")] if measures else NAMES,
            "each_period" if rebalance else "never",
            sources={name: Source(path.name) for name in series},
            **settings,
        )
        computed = figures_of_prices(asked)
    except CannotComputeError as error:
        raise CannotStartError(str(error)) from None
    _show(computed, as_json=as_json)


def _read(path: Path) -> dict[str, Series]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return read_prices(lines)
    except UnicodeDecodeError:
        raise CannotStartError(f"The file {path} is not text in UTF-8: save its sheet as CSV (UTF-8).") from None
    except OSError as error:
        raise CannotStartError(f"The file {path} cannot be read: {error.strerror}.") from None


def _column(series: Mapping[str, Series], name: str, path: Path) -> Series:
    if name not in series:
        raise CannotStartError(f"The file {path} has no column {name}: it has {', '.join(series)}.")
    return series[name]


def _show(computed: Computed, *, as_json: bool) -> None:
    found = asdict(computed)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2, default=str) + "\n")
        return
    if computed.figures:
        period = computed.figures[0].period
        show(found, [_row(one) for one in computed.figures], f"Figures, {period.first} to {period.last}", as_json=False)
    for one in computed.refusals:
        sys.stdout.write(shown_safely(f"No {one.name}: {one.reason}\n"))
    for assumed in dict.fromkeys(text for one in computed.figures for text in one.assumptions):
        sys.stdout.write(shown_safely(f"Assumed: {assumed}\n"))


def _row(one: Figure) -> dict[str, object]:
    shown = f"{one.value:.2%}" if one.unit == "share" else f"{one.value:.4f}"
    return {"figure": one.name, "of": one.subject, "value": shown, "formula": one.formula}
