"""Results on a terminal: tables for people, JSON for scripts."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ratchet_cli.printable import shown_safely

IN_A_FILE: Final = 160  # columns, where nothing says how wide it is
NONE: Final = "-"
IDS: Final = frozenset(
    {"job", "version", "dataset", "search", "alert", "experiment", "document"}
)  # copied from: in one piece


def show(found: object, rows: Sequence[Mapping[str, object]], title: str, *, as_json: bool) -> None:
    """`rows`: by column; all have the same."""
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    elif not rows:
        sys.stdout.write(f"{title}: none.\n")
    else:
        console().print(table(rows, title))


def say_what_is_missing(found: Mapping[str, Any]) -> None:
    """Where numbers are behind what came: the monitor's own word."""
    if (behind := found.get("behind")) and behind["note"]:
        sys.stdout.write(f"{shown_safely(behind['note'])}\n")


def console() -> Console:
    """What is shown came from elsewhere: brackets and colons in it mean nothing."""
    return Console(width=None if sys.stdout.isatty() else IN_A_FILE, markup=False, emoji=False)


def table(rows: Iterable[Mapping[str, object]], title: str) -> Table:
    heading = Text(shown_safely(title), style="table.title")
    shown = Table(title=heading, box=SIMPLE, padding=(0, 1, 0, 0), title_justify="left")
    for place, row in enumerate(rows):
        if place == 0:
            for name, value in row.items():
                justify = "right" if isinstance(value, int | float) else "left"
                shown.add_column(name, justify=justify, overflow="fold", no_wrap=name in IDS)  # type: ignore[arg-type]
        shown.add_row(*(Text(shown_safely(text_of(value))) for value in row.values()))  # no markup of others
    return shown


def text_of(value: object) -> str:
    """As a person writes it, however deep it is."""
    if value is None or value == "":
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_within(one)}" for name, one in value.items()) or NONE
    if isinstance(value, list | tuple):
        between = "; " if any(isinstance(one, Mapping | list | tuple) for one in value) else ", "
        return between.join(map(text_of, value)) or NONE
    return str(value)


def _within(value: object) -> str:
    return f"({text_of(value)})" if isinstance(value, Mapping | list | tuple) and value else text_of(value)


def usd(value: float | None) -> str:
    return NONE if value is None else f"${value:,.2f}"


def short(at: str | None) -> str:
    """2026-11-26T19:12:22.123456Z as a person reads it."""
    return NONE if not at else at[:16].replace("T", " ")


def details(found: Mapping[str, Any], title: str, *, as_json: bool) -> None:
    """One thing, a line for each of what it has."""
    rows = [{"": name.replace("_", " "), "of it": text_of(value)} for name, value in found.items()]
    show(found, rows, title, as_json=as_json)
