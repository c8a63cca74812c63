"""`ratchet experiments`: versions, templates or models beside each other."""

from typing import Annotated

import typer

from ratchet_cli.commands.options import AsJson, Limit, at_gateway
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="Versions, templates or models beside each other, on the units of a task, until the numbers decide.",
    epilog="Example: ratchet experiments list",
    no_args_is_help=True,
)

ExperimentId = Annotated[str, typer.Argument(help="As `ratchet experiments list` shows it.")]


@commands.command(
    epilog="Example: ratchet experiments create summary --name 'is the long prompt better' "
    "--arm short=50:template:executive_summary_short --arm long=50:template:executive_summary_medium "
    "--guard cost_per_answer=0.002"
)
@at_gateway
def create(
    gateway: Router,
    task_type: Annotated[str, typer.Argument(help="Such as summary, qa or classification.")],
    name: Annotated[str, typer.Option(help="What is to be found out.")],
    arm: Annotated[
        list[str],
        typer.Option(help="NAME=SHARE:KIND:WHAT, of the kind version, template or model; the first is the control."),
    ],
    metric: Annotated[
        str, typer.Option(help="score, failure, cost_per_answer, cost_per_session or latency.")
    ] = "score",
    unit: Annotated[str, typer.Option(help="session, user or result: what stays in its arm.")] = "session",
    minimum_effect: Annotated[
        float | None, typer.Option(help="That matters, in the metric's unit; default of scores and failures: 0.05.")
    ] = None,
    guard: Annotated[
        list[str] | None, typer.Option(help="METRIC=LIMIT: by how much an arm may be worse; may be repeated.")
    ] = None,
    pre_period_days: Annotated[
        int | None, typer.Option(help="Of the units' past, that takes out noise; 0: none.")
    ] = None,
    window_hours: Annotated[float | None, typer.Option(help="In which a unit's costs and times count.")] = None,
    why: Annotated[str, typer.Option(help="Kept on the experiment, with who set it up.")] = "",
    as_json: AsJson = False,
) -> None:
    """Set up an experiment: it runs from now on. One runs on a task at a time."""
    from ratchet_cli.experiments import create as run

    given = {
        "task_type": task_type,
        "name": name,
        "metric": metric,
        "unit": unit,
        "minimum_effect": minimum_effect,
        "pre_period_days": pre_period_days,
        "window_hours": window_hours,
        "why": why,
    }
    run(gateway, given, arm, guard or [], as_json=as_json)


@commands.command("list", epilog="Example: ratchet experiments list --limit 5")
@at_gateway
def list_(
    gateway: Router,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List experiments, the latest first; rollouts are those that the system starts itself."""
    from ratchet_cli.experiments import list_experiments as run

    run(gateway, limit, as_json=as_json)


@commands.command(epilog="Example: ratchet experiments show exp-0a1b2c3d4e5f")
@at_gateway
def show(
    gateway: Router,
    experiment_id: ExperimentId,
    as_json: AsJson = False,
) -> None:
    """Show an experiment: its arms, the interval of each gain and how it narrowed, what follows, and the days left."""
    from ratchet_cli.experiments import show_experiment as run

    run(gateway, experiment_id, as_json=as_json)


@commands.command(epilog='Example: ratchet experiments stop exp-0a1b2c3d4e5f --why "the prompt has a mistake"')
@at_gateway
def stop(
    gateway: Router,
    experiment_id: ExperimentId,
    why: Annotated[str, typer.Option(help="Kept on the experiment, with who stopped it.")] = "",
    as_json: AsJson = False,
) -> None:
    """End an experiment before the numbers decide: its units are answered as they were before it."""
    from ratchet_cli.experiments import stop as run

    run(gateway, experiment_id, why, as_json=as_json)
