"""`ratchet feedback`: what people say of answers, what it means, and when to train anew."""

from pathlib import Path
from typing import Annotated

import typer

from ratchet_cli.commands.options import AsJson, at_gateway
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="What people say of answers: bring it, see what it means, and when to train anew.",
    epilog="Example: ratchet feedback summary --by model --days 7",
    no_args_is_help=True,
)


@commands.command("import", epilog="Example: ratchet feedback import feedback.jsonl --dry-run")
@at_gateway
def import_(
    gateway: Router,
    file: Annotated[Path, typer.Argument(help="JSON Lines: what POST /api/models/feedback takes, one a line.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be kept, and why not.")] = False,
    as_json: AsJson = False,
) -> int:
    """Bring what people said from a file. Exit status 1 if a line was refused; each is named with its reason.

    Interrupted, it may be run again: what is there already stays as it is.
    """
    from ratchet_cli.feedback.importing import import_feedback as run

    return run(file, gateway, dry_run=dry_run, as_json=as_json)
