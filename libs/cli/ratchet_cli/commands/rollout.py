"""`ratchet rollout`: who gets the traffic."""

from typing import Annotated

import typer

from ratchet_cli.commands.options import (
    AsJson,
    at_gateway,
)
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="Who gets the traffic of each task, and how that came to be.",
    epilog="Example: ratchet rollout show qa",
    no_args_is_help=True,
)


@commands.command("list", epilog="Example: ratchet rollout list --json")
@at_gateway
def list_(
    gateway: Router,
    as_json: AsJson = False,
) -> None:
    """List the tasks for which something was trained, and how their traffic is shared."""
    from ratchet_cli.serving_versions import list_rollouts as run

    run(gateway, as_json=as_json)


@commands.command(epilog="Example: ratchet rollout show classification")
@at_gateway
def show(
    gateway: Router,
    task_type: Annotated[str, typer.Argument(help="Such as summary, qa or classification.")],
    as_json: AsJson = False,
) -> None:
    """Show how a task's traffic is shared, and each change with who made it and why."""
    from ratchet_cli.serving_versions import show_rollout as run

    run(gateway, task_type, as_json=as_json)
