"""The `ratchet` command."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ratchet_cli.commands import (
    alerts,
    asking,
    costs,
    data,
    documents,
    experiments,
    feedback,
    figures,
    prompts,
    report,
    reports,
    rollout,
    tune,
    versions,
)
from ratchet_cli.commands.options import AsJson, DataDir, Token, sentence_or
from ratchet_cli.evaluations.commands import evals
from ratchet_common.config_file import VARIABLE

app = typer.Typer(
    help="Ratchet closes the loop around language-model calls: route, collect, train, watch.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
tokens = typer.Typer(
    help="Bearer tokens: who may call, for which tenant, with which scopes.",
    epilog="Example: ratchet token create --tenant acme",
    no_args_is_help=True,
)
app.add_typer(tokens, name="token")
app.add_typer(data.commands, name="data")
app.add_typer(tune.commands, name="tune")
app.add_typer(feedback.commands, name="feedback")
app.add_typer(versions.commands, name="versions")
app.add_typer(rollout.commands, name="rollout")
app.add_typer(experiments.commands, name="experiments")
app.add_typer(evals, name="eval")
app.add_typer(alerts.commands, name="alerts")
app.add_typer(costs.commands, name="costs")
app.add_typer(prompts.commands, name="prompts")
app.add_typer(report.commands, name="report")
app.add_typer(documents.commands, name="documents")
app.add_typer(reports.commands, name="reports")
app.command(epilog=figures.EXAMPLE)(figures.figures)
app.command(epilog=asking.EXAMPLE)(asking.ask)


@app.command(epilog="Example: ratchet up --port 9000 --data-dir /var/tmp/ratchet")
def up(
    port: Annotated[int, typer.Option(min=1, max=65535, help="The one port of all four services.")] = 8080,
    data_dir: DataDir = Path(".ratchet"),
    host: Annotated[str, typer.Option(help="Where to listen; loopback unless you say otherwise.")] = "127.0.0.1",
    config: Annotated[
        Path | None, typer.Option(envvar="RATCHET_CONFIG", help="Settings as TOML; the environment goes before it.")
    ] = None,
) -> None:
    """Start the whole product on this machine, with broker and store of its own."""
    from ratchet_common.collecting import put_off

    put_off()
    from ratchet_cli.up import run

    if config is not None:
        os.environ[VARIABLE] = str(config)
    sentence_or(lambda: run(host, port, data_dir))


@app.command(epilog="Example: ratchet demo --data ../shared/data/email_intent")
def demo(
    data: Annotated[Path | None, typer.Option(help="A public corpus; without it, texts of our own generator.")] = None,
    shuffle_labels: Annotated[
        bool, typer.Option("--shuffle-labels", help="Make the corrections noise: nothing may be promoted.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of the texts and of who asks what.")] = 42,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Watch the loop turn once: requests, corrections, a training, a rollout. Exit status 1 if it did not close."""
    from ratchet_cli.demo.run import demo as play

    raise typer.Exit(sentence_or(lambda: play(data, noise=shuffle_labels, as_json=as_json, seed=seed)))


@app.command(epilog="Example: ratchet replay --topic predictions --dry-run")
def replay(
    topic: Annotated[list[str] | None, typer.Option(help="Only this topic's dead letters; may be repeated.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent again, and why.")] = False,
    data_dir: DataDir = Path(".ratchet"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Send dead letters again, each to the group that had buried it.

    The bus is KAFKA_BOOTSTRAP_SERVERS, or else that of a running `ratchet up` with this data directory.
    """
    from ratchet_cli.replay import replay as run

    sentence_or(lambda: run(topic or [], data_dir, dry_run=dry_run, as_json=as_json))


Catalogue = Annotated[
    Path | None, typer.Option(envvar="ROUTER_CATALOGUE", help="A catalogue file; default: the one that ships.")
]
Url = Annotated[str, typer.Option(help="Of a running router, which is asked in place of a file.")]


@app.command(epilog="Example: ratchet models --catalogue catalogue.toml")
def models(
    catalogue: Catalogue = None,
    url: Url = "",
    token: Token = "",
    data_dir: DataDir = Path(".ratchet"),
    as_json: AsJson = False,
) -> None:
    """List the models that may answer: provider, tier, context window, capabilities, prices, quality."""
    from ratchet_catalogue.catalogue_file import SHIPPED_CATALOGUE
    from ratchet_cli.models import models as run
    from ratchet_cli.router_calls import router_at

    file = catalogue or SHIPPED_CATALOGUE
    sentence_or(lambda: run(file, router_at(url, token, data_dir) if url else None, as_json=as_json))


@app.command(epilog='Example: echo \'{"model": "auto", "messages": […]}\' | ratchet route --explain -')
def route(
    explain: Annotated[str, typer.Option(help="The body of a chat completion or of /api/generate; `-` reads it in.")],
    catalogue: Catalogue = None,
    url: Url = "",
    token: Token = "",
    data_dir: DataDir = Path(".ratchet"),
    as_json: AsJson = False,
) -> None:
    """Say which model a request would go to, and why. No model is asked.

    Without --url it goes by the catalogue alone: expected quality, every model well, no trained version.
    """
    from ratchet_catalogue.catalogue_file import SHIPPED_CATALOGUE
    from ratchet_cli.explaining import explain as run
    from ratchet_cli.router_calls import router_at

    file = catalogue or SHIPPED_CATALOGUE
    sentence_or(lambda: run(explain, file, router_at(url, token, data_dir) if url else None, as_json=as_json))


@tokens.command(epilog="Example: ratchet token create --tenant acme --scope generate --scope feedback --days 90")
def create(
    tenant: Annotated[str, typer.Option(help="Whose data the token reaches.")],
    scope: Annotated[list[str] | None, typer.Option(help="generate, feedback, read or operate; default: all.")] = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    days: Annotated[
        int | None, typer.Option(min=1, max=36_500, help="How long it is valid; default: for ever.")
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option(help="Of this key alone: day_usd=5, month_usd, requests_per_minute, tokens_per_minute."),
    ] = None,
    tokens_file: Annotated[Path, typer.Option(help="The file of hashes that the services read.")] = Path("tokens.json"),
) -> None:
    """Make a token: shown once here, kept as a hash in the tokens file. Services read it at the start and at SIGHUP."""
    from ratchet_cli.tokens import create_token, limits_of

    sentence_or(
        lambda: create_token(tenant, scope or [], name=name, days=days, limits=limits_of(limit or []), path=tokens_file)
    )
