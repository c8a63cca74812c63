"""`ratchet report`: a day, a week, a month, a quarter."""

from pathlib import Path
from typing import Annotated

import typer

from ratchet_cli.commands.options import AsJson, at_gateway
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="What to look at, of a day, week, month or quarter beside the one before: numbers, what changed, alerts, "
    "experiments, prompts.",
    epilog="Example: ratchet report weekly --out week.html",
    no_args_is_help=True,
)

At = Annotated[str, typer.Option(help="A day by UTC of the period, as 2026-11-23; default: the last one that is over.")]
Format = Annotated[str, typer.Option("--format", help="md, html or json; default: by --out's name, else md.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="A file, in place of the standard output.")]


@commands.command(epilog="Example: ratchet report daily --at 2026-11-23")
@at_gateway
def daily(gateway: Router, at: At = "", format_: Format = "", out: Out = None, as_json: AsJson = False) -> None:
    """Report on a day, from midnight to midnight by UTC."""
    from ratchet_cli.reporting import report

    report(gateway, "daily", at, format_, out, as_json=as_json)


@commands.command(epilog="Example: ratchet report weekly --out week.html")
@at_gateway
def weekly(gateway: Router, at: At = "", format_: Format = "", out: Out = None, as_json: AsJson = False) -> None:
    """Report on a week, which begins on Monday."""
    from ratchet_cli.reporting import report

    report(gateway, "weekly", at, format_, out, as_json=as_json)


@commands.command(epilog="Example: ratchet report monthly --format json")
@at_gateway
def monthly(gateway: Router, at: At = "", format_: Format = "", out: Out = None, as_json: AsJson = False) -> None:
    """Report on a month of the calendar."""
    from ratchet_cli.reporting import report

    report(gateway, "monthly", at, format_, out, as_json=as_json)


@commands.command(epilog="Example: ratchet report quarterly --at 2026-08-01 --out quarter.md")
@at_gateway
def quarterly(gateway: Router, at: At = "", format_: Format = "", out: Out = None, as_json: AsJson = False) -> None:
    """Report on a quarter of the calendar."""
    from ratchet_cli.reporting import report

    report(gateway, "quarterly", at, format_, out, as_json=as_json)
