"""`ratchet costs`: where the money goes."""

from pathlib import Path
from typing import Annotated

import typer

from ratchet_cli.commands.options import AsJson, Task, at_gateway
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="Where the money goes: by what, what was saved, what the month will have cost.",
    epilog="Example: ratchet costs by model",
    no_args_is_help=True,
)

budgets = typer.Typer(
    help="What may be spent in a month, and how far it is used up.",
    epilog="Example: ratchet costs budgets list",
    no_args_is_help=True,
)
commands.add_typer(budgets, name="budgets")

Days = Annotated[int, typer.Option(min=1, max=400, help="Counted back from now.")]


@commands.command(epilog="Example: ratchet costs summary --days 7")
@at_gateway
def summary(gateway: Router, days: Days = 30, as_json: AsJson = False) -> None:
    """What it cost, by model and task, and what caching, routing and batches saved."""
    from ratchet_cli.spending import show_summary as run

    run(gateway, days, as_json=as_json)


@commands.command(epilog="Example: ratchet costs by user --name ann --name bob")
@at_gateway
def by(
    gateway: Router,
    dimension: Annotated[
        str,
        typer.Argument(
            help="model, version, task, tenant, user, template, document, document_type, tier or reference."
        ),
    ],
    days: Days = 30,
    task_type: Task = "",
    limit: Annotated[int, typer.Option(min=1, max=250, help="At most so many; the rest is one row.")] = 20,
    name: Annotated[
        list[str] | None, typer.Option(help="Of this user, document, …: by the name that you know; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What it cost by one thing, the largest first. Users and documents are shown as digests."""
    from ratchet_cli.spending import show_by as run

    run(gateway, dimension, days, task_type, limit, name or [], as_json=as_json)


@commands.command(epilog="Example: ratchet costs forecast --model large-model")
@at_gateway
def forecast(
    gateway: Router,
    task_type: Task = "",
    model: Annotated[str, typer.Option(help="Only this model.")] = "",
    as_json: AsJson = False,
) -> None:
    """What this month will have cost when it is over."""
    from ratchet_cli.spending import show_forecast as run

    run(gateway, task_type, model, as_json=as_json)


@commands.command(
    epilog="Example: ratchet costs reconcile invoice.csv --column amount='Cost (USD)' --alias gpt-large=large"
)
@at_gateway
def reconcile(
    gateway: Router,
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8, with a header.")],
    column: Annotated[
        list[str] | None,
        typer.Option(help="date, model, input, output, cached, amount or currency, =, the file's name of it."),
    ] = None,
    alias: Annotated[list[str] | None, typer.Option(help="Their name of a model, =, ours; may be repeated.")] = None,
    date_format: Annotated[str, typer.Option(help="As in strptime, such as %d.%m.%Y; default: 2026-11-03.")] = "",
    input_excludes_cached: Annotated[
        bool, typer.Option("--input-excludes-cached", help="Cached tokens are not among those of the input.")
    ] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also the days on which both agree.")] = False,
    as_json: AsJson = False,
) -> int:
    """Compare a provider's invoice with what was recorded. Exit status 1 where they differ by more than rounding."""
    from ratchet_cli.reconciling import reconcile as run

    return run(
        gateway,
        file,
        column or [],
        alias or [],
        date_format,
        apart=input_excludes_cached,
        everything=everything,
        as_json=as_json,
    )


@budgets.command("list", epilog="Example: ratchet costs budgets list")
@at_gateway
def list_budgets(gateway: Router, as_json: AsJson = False) -> None:
    """List the budgets, with what is spent and expected of each in this month."""
    from ratchet_cli.spending import list_budgets as run

    run(gateway, as_json=as_json)


@budgets.command("put", epilog="Example: ratchet costs budgets put budget.json")
@at_gateway
def put_budget(
    gateway: Router,
    file: Annotated[Path, typer.Argument(help="JSON, as docs/costs.md shows it.")],
    as_json: AsJson = False,
) -> None:
    """Make a budget, or replace the one of its name."""
    from ratchet_cli.spending import put_budget as run

    run(gateway, file, as_json=as_json)


@budgets.command("delete", epilog="Example: ratchet costs budgets delete team")
@at_gateway
def delete_budget(gateway: Router, name: Annotated[str, typer.Argument(help="As the list shows it.")]) -> None:
    """Delete a budget; its alerts close."""
    from ratchet_cli.alerting import delete
    from ratchet_cli.spending import BUDGETS

    delete(gateway, BUDGETS, name)
