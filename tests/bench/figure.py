from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number, as it stands in the bench's table and in build/bench.json."""

    name: str
    value: float
    unit: str
    goal: str  # in words: "≤ .05"; empty where nothing was promised
    met: bool | None  # None: nothing was promised
    baseline: str | None = None  # what another way gives, in words


def table(figures: Sequence[Figure]) -> Table:
    table = Table("figure", "value", "goal", "met", "baseline")
    for f in figures:
        met = {True: "[green]yes[/green]", False: "[red]no[/red]", None: ""}[f.met]
        table.add_row(f.name, f"{f.value:,.4g} {f.unit}", f.goal, met, f.baseline or "")
    return table
