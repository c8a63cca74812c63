"""What many commands have in common: where the gateway is, with which token, and how the result is shown."""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer

from ratchet_cli.printable import shown_safely
from ratchet_cli.router_calls import router_at
from ratchet_cli.watching import LeftError
from ratchet_common.errors import CannotStartError

T = TypeVar("T")

GATEWAY: Final = "http://127.0.0.1:8080"
HERE: Final = Path(".ratchet")
INTERRUPTED: Final = 130  # as shells say it of what Ctrl-C has ended

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
        typer.echo(f"ratchet: {shown_safely(str(error))}", err=True)
        raise typer.Exit(INTERRUPTED if isinstance(error, LeftError) else 1) from None


def _at(url: Url = GATEWAY, token: Token = "", data_dir: DataDir = HERE) -> None:
    """The options by which a command finds the gateway."""


def at_gateway(work: Callable[..., int | None]) -> Callable[..., None]:
    """A command with those options; `work` gets the gateway first, and gives the exit status or nothing."""
    where, asked = _keywords(_at), _keywords(work)[1:]

    @wraps(work)
    def command(**given: Any) -> None:
        at = {option.name: given.pop(option.name) for option in where}
        raise typer.Exit(sentence_or(lambda: work(router_at(**at), **given)) or 0)

    command.__signature__ = inspect.Signature([*asked, *where])  # type: ignore[attr-defined]  # typer reads it
    command.__annotations__ = {option.name: option.annotation for option in (*asked, *where)}
    del command.__wrapped__  # else typer looks through to `work`
    return command


def _keywords(work: Callable[..., object]) -> list[inspect.Parameter]:
    return [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in inspect.signature(work).parameters.values()]
