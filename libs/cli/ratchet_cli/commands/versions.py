"""`ratchet versions`: what was trained."""

from typing import Annotated

import typer

from ratchet_cli.commands.options import (
    AsJson,
    Limit,
    Task,
    Why,
    at_gateway,
)
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="What was trained: look at it, compare, and share the traffic.",
    epilog="Example: ratchet versions list --task-type qa",
    no_args_is_help=True,
)

VersionId = Annotated[str, typer.Argument(help="As `ratchet versions list` shows it.")]


@commands.command("list", epilog="Example: ratchet versions list --state canary")
@at_gateway
def list_(
    gateway: Router,
    task_type: Task = "",
    state: Annotated[
        str, typer.Option(help="candidate, evaluated, canary, live, retired, rejected or rolled_back.")
    ] = "",
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List the versions, the latest first, with their share of the traffic."""
    from ratchet_cli.serving_versions import list_versions as run

    run(gateway, task_type, state, limit, as_json=as_json)


@commands.command(epilog="Example: ratchet versions show classification-0a1b2c3d")
@at_gateway
def show(
    gateway: Router,
    version_id: VersionId,
    as_json: AsJson = False,
) -> None:
    """Show a version: what it learned from, how it was judged, and why it is where it is."""
    from ratchet_cli.serving_versions import show_version as run

    run(gateway, version_id, as_json=as_json)


@commands.command(epilog="Example: ratchet versions lineage classification-0a1b2c3d --limit 20")
@at_gateway
def lineage(
    gateway: Router,
    version_id: VersionId,
    limit: Limit = 20,
    cursor: Annotated[str, typer.Option(help="Of the page before.")] = "",
    as_json: AsJson = False,
) -> None:
    """Go from a version to the answers that taught it, and to their templates."""
    from ratchet_cli.serving_versions import show_lineage as run

    run(gateway, version_id, limit, cursor, as_json=as_json)


@commands.command(
    epilog='Example: ratchet versions register classification openai --model ft:small:acme::1 --why "tuned by hand"'
)
@at_gateway
def register(
    gateway: Router,
    task_type: Annotated[str, typer.Argument(help="That it was tuned for.")],
    platform: Annotated[str, typer.Argument(help="openai, bedrock, vertex, lora, local, or one of the catalogue's.")],
    why: Annotated[str, typer.Option(help="Kept on the version, with who brought it.")],
    model: Annotated[str, typer.Option(help="Its name at the platform.")] = "",
    artifact: Annotated[str, typer.Option(help="Of a student: the file: URL in the artifact store.")] = "",
    sha256: Annotated[str, typer.Option(help="Of that file.")] = "",
    base_model: Annotated[str, typer.Option(help="That it was tuned on.")] = "",
    dataset_id: Annotated[str, typer.Option(help="That it was trained on.")] = "",
    parent: Annotated[str, typer.Option(help="A version, or base; default: what serves now.")] = "",
    learned_until: Annotated[str, typer.Option(help="The newest thing that it has learned from: a time.")] = "",
    metric: Annotated[
        list[str] | None, typer.Option("--metric", help="As you know it, as f1=0.82; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring what was tuned or is hosted elsewhere as a version: a candidate, with the same gate as any other."""
    from ratchet_cli.serving_versions import register as run

    given = {
        "task_type": task_type,
        "platform": platform,
        "why": why,
        "model": model,
        "artifact": artifact,
        "sha256": sha256,
        "base_model": base_model,
        "dataset_id": dataset_id,
        "parent": parent,
        "learned_until": learned_until,
    }
    run(gateway, given, metric or [], as_json=as_json)


@commands.command(epilog="Example: ratchet versions compare classification-0a1b2c3d classification-4e5f6a7b")
@at_gateway
def compare(
    gateway: Router,
    one: VersionId,
    other: VersionId,
    as_json: AsJson = False,
) -> None:
    """Show two versions side by side, and how they were judged against each other."""
    from ratchet_cli.serving_versions import compare as run

    run(gateway, one, other, as_json=as_json)


@commands.command(epilog='Example: ratchet versions activate qa-0a1b2c3d --why "measured by hand"')
@at_gateway
def activate(
    gateway: Router,
    version_id: VersionId,
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """Give a version all of its task's traffic."""
    from ratchet_cli.serving_versions import activate as run

    run(gateway, version_id, why, as_json=as_json)


@commands.command(epilog='Example: ratchet versions rollback qa-0a1b2c3d --why "wrong figures"')
@at_gateway
def rollback(
    gateway: Router,
    version_id: VersionId,
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """Take a version back: what it stood beside, or what it took the place of, serves instead."""
    from ratchet_cli.serving_versions import roll_back as run

    run(gateway, version_id, why, as_json=as_json)


@commands.command(epilog="Example: ratchet versions traffic qa-0a1b2c3d 25")
@at_gateway
def traffic(
    gateway: Router,
    version_id: VersionId,
    percentage: Annotated[int, typer.Argument(min=0, max=100, help="Of its task's requests.")],
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """Put a version on trial with a share of the traffic; 100 activates it, 0 takes it off."""
    from ratchet_cli.serving_versions import set_traffic as run

    run(gateway, version_id, percentage, why, as_json=as_json)


@commands.command(epilog='Example: ratchet versions shadow qa-0a1b2c3d 20 --why "to see it at work"')
@at_gateway
def shadow(
    gateway: Router,
    version_id: VersionId,
    percentage: Annotated[int, typer.Argument(min=0, max=100, help="Of its task's requests.")],
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """Have a version answer copies of requests that nobody sees, before it has any traffic; 0 ends it."""
    from ratchet_cli.serving_versions import set_shadow as run

    run(gateway, version_id, percentage, why, as_json=as_json)
