"""`ratchet feedback`: what people say of answers, what it means, and when to train anew."""

from pathlib import Path
from typing import Annotated

import typer

from ratchet_cli.commands.options import AsJson, Task, at_gateway
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="What people say of answers: bring it, see what it means, and when to train anew.",
    epilog="Example: ratchet feedback summary --by model --days 7",
    no_args_is_help=True,
)

Days = Annotated[int, typer.Option(min=1, max=365, help="Of so many days.")]
DocumentType = Annotated[str, typer.Option(help="Only answers on such documents.")]
Model = Annotated[str, typer.Option(help="Only this model.")]
Version = Annotated[str, typer.Option("--version", help="Only this version.")]
Template = Annotated[str, typer.Option(help="Only this template.")]
OfTask = Annotated[str, typer.Argument(help="Such as summary, qa or classification.")]
Why = Annotated[str, typer.Option(help="Kept with who did it.")]


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


@commands.command(epilog="Example: ratchet feedback summary --by model --days 7")
@at_gateway
def summary(
    gateway: Router,
    by: Annotated[
        str,
        typer.Option(help="Side by side: task_type, document_type, model, version_id, template, day, week, month."),
    ] = "",
    task_type: Task = "",
    document_type: DocumentType = "",
    model: Model = "",
    version: Version = "",
    template: Template = "",
    days: Days = 30,
    as_json: AsJson = False,
) -> None:
    """Show how good people find the answers, with 95 % intervals."""
    from ratchet_cli.feedback.tables import show_summary as run

    run(gateway, _asked(task_type, document_type, model, version, template, days) | {"by": by}, as_json=as_json)


@commands.command(epilog="Example: ratchet feedback issues --task-type summary")
@at_gateway
def issues(
    gateway: Router,
    task_type: Task = "",
    document_type: DocumentType = "",
    model: Model = "",
    version: Version = "",
    template: Template = "",
    days: Days = 30,
    as_json: AsJson = False,
) -> None:
    """Show what people say is wrong, and whether more often than in the time before."""
    from ratchet_cli.feedback.tables import show_issues as run

    run(gateway, _asked(task_type, document_type, model, version, template, days), as_json=as_json)


@commands.command(epilog="Example: ratchet feedback improvements --days 90")
@at_gateway
def improvements(
    gateway: Router,
    task_type: Task = "",
    document_type: DocumentType = "",
    model: Model = "",
    version: Version = "",
    template: Template = "",
    days: Days = 30,
    as_json: AsJson = False,
) -> None:
    """Show what would be worth mending: how many answers it touches, and what that would win."""
    from ratchet_cli.feedback.tables import show_improvements as run

    run(gateway, _asked(task_type, document_type, model, version, template, days), as_json=as_json)


@commands.command(epilog="Example: ratchet feedback comments --task-type summary")
@at_gateway
def comments(
    gateway: Router,
    task_type: Task = "",
    document_type: DocumentType = "",
    model: Model = "",
    version: Version = "",
    template: Template = "",
    days: Days = 30,
    as_json: AsJson = False,
) -> None:
    """Show what comments speak of, by their words. They are private: so is this."""
    from ratchet_cli.feedback.tables import show_comments as run

    run(gateway, _asked(task_type, document_type, model, version, template, days), as_json=as_json)


@commands.command(epilog="Example: ratchet feedback retraining --task-type summary")
@at_gateway
def retraining(gateway: Router, task_type: Task = "", as_json: AsJson = False) -> None:
    """Show for each task how far a training is off, who holds it or has dismissed the reasons, and the last trigger."""
    from ratchet_cli.feedback.tables import show_retraining as run

    run(gateway, {"task_type": task_type}, as_json=as_json)


@commands.command(epilog='Example: ratchet feedback trigger summary --why "the prices have changed"')
@at_gateway
def trigger(gateway: Router, task_type: OfTask, why: Why = "", as_json: AsJson = False) -> None:
    """Ask for a training at once, whatever the limits and the cool-down say."""
    from ratchet_cli.feedback.tables import decide as run

    run(gateway, task_type, "trigger", {"why": why}, as_json=as_json)


@commands.command(epilog="Example: ratchet feedback hold summary --until 2026-12-24T00:00:00Z")
@at_gateway
def hold(
    gateway: Router,
    task_type: OfTask,
    until: Annotated[str, typer.Option(help="A time, with its zone; default: until it is released.")] = "",
    why: Why = "",
    as_json: AsJson = False,
) -> None:
    """Let no trigger out for a time, or until it is released."""
    from ratchet_cli.feedback.tables import decide as run

    run(gateway, task_type, "hold", {"why": why, "until": until}, as_json=as_json)


@commands.command(epilog="Example: ratchet feedback release summary")
@at_gateway
def release(gateway: Router, task_type: OfTask, why: Why = "", as_json: AsJson = False) -> None:
    """End a hold: a trigger goes out if there is a reason still."""
    from ratchet_cli.feedback.tables import decide as run

    run(gateway, task_type, "release", {"why": why}, as_json=as_json)


@commands.command(epilog='Example: ratchet feedback dismiss summary --why "they were of a test"')
@at_gateway
def dismiss(gateway: Router, task_type: OfTask, why: Why = "", as_json: AsJson = False) -> None:
    """Say that the present reasons are none, until they are exceeded anew."""
    from ratchet_cli.feedback.tables import decide as run

    run(gateway, task_type, "dismiss", {"why": why}, as_json=as_json)


def _asked(task_type: str, document_type: str, model: str, version_id: str, template: str, days: int) -> dict[str, str]:
    return {
        "task_type": task_type,
        "document_type": document_type,
        "model": model,
        "version_id": version_id,
        "template": template,
        "days": str(days),
    }
