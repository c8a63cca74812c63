"""`ratchet data`: what is learned from."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ratchet_cli.commands.options import AsJson, Limit, Task, at_gateway, sentence_or
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="What is learned from: bring examples, build datasets, forget a user.",
    epilog="Example: ratchet data import examples.jsonl --task-type qa --dry-run",
    no_args_is_help=True,
)

DatasetId = Annotated[str, typer.Argument(help="As `ratchet data list` shows it.")]


@commands.command("import", epilog="Example: ratchet data import examples.jsonl --task-type qa --dry-run")
@at_gateway
def import_(
    gateway: Router,
    file: Annotated[Path, typer.Argument(help='JSON Lines: examples as the API takes them, or {"messages": […]}.')],
    task_type: Annotated[str, typer.Option(help="Of lines that name none.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken, and why not.")] = False,
    as_json: AsJson = False,
) -> int:
    """Bring examples from a file. Private data is taken out before they are stored. Exit status 1 if one was refused.

    Interrupted, it may be run again: nothing is taken twice.
    """
    from ratchet_cli.importing import import_examples as run

    return run(file, gateway, task_type, dry_run=dry_run, as_json=as_json)


@commands.command(epilog="Example: ratchet data check train.jsonl --held-out validation.jsonl --format openai")
def check(
    file: Annotated[Path, typer.Argument(help="What a model is to be tuned on, as a platform reads it.")],
    held_out: Annotated[Path | None, typer.Option(help="What it is to be judged by.")] = None,
    format_: Annotated[str, typer.Option("--format", help="As for export: openai, gemini, …")] = "openai",
    base_models: Annotated[
        Path | None,
        typer.Option(envvar="TRAINER_BASE_MODELS", help="A catalogue of your own, for how few lines are taken."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look through files of your own, on this machine: by the platform's rules, for private data, and whether what is
    held out stands in the training file too. Exit status 1 if anything stands against one.
    """
    from ratchet_cli.checking import check as run

    raise typer.Exit(sentence_or(lambda: run(file, held_out, format_, base_models, as_json=as_json)))


@commands.command(epilog="Example: ratchet data stats --json")
@at_gateway
def stats(
    gateway: Router,
    as_json: AsJson = False,
) -> None:
    """Count what has been collected: by task, source and month, by quality, and what was refused and why."""
    from ratchet_cli.collected import stats as run

    run(gateway, as_json=as_json)


@commands.command(epilog="Example: ratchet data build classification --split 90/10")
@at_gateway
def build(
    gateway: Router,
    task_type: Annotated[str, typer.Argument(help="Such as summary, qa or classification.")],
    split: Annotated[str, typer.Option(help="80/10/10 or 90/10; default: the trainer's setting.")] = "",
    seed: Annotated[int | None, typer.Option(help="Of the split; default: the trainer's setting.")] = None,
    by_user: Annotated[bool, typer.Option("--by-user", help="What one user asked stays on one side.")] = False,
    min_quality: Annotated[float | None, typer.Option(help="Of a target, 0 to 1.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only what was learned then or later (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="And before that (UTC).")] = None,
    balance: Annotated[str, typer.Option(help="Of types of documents: cap:2 (times the median), share:0.4.")] = "",
    augment: Annotated[str, typer.Option(help="Recipes for more to train on: whitespace,greeting.")] = "",
    factor: Annotated[int, typer.Option(min=2, max=5, help="So many come of one, with itself.")] = 2,
    rare_labels: Annotated[bool, typer.Option("--rare-labels", help="Only of rare labels.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build a dataset of what is there now. Built again of the same examples, it is the same one."""
    from ratchet_cli.datasets import augment_of, balance_of, moment
    from ratchet_cli.datasets import build as run

    wanted = {
        "task_type": task_type,
        "split": split,
        "seed": seed,
        "by_user": by_user,
        "min_quality": min_quality,
        "since": moment(since),
        "until": moment(until),
        "balance": balance_of(balance),
        "augment": augment_of(augment, factor, rare_labels=rare_labels),
    }
    run(gateway, wanted, as_json=as_json)


@commands.command("list", epilog="Example: ratchet data list --task-type qa")
@at_gateway
def list_(
    gateway: Router,
    task_type: Task = "",
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List the datasets, the latest first."""
    from ratchet_cli.datasets import list_datasets as run

    run(gateway, task_type, limit, as_json=as_json)


@commands.command(epilog="Example: ratchet data show qa-0123456789ab")
@at_gateway
def show(
    gateway: Router,
    dataset_id: DatasetId,
    as_json: AsJson = False,
) -> None:
    """Show a dataset's card: what it holds, how it came to be, what is in it."""
    from ratchet_cli.datasets import show_dataset as run

    run(gateway, dataset_id, as_json=as_json)


@commands.command(epilog="Example: ratchet data export qa-0123456789ab train.jsonl --format openai")
@at_gateway
def export(
    gateway: Router,
    dataset_id: DatasetId,
    file: Annotated[Path, typer.Argument(help="Where to write it.")],
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            help="openai, openai_preference, bedrock_claude, bedrock_nova, bedrock_llama, gemini, chat, "
            "embedding_pairs, or examples: "
            "all that is known of each.",
        ),
    ] = "openai",
    side: Annotated[str, typer.Option(help="train, validation or test.")] = "train",
    as_json: AsJson = False,
) -> None:
    """Write one side of a dataset as a tuning platform reads it. Private data has been taken out of it."""
    from ratchet_cli.datasets import export as run

    run(gateway, dataset_id, format_, side, file, as_json=as_json)


@commands.command(epilog="Example: ratchet data document doc_0192f0c1e5a87c3f9d0b6a4e2f1c8d7b")
@at_gateway
def document(
    gateway: Router,
    document_id: Annotated[str, typer.Argument(help="As `ratchet documents list` shows it.")],
    examples: Annotated[bool, typer.Option("--examples", help="List the examples that rest on it instead.")] = False,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """Show what was learned from a document, deleted ones too: examples, datasets, and the versions trained on them."""
    from ratchet_cli.document_lineage import show_examples, show_lineage

    run = show_examples if examples else show_lineage
    run(gateway, document_id, limit, as_json=as_json)


@commands.command(epilog="Example: ratchet data erase ann@example.com --wait")
@at_gateway
def erase(
    gateway: Router,
    user_id: Annotated[str, typer.Argument(help="As in requests and feedback.")],
    why: Annotated[str, typer.Option(help="Kept with the erasure: name nobody in it.")] = "",
    wait: Annotated[bool, typer.Option("--wait", help="Until every service is done, ten minutes at most.")] = False,
    as_json: AsJson = False,
) -> int:
    """Forget a user in every service, and say what held him. Exit status 1 if --wait ended before all were done."""
    from ratchet_cli.erasing import WAIT_S, named
    from ratchet_cli.erasing import erase as run

    wait_s = WAIT_S if wait else 0.0
    return run(named(user_id), why, gateway, wait_s=wait_s, as_json=as_json)
