"""What many commands have in common: where the gateway is, with which token, and how the result is shown."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from ratchet_common.errors import CannotStartError

T = TypeVar("T")

GATEWAY: Final = "http://127.0.0.1:8080"
HERE: Final = Path(".ratchet")

DataDir = Annotated[Path, typer.Option(help="Where the store, the token and the logs lie.")]
Url = Annotated[str, typer.Option(envvar="RATCHET_URL", help="Of the gateway.")]
Token = Annotated[str, typer.Option(envvar="RATCHET_TOKEN", help="For --url; default: the data directory's.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Task = Annotated[str, typer.Option("--task-type", help="Only this task.")]
Limit = Annotated[int, typer.Option(min=1, max=200, help="At most so many.")]
Why = Annotated[str, typer.Option(help="Kept in the rollout's history, with who did it.")]


def sentence_or(work: Callable[[], T]) -> T:
    """What stops a command is one sentence, not a traceback."""
    try:
        return work()
    except CannotStartError as error:
        typer.echo(f"ratchet: {error}", err=True)
        raise typer.Exit(1) from None
