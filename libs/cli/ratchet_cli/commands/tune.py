"""`ratchet tune`: training jobs."""

from typing import Annotated

import typer

from ratchet_cli.commands.options import (
    AsJson,
    Limit,
    Task,
    at_gateway,
)
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="Training jobs: estimate, start, follow and end them.",
    epilog="Example: ratchet tune start qa --platform openai --max-cost 20 --wait",
    no_args_is_help=True,
)

Platform = Annotated[str, typer.Option(help="local, openai, bedrock, vertex or lora.")]
BaseModel = Annotated[str, typer.Option(help="Default: the platform's first; `ratchet tune models` lists them.")]
Method = Annotated[str, typer.Option(help="supervised, dpo on pairs of corrected answers, or embeddings (lora).")]
Dataset = Annotated[str, typer.Option(help="Default: one is built of what is there now.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A hyper-parameter, as epochs=3; may be repeated.")]
Try = Annotated[
    list[str] | None,
    typer.Option("--try", help="Values, as epochs=1,2,3, or a range, as learning_rate=1e-5..1e-3; may be repeated."),
]
MaxCost = Annotated[float | None, typer.Option(min=0, help="In USD: refused where more is estimated.")]
JobId = Annotated[str, typer.Argument(help="As `ratchet tune list` shows it.")]


@commands.command(epilog="Example: ratchet tune start classification --wait")
@at_gateway
def start(
    gateway: Router,
    task_type: Annotated[str, typer.Argument(help="Such as summary, qa or classification.")],
    platform: Platform = "local",
    base_model: BaseModel = "",
    method: Method = "supervised",
    dataset: Dataset = "",
    set_: Set = None,
    max_cost: MaxCost = None,
    wait: Annotated[bool, typer.Option("--wait", help="Until it ends; exit status 1 if it does not succeed.")] = False,
    as_json: AsJson = False,
) -> int:
    """Start a training job."""
    from ratchet_cli.tuning import start as run
    from ratchet_cli.tuning import wish

    body = wish(task_type, platform, base_model, method, dataset, set_ or [], max_cost)
    return run(gateway, body, wait=wait, as_json=as_json)


@commands.command(epilog="Example: ratchet tune estimate qa --platform openai --set epochs=2")
@at_gateway
def estimate(
    gateway: Router,
    task_type: Annotated[str, typer.Argument(help="Such as summary, qa or classification.")],
    platform: Platform = "local",
    base_model: BaseModel = "",
    method: Method = "supervised",
    dataset: Dataset = "",
    set_: Set = None,
    max_cost: MaxCost = None,
    as_json: AsJson = False,
) -> None:
    """Say what a job would be tuned with and cost. Its files are made and checked; nothing is sent."""
    from ratchet_cli.tuning import estimate as run
    from ratchet_cli.tuning import wish

    body = wish(task_type, platform, base_model, method, dataset, set_ or [], max_cost)
    run(gateway, body, as_json=as_json)


@commands.command(epilog="Example: ratchet tune search qa --platform lora --base-model ./weights --strategy halving")
@at_gateway
def search(
    gateway: Router,
    task_type: Annotated[str, typer.Argument(help="Such as summary, qa or classification.")],
    platform: Platform = "openai",
    base_model: BaseModel = "",
    method: Method = "supervised",
    dataset: Dataset = "",
    set_: Set = None,
    try_: Try = None,
    strategy: Annotated[str, typer.Option(help="grid, random, or halving where the platform allows it.")] = "random",
    jobs: Annotated[int, typer.Option(min=2, max=64, help="At most.")] = 6,
    at_once: Annotated[int, typer.Option(min=1, max=16, help="Jobs beside each other.")] = 2,
    seed: Annotated[int, typer.Option(help="Of what is drawn.")] = 42,
    max_cost: MaxCost = None,
    wait: Annotated[bool, typer.Option("--wait", help="Until it ends; exit status 1 if it finds none.")] = False,
    as_json: AsJson = False,
) -> int:
    """Tune several times with different hyper-parameters: the best on validation becomes a version."""
    from ratchet_cli.searching import search as run
    from ratchet_cli.searching import space_of
    from ratchet_cli.tuning import wish

    body = wish(task_type, platform, base_model, method, dataset, set_ or [], max_cost)
    how = {"strategy": strategy, "jobs": jobs, "at_once": at_once, "seed": seed, "space": space_of(try_ or [])}
    return run(gateway, body | how, wait=wait, as_json=as_json)


