"""`ratchet alerts`: what is wrong now, and who is told."""

from pathlib import Path
from typing import Annotated

import typer

from ratchet_cli.commands.options import AsJson, Limit, at_gateway
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="What is wrong now: look, acknowledge, resolve, silence; and by which rules whom it is told.",
    epilog="Example: ratchet alerts list",
    no_args_is_help=True,
)
rules = typer.Typer(
    help="What a tenant wants to be told of.", epilog="Example: ratchet alerts rules list", no_args_is_help=True
)
receivers = typer.Typer(
    help="Who is told, by webhook, mail or Slack.",
    epilog="Example: ratchet alerts receivers list",
    no_args_is_help=True,
)
commands.add_typer(rules, name="rules")
commands.add_typer(receivers, name="receivers")

AlertId = Annotated[str, typer.Argument(help="As `ratchet alerts list` shows it.")]
Why = Annotated[str, typer.Option(help="Kept in the alert's history, and told to who was told of it.")]
File = Annotated[Path, typer.Argument(help="JSON, as docs/alerts.md shows it.")]
Name = Annotated[str, typer.Argument(help="As the list shows it.")]


@commands.command("list", epilog="Example: ratchet alerts list --state closed")
@at_gateway
def list_(
    gateway: Router,
    state: Annotated[str, typer.Option(help="open, pending or closed.")] = "open",
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List the alerts, what changed last first."""
    from ratchet_cli.alerting import list_alerts as run

    run(gateway, state, limit, as_json=as_json)


@commands.command(epilog="Example: ratchet alerts show 358eda7f00e06e2263e46d05")
@at_gateway
def show(gateway: Router, alert_id: AlertId, as_json: AsJson = False) -> None:
    """Show an alert: its numbers, and how it came to be so."""
    from ratchet_cli.alerting import show_alert as run

    run(gateway, alert_id, as_json=as_json)


@commands.command(epilog='Example: ratchet alerts ack 358eda7f00e06e2263e46d05 --why "looking at the provider"')
@at_gateway
def ack(gateway: Router, alert_id: AlertId, why: Why = "", as_json: AsJson = False) -> None:
    """Say that you take care of it: it is not escalated any further."""
    from ratchet_cli.alerting import acknowledge as run

    run(gateway, alert_id, why, as_json=as_json)


@commands.command(epilog='Example: ratchet alerts resolve 358eda7f00e06e2263e46d05 --why "rolled back"')
@at_gateway
def resolve(gateway: Router, alert_id: AlertId, why: Why = "", as_json: AsJson = False) -> None:
    """Close an alert; it opens again where its condition ceases and comes back, or still holds after a day."""
    from ratchet_cli.alerting import resolve as run

    run(gateway, alert_id, why, as_json=as_json)


@commands.command(epilog='Example: ratchet alerts silence task=qa model=small* --for 2h --why "planned work"')
@at_gateway
def silence(
    gateway: Router,
    match: Annotated[list[str], typer.Argument(help="Labels, as task=qa; * stands for anything; all must match.")],
    why: Annotated[str, typer.Option(help="Kept on the silence, with who made it.")],
    lasting: Annotated[str, typer.Option("--for", help="30m, 2h, 7d; at most 90d.")] = "1h",
    as_json: AsJson = False,
) -> None:
    """Tell nobody of what matches, for a time."""
    from ratchet_cli.alerting import silence as run

    run(gateway, match, lasting, why, as_json=as_json)


@commands.command(epilog="Example: ratchet alerts silences --json")
@at_gateway
def silences(gateway: Router, as_json: AsJson = False) -> None:
    """List the silences: what, until when, who and why."""
    from ratchet_cli.alerting import list_silences as run

    run(gateway, as_json=as_json)


@commands.command(epilog="Example: ratchet alerts unsilence s-0a1b2c3d4e5f")
@at_gateway
def unsilence(gateway: Router, silence_id: Annotated[str, typer.Argument(help="As the list shows it.")]) -> None:
    """End a silence."""
    from ratchet_cli.alerting import end_silence as run

    run(gateway, silence_id)


@commands.command(epilog="Example: ratchet alerts deliveries --state failed")
@at_gateway
def deliveries(
    gateway: Router,
    state: Annotated[str, typer.Option(help="waiting, delivered or failed; default: all.")] = "",
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List what was sent to receivers, or could not be, and why."""
    from ratchet_cli.alerting import list_deliveries as run

    run(gateway, state, limit, as_json=as_json)


@rules.command("list", epilog="Example: ratchet alerts rules list")
@at_gateway
def list_rules(gateway: Router, as_json: AsJson = False) -> None:
    """List the rules: the tenant's own, and the defaults where they are on."""
    from ratchet_cli.alerting import list_rules as run

    run(gateway, as_json=as_json)


@rules.command("show", epilog="Example: ratchet alerts rules show answers-fail --json > rule.json")
@at_gateway
def show_rule(gateway: Router, name: Name, as_json: AsJson = False) -> None:
    """Show a rule."""
    from ratchet_cli.alerting import RULES, show_one

    show_one(gateway, RULES, name, as_json=as_json)


@rules.command("put", epilog="Example: ratchet alerts rules put rule.json")
@at_gateway
def put_rule(gateway: Router, file: File, as_json: AsJson = False) -> None:
    """Make a rule, or replace the one of its name; one of a default's name takes its place."""
    from ratchet_cli.alerting import RULES, put

    put(gateway, RULES, "rule_id", file, as_json=as_json)


@rules.command("delete", epilog="Example: ratchet alerts rules delete slow-answers")
@at_gateway
def delete_rule(gateway: Router, name: Name) -> None:
    """Delete a rule of the tenant's own; its alerts close."""
    from ratchet_cli.alerting import RULES, delete

    delete(gateway, RULES, name)


@rules.command("defaults", epilog="Example: ratchet alerts rules defaults off")
@at_gateway
def defaults(
    gateway: Router, switch: Annotated[str, typer.Argument(help="on or off.")], as_json: AsJson = False
) -> None:
    """Switch the default rules on or off, all together."""
    from ratchet_cli.alerting import switch_defaults
    from ratchet_common.errors import CannotStartError

    if switch not in ("on", "off"):
        raise CannotStartError(f"The defaults are on or off, and not {switch}.")
    switch_defaults(gateway, enabled=switch == "on", as_json=as_json)


@receivers.command("list", epilog="Example: ratchet alerts receivers list")
@at_gateway
def list_receivers(gateway: Router, as_json: AsJson = False) -> None:
    """List who is told, of what, and after how many minutes."""
    from ratchet_cli.alerting import list_receivers as run

    run(gateway, as_json=as_json)


@receivers.command("show", epilog="Example: ratchet alerts receivers show pager --json > receiver.json")
@at_gateway
def show_receiver(gateway: Router, name: Name, as_json: AsJson = False) -> None:
    """Show a receiver; of its secret, the name."""
    from ratchet_cli.alerting import RECEIVERS, show_one

    show_one(gateway, RECEIVERS, name, as_json=as_json)


@receivers.command("put", epilog="Example: ratchet alerts receivers put receiver.json")
@at_gateway
def put_receiver(gateway: Router, file: File, as_json: AsJson = False) -> None:
    """Make a receiver, or replace the one of its name."""
    from ratchet_cli.alerting import RECEIVERS, put

    put(gateway, RECEIVERS, "receiver_id", file, as_json=as_json)


@receivers.command("delete", epilog="Example: ratchet alerts receivers delete pager")
@at_gateway
def delete_receiver(gateway: Router, name: Name) -> None:
    """Delete a receiver: it is told of nothing more."""
    from ratchet_cli.alerting import RECEIVERS, delete

    delete(gateway, RECEIVERS, name)
