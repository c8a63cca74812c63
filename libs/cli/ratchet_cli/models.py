"""`ratchet models`: what the catalogue says of each model, of a file or of a running router."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from ratchet_catalogue.catalogue_file import read_catalogue
from ratchet_cli.router_calls import Router
from ratchet_router.api.catalogue import ModelView, shown

COLUMNS = ("name", "provider", "tier", "window", "capabilities", "input", "output", "quality", "latency", "measured")
IN_A_FILE = 160  # characters a line, where no terminal says how wide it is
NUMBERS = frozenset({"window", "input", "output", "quality", "latency"})


def models(catalogue: Path, router: Router | None, *, as_json: bool) -> None:
    """Raises CannotStartError."""
    found = router.get("/api/models/catalogue")["items"] if router else of_file(catalogue)
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        Console(width=None if sys.stdout.isatty() else IN_A_FILE).print(table(found))


def of_file(catalogue: Path) -> list[dict[str, Any]]:
    """As a router shows them. Raises CannotStartError."""
    return [ModelView(**shown(model)).model_dump() for model in read_catalogue(catalogue).models.values()]


def table(found: Sequence[Mapping[str, Any]]) -> Table:
    shows = Table(
        title="Prices in USD per million tokens; quality, 0 to 1, as expected, and as feedback has shown it by task",
        box=SIMPLE,
        padding=(0, 1, 0, 0),
    )
    columns = COLUMNS if any(model["measured"] for model in found) else COLUMNS[:-1]
    for column in columns:
        shows.add_column(
            column, justify="right" if column in NUMBERS else "left", overflow="fold", no_wrap=column in NUMBERS
        )
    for model in found:
        shows.add_row(*row(model)[: len(columns)])
    return shows


def row(model: Mapping[str, Any]) -> tuple[str, ...]:
    prices = model["prices"]
    return (
        f"{model['name']} (rests)" if model["resting"] else model["name"],
        model["provider"],
        model["tier"],
        f"{model['context_window']:,}",
        ", ".join(model["capabilities"]),
        f"{prices['input']:g}",
        f"{prices['output']:g}",
        f"{model['expected_quality']['default']:.2f}",
        f"{model['expected_latency_ms']:g} ms",
        ", ".join(f"{one['task_type']} {one['score']:.2f} of {one['n']:,}" for one in model["measured"]),
    )
