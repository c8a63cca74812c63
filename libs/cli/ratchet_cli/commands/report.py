"""`ratchet report`: a day, a week, a month, a quarter."""

from pathlib import Path
from typing import Annotated, Final

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


RHYTHMS: Final = {
    "daily": ("a day, from midnight to midnight by UTC", "--at 2026-11-23"),
    "weekly": ("a week, which begins on Monday", "--out week.html"),
    "monthly": ("a month of the calendar", "--format json"),
    "quarterly": ("a quarter of the calendar", "--at 2026-08-01 --out quarter.md"),
}


def _add(rhythm: str, what: str, options: str) -> None:
    @commands.command(rhythm, help=f"Report on {what}.", epilog=f"Example: ratchet report {rhythm} {options}")
    @at_gateway
    def command(gateway: Router, at: At = "", format_: Format = "", out: Out = None, as_json: AsJson = False) -> None:
        from ratchet_cli.reporting import report

        report(gateway, rhythm, at, format_, out, as_json=as_json)


for _rhythm, _said in RHYTHMS.items():
    _add(_rhythm, *_said)
