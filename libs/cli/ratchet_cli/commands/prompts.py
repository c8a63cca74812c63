"""`ratchet prompts`: how templates do."""

from typing import Annotated

import typer

from ratchet_cli.commands.options import AsJson, Task, at_gateway
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="Prompt templates: how each does, which is better, which can go.",
    epilog="Example: ratchet prompts list",
    no_args_is_help=True,
)

Days = Annotated[int, typer.Option(min=1, max=400, help="Whole days by UTC, and today so far.")]
DocumentType = Annotated[str, typer.Option(help="Only this type of document.")]


@commands.command("list", epilog="Example: ratchet prompts list --task-type summary --days 7")
@at_gateway
def list_(
    gateway: Router,
    template: Annotated[str, typer.Option(help="Only this one: id, id@2 or id_v2.")] = "",
    task_type: Task = "",
    document_type: DocumentType = "",
    days: Days = 30,
    as_json: AsJson = False,
) -> None:
    """List the templates that were used, with their versions: success, quality, cost, latency, and how sure each is."""
    from ratchet_cli.prompts import list_prompts as run

    given = {"template_id": template, "task_type": task_type, "document_type": document_type, "days": days}
    run(gateway, given, as_json=as_json)


@commands.command(epilog="Example: ratchet prompts compare executive_summary_short executive_summary_medium@1")
@at_gateway
def compare(
    gateway: Router,
    templates: Annotated[list[str], typer.Argument(help="2 to 6: id, id@2 or id_v2; each against the first.")],
    task_type: Task = "",
    document_type: DocumentType = "",
    days: Days = 30,
    as_json: AsJson = False,
) -> None:
    """Compare templates, or versions of one, where they were used for the same: the differences with 95 % intervals."""
    from ratchet_cli.prompts import compare as run

    run(
        gateway,
        templates,
        {"task_type": task_type, "document_type": document_type, "days": days},
        as_json=as_json,
    )


@commands.command(epilog="Example: ratchet prompts best --task-type summary")
@at_gateway
def best(gateway: Router, task_type: Task = "", days: Days = 30, as_json: AsJson = False) -> None:
    """Show the best template for each task and type of document, or why it is not known."""
    from ratchet_cli.prompts import best as run

    run(gateway, {"task_type": task_type, "days": days}, as_json=as_json)


@commands.command(epilog="Example: ratchet prompts suggest --unused-days 60")
@at_gateway
def suggest(
    gateway: Router,
    days: Days = 90,
    unused_days: Annotated[int, typer.Option(min=1, max=400, help="So long unused, and used before.")] = 30,
    as_json: AsJson = False,
) -> None:
    """List the templates that can go: worse than another one, or used by nobody any more."""
    from ratchet_cli.prompts import suggestions as run

    run(gateway, {"days": days, "unused_days": unused_days}, as_json=as_json)
