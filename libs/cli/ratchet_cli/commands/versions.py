"""`ratchet versions`: what was trained."""

from typing import Annotated

import typer

from ratchet_cli.commands.options import GATEWAY, HERE, AsJson, DataDir, Limit, Task, Token, Url, Why, sentence_or

commands = typer.Typer(help="What was trained: look at it, compare, and share the traffic.", no_args_is_help=True)

VersionId = Annotated[str, typer.Argument(help="As `ratchet versions list` shows it.")]


@commands.command("list", epilog="Example: ratchet versions list --state canary")
def list_(
    task_type: Task = "",
    state: Annotated[
        str, typer.Option(help="candidate, evaluated, canary, live, retired, rejected or rolled_back.")
    ] = "",
    limit: Limit = 20,
    url: Url = GATEWAY,
    token: Token = "",
    data_dir: DataDir = HERE,
    as_json: AsJson = False,
) -> None:
    """List the versions, the latest first, with their share of the traffic."""
    from ratchet_cli.router_calls import router_at
    from ratchet_cli.serving_versions import list_versions as run

    sentence_or(lambda: run(router_at(url, token, data_dir), task_type, state, limit, as_json=as_json))


@commands.command(epilog="Example: ratchet versions show classification-0a1b2c3d")
def show(
    version_id: VersionId,
    url: Url = GATEWAY,
    token: Token = "",
    data_dir: DataDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Show a version: what it learned from, how it was judged, and why it is where it is."""
    from ratchet_cli.router_calls import router_at
    from ratchet_cli.serving_versions import show_version as run

    sentence_or(lambda: run(router_at(url, token, data_dir), version_id, as_json=as_json))


@commands.command(epilog="Example: ratchet versions compare classification-0a1b2c3d classification-4e5f6a7b")
def compare(
    one: VersionId,
    other: VersionId,
    url: Url = GATEWAY,
    token: Token = "",
    data_dir: DataDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Show two versions side by side, and how they were judged against each other."""
    from ratchet_cli.router_calls import router_at
    from ratchet_cli.serving_versions import compare as run

    sentence_or(lambda: run(router_at(url, token, data_dir), one, other, as_json=as_json))


@commands.command(epilog='Example: ratchet versions activate qa-0a1b2c3d --why "measured by hand"')
def activate(
    version_id: VersionId,
    why: Why = "",
    url: Url = GATEWAY,
    token: Token = "",
    data_dir: DataDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Give a version all of its task's traffic."""
    from ratchet_cli.router_calls import router_at
    from ratchet_cli.serving_versions import activate as run

    sentence_or(lambda: run(router_at(url, token, data_dir), version_id, why, as_json=as_json))


@commands.command(epilog='Example: ratchet versions rollback qa-0a1b2c3d --why "wrong figures"')
def rollback(
    version_id: VersionId,
    why: Why = "",
    url: Url = GATEWAY,
    token: Token = "",
    data_dir: DataDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Take a version back: what it stood beside, or what it took the place of, serves instead."""
    from ratchet_cli.router_calls import router_at
    from ratchet_cli.serving_versions import roll_back as run

    sentence_or(lambda: run(router_at(url, token, data_dir), version_id, why, as_json=as_json))


@commands.command(epilog="Example: ratchet versions traffic qa-0a1b2c3d 25")
def traffic(
    version_id: VersionId,
    percentage: Annotated[int, typer.Argument(min=0, max=100, help="Of its task's requests.")],
    why: Why = "",
    url: Url = GATEWAY,
    token: Token = "",
    data_dir: DataDir = HERE,
    as_json: AsJson = False,
) -> None:
    """Put a version on trial with a share of the traffic; 100 activates it, 0 takes it off."""
    from ratchet_cli.router_calls import router_at
    from ratchet_cli.serving_versions import set_traffic as run

    sentence_or(lambda: run(router_at(url, token, data_dir), version_id, percentage, why, as_json=as_json))