@commands.command(epilog="Example: ratchet tune trials 0190b1c2-…")
@at_gateway
def trials(
    gateway: Router,
    search_id: Annotated[str, typer.Argument(help="As `ratchet tune search` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Show a search: what was tried, with which loss on validation, and what it came to."""
    from ratchet_cli.searching import show_search as run

    run(gateway, search_id, as_json=as_json)


@commands.command(epilog="Example: ratchet tune searches --task-type qa")
@at_gateway
def searches(
    gateway: Router,
    task_type: Task = "",
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List the searches, the latest first."""
    from ratchet_cli.searching import list_searches as run

    run(gateway, task_type, limit, as_json=as_json)


@commands.command("cancel-search", epilog="Example: ratchet tune cancel-search 0190b1c2-…")
@at_gateway
def cancel_search(
    gateway: Router,
    search_id: Annotated[str, typer.Argument(help="As `ratchet tune searches` shows it.")],
    as_json: AsJson = False,
) -> None:
    """End a search with all its jobs, at their platform too."""
    from ratchet_cli.searching import cancel_search as run

    run(gateway, search_id, as_json=as_json)


@commands.command("list", epilog="Example: ratchet tune list --state running")
@at_gateway
def list_(
    gateway: Router,
    task_type: Task = "",
    state: Annotated[
        str, typer.Option(help="queued, preparing, uploading, running, succeeded, failed or cancelled.")
    ] = "",
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List the jobs, the latest first."""
    from ratchet_cli.tuning import list_jobs as run

    run(gateway, task_type, state, limit, as_json=as_json)


@commands.command(epilog="Example: ratchet tune show 0190b1c2-…")
@at_gateway
def show(
    gateway: Router,
    job_id: JobId,
    as_json: AsJson = False,
) -> None:
    """Show a job: how far it is, what it has cost, and how it came to be so."""
    from ratchet_cli.tuning import show_job as run

    run(gateway, job_id, as_json=as_json)


@commands.command(epilog="Example: ratchet tune wait 0190b1c2-… && ratchet versions list")
@at_gateway
def wait(
    gateway: Router,
    job_id: JobId,
    as_json: AsJson = False,
) -> int:
    """Follow a job until it ends. Exit status 1 if it does not succeed."""
    from ratchet_cli.tuning import follow as run

    return run(gateway, job_id, as_json=as_json)


@commands.command(epilog="Example: ratchet tune cancel 0190b1c2-…")
@at_gateway
def cancel(
    gateway: Router,
    job_id: JobId,
    as_json: AsJson = False,
) -> None:
    """End a job, at its platform too. What was uploaded for it is removed."""
    from ratchet_cli.tuning import cancel as run

    run(gateway, job_id, as_json=as_json)


@commands.command(epilog="Example: ratchet tune events 0190b1c2-…")
@at_gateway
def events(
    gateway: Router,
    job_id: JobId,
    as_json: AsJson = False,
) -> None:
    """Show what its platform says of a job's run."""
    from ratchet_cli.tuning import show_events as run

    run(gateway, job_id, as_json=as_json)


@commands.command(epilog="Example: ratchet tune models --platform bedrock")
@at_gateway
def models(
    gateway: Router,
    platform: Annotated[str, typer.Option(help="Only this one's.")] = "",
    as_json: AsJson = False,
) -> None:
    """List what can be tuned: by which methods, for how much, and until when."""
    from ratchet_cli.tuning import show_base_models as run

    run(gateway, platform, as_json=as_json)
