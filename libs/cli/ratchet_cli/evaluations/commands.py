"""`ratchet eval`: the commands; what they do stands beside."""

from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from ratchet_cli.commands.options import AsJson, at_gateway
from ratchet_cli.router_calls import Router

evals = typer.Typer(
    help="How good is a version or a model, on cases of your own?",
    epilog="Example: ratchet eval run town.json --version qa-0a1b2c3d --wait",
    no_args_is_help=True,
)

APPROACHES: Final = ("direct", "base_rag", "finetuned", "hybrid_rag_finetuned")  # as ratchet_cli.approaches has them


def _known(names: list[str]) -> list[str]:
    for name in names:
        if name not in APPROACHES:
            raise typer.BadParameter(f"there is no approach {name}: known are {', '.join(APPROACHES)}")
    return names


EvaluationId = Annotated[UUID, typer.Argument(help="As `ratchet eval list` shows it.")]


@evals.command(epilog="Example: ratchet eval run town.json --version qa-0a1b2c3d --baseline qa-99887766 --wait")
@at_gateway
def run(
    gateway: Router,
    suite: Annotated[str, typer.Argument(help="A suite's file (JSON), or the id of one that was brought.")] = "",
    dataset: Annotated[str, typer.Option(help="In place of a suite: a dataset, for its held-out side.")] = "",
    version: Annotated[str, typer.Option(help="The version that is evaluated.")] = "",
    model: Annotated[str, typer.Option(help="Or a model of the trainer's catalogue.")] = "",
    baseline: Annotated[str, typer.Option(help="A version to compare it with.")] = "",
    baseline_model: Annotated[str, typer.Option(help="Or a model.")] = "",
    draws: Annotated[int, typer.Option(min=1, max=10, help="How often each case is asked; from 2: consistency.")] = 1,
    paraphrases: Annotated[bool, typer.Option("--paraphrases", help="Ask the suite's paraphrases as well.")] = False,
    judge: Annotated[bool | None, typer.Option("--judge/--no-judge", help="Default: where one is configured.")] = None,
    max_cost: Annotated[float | None, typer.Option(min=0, help="USD that it may spend at most.")] = None,
    at_least: Annotated[float, typer.Option(min=0, max=1, help="With --wait: exit status 1 below this score.")] = 0.0,
    wait: Annotated[bool, typer.Option("--wait", help="Until it has ended; exit status 1 if it failed.")] = False,
    as_json: AsJson = False,
) -> int:
    """Ask a version or a model all cases of a suite, or of a dataset's held-out side, and score what it says."""
    from ratchet_cli.evaluations import asking

    wanted = asking.Wanted(version, model, baseline, baseline_model, draws, paraphrases, judge, max_cost)
    return asking.run(suite, dataset, wanted, gateway, wait=wait, at_least=at_least, as_json=as_json)


@evals.command("list", epilog="Example: ratchet eval list --version qa-0a1b2c3d")
@at_gateway
def list_(
    gateway: Router,
    version: Annotated[str, typer.Option(help="Only of this version.")] = "",
    task_type: Annotated[str, typer.Option(help="Only of this task.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="The newest so many.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List evaluations: the gate's, and those that somebody asked for."""
    from ratchet_cli.evaluations import showing

    showing.listed(gateway, version, task_type, limit, as_json=as_json)


@evals.command(epilog="Example: ratchet eval show 0190f3c2-… --json")
@at_gateway
def show(
    gateway: Router,
    evaluation_id: EvaluationId,
    as_json: AsJson = False,
) -> None:
    """Show what an evaluation came to."""
    from ratchet_cli.evaluations import showing

    showing.shown(gateway, evaluation_id, as_json=as_json)


@evals.command(epilog="Example: ratchet eval compare 0190f3c2-… 0190f3d1-…")
@at_gateway
def compare(
    gateway: Router,
    before: EvaluationId,
    after: EvaluationId,
    as_json: AsJson = False,
) -> None:
    """Compare what two evaluations were about, on the cases that both have, with 95 % intervals."""
    from ratchet_cli.evaluations import showing

    showing.compared(gateway, before, after, as_json=as_json)


@evals.command(epilog="Example: ratchet eval report 0190f3c2-… -o report.html")
@at_gateway
def report(
    gateway: Router,
    evaluation_id: EvaluationId,
    output: Annotated[Path, typer.Option("--output", "-o", help="A file: .html, .md or .json.")],
    as_json: AsJson = False,
) -> None:
    """Write an evaluation's report: a page with plots that needs nothing beside it, Markdown, or JSON."""
    from ratchet_cli.evaluations import showing

    showing.written(gateway, evaluation_id, output, as_json=as_json)


@evals.command(epilog="Example: ratchet eval cancel 0190f3c2-…")
@at_gateway
def cancel(
    gateway: Router,
    evaluation_id: EvaluationId,
    as_json: AsJson = False,
) -> None:
    """Stop an evaluation; what was done and spent by then stays on it."""
    from ratchet_cli.evaluations import showing

    showing.cancelled(gateway, evaluation_id, as_json=as_json)


@evals.command(epilog="Example: ratchet eval approaches --suite filings.jsonl --page approaches.html")
@at_gateway
def approaches(
    gateway: Router,
    suite: Annotated[Path, typer.Option(help="Questions to your documents, as JSON, a line each.")],
    results: Annotated[
        Path | None, typer.Option(help="Where answers are kept, and gone on from; default: beside the suite.")
    ] = None,
    approach: Annotated[
        list[str], typer.Option(callback=_known, help="Only this approach; may be given again. Default: all four.")
    ] = [],  # noqa: B006  typer gives a new one
    draws: Annotated[int, typer.Option(min=1, max=10, help="How often each question is asked, for consistency.")] = 2,
    paraphrases: Annotated[
        bool, typer.Option("--paraphrases/--no-paraphrases", help="Ask in other words, too, for consistency.")
    ] = True,
    model: Annotated[str, typer.Option(help="Who answers in direct and base_rag; default: as traffic goes.")] = "",
    version: Annotated[str, typer.Option(help="Who answers in the tuned approaches; default: as traffic goes.")] = "",
    judge: Annotated[str, typer.Option(help="A model of the router that judges each answer by the reference.")] = "",
    parallel: Annotated[int, typer.Option(min=1, max=32, help="Questions that are asked at the same time.")] = 4,
    seed: Annotated[int, typer.Option(help="Of the intervals.")] = 42,
    page: Annotated[
        Path | None, typer.Option(help="Write a page with plots (HTML) that needs nothing beside it.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Ask the same questions by each approach, and show how good, how consistent, how fast and how dear each is.

    Run again it goes on where it was. Exit status 1 where some requests had no answer, or no approach could be asked.
    """
    from ratchet_cli.approaches import run as running
    from ratchet_cli.approaches.asks import Wanted

    named = tuple(name for name in APPROACHES if not approach or name in approach)
    order = running.Order(
        suite=suite,
        results=results or suite.with_name(f"{suite.stem}.results.jsonl"),
        wanted=Wanted(named, draws, paraphrases, model, version),
        judge=judge,
        parallel=parallel,
        seed=seed,
    )
    return running.approaches(order, gateway, page_at=page, as_json=as_json)
