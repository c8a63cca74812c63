"""`ratchet rollout`: who gets the traffic."""

from typing import Annotated

import typer

from ratchet_cli.commands.options import GATEWAY, HERE, AsJson, DataDir, Token, Url, sentence_or

commands = typer.Typer(help="Who gets the traffic of each task, and how that came to be.", no_args_is_help=True)


@commands.command("list", epilog="Example: ratchet rollout list --json")
def list_(
    url: Url = GATEWAY,
    token: Token = "",
    data_dir: DataDir = HERE,
    as_json: AsJson = False,
) -> None:
    """List the tasks for which something was trained, and how their traffic is shared."""
    from ratchet_cli.router_calls import router_at
    from ratchet_cli.serving_versions import list_rollouts as run

    sentence_or(lambda: run(router_at(url, token, data_dir), as_json=as_json))


@commands.command(epilog="Example: ratchet rollout show classification")
def show(
    task_type: Annotated[str, typer.Argument(help="Such as summary, qa or classification.")],
    url: Url = GATEWAY,
    token: Token = "",
    data_dir: DataDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Show how a task's traffic is shared, and each change with who made it and why."""
    from ratchet_cli.router_calls import router_at
    from ratchet_cli.serving_versions import show_rollout as run

    sentence_or(lambda: run(router_at(url, token, data_dir), task_type, as_json=as_json))
