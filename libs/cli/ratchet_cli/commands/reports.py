"""`ratchet reports`: reports of computed figures and of documents, which a running gateway makes."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ratchet_cli.commands.options import AsJson, Limit, at_gateway
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="Reports for an analyst: every figure computed, every statement cited. (`ratchet report`: on the models.)",
    epilog='Example: ratchet reports make "How did it do against INDEX?" --prices prices.csv --weights A=.6,B=.4 '
    "--benchmark INDEX --save report.pdf",
    no_args_is_help=True,
)
ReportId = Annotated[str, typer.Argument(help="As `ratchet reports list` shows it.")]
EXAMPLE = (
    'Example: ratchet reports make "What do the filings say of the risks, and what was the Sharpe ratio?" '
    "--prices prices.csv --company 'Apple Inc.' --save report.html"
)


@commands.command(epilog=EXAMPLE)
@at_gateway
def make(
    gateway: Router,
    question: Annotated[str, typer.Argument(help="In words.")],
    prices: Annotated[Path | None, typer.Option(help="CSV: a column `date`, one for each instrument.")] = None,
    weights: Annotated[str, typer.Option(help="Such as A=.6,B=.4; default: all columns, with the same weight.")] = "",
    benchmark: Annotated[str, typer.Option(help="The column to compare with; it is not held.")] = "",
    measures: Annotated[str, typer.Option(help="Only these, by commas; default: the question decides.")] = "",
    risk_free: Annotated[float, typer.Option(help="A year: .03 for 3 %.")] = 0.0,
    level: Annotated[float | None, typer.Option(help="Of value at risk; default: .95, or the question's.")] = None,
    per_year: Annotated[
        float | None, typer.Option(help="Returns a year, such as 26; default: by the days between prices.")
    ] = None,
    documents: Annotated[bool, typer.Option("--documents", help="Look into all of the tenant's documents.")] = False,
    document: Annotated[list[str] | None, typer.Option(help="Only into this one; may be given again.")] = None,
    company: Annotated[list[str] | None, typer.Option(help="Only of this company; may be given again.")] = None,
    period: Annotated[list[str] | None, typer.Option(help="Only of 2022-Q3 or 2022; may be given again.")] = None,
    title: Annotated[str, typer.Option(help="Default: the question.")] = "",
    part: Annotated[list[str] | None, typer.Option(help="Only answer, figures, tables or plots; again.")] = None,
    chooser: Annotated[str, typer.Option(help="Who decides what is computed: rules or model.")] = "rules",
    model: Annotated[str, typer.Option(help="As in a request.")] = "auto",
    wait: Annotated[bool, typer.Option(help="Until it is ready, and show it.")] = True,
    save: Annotated[Path | None, typer.Option(help="Into a file of .json, .md, .html or .pdf.")] = None,
    as_json: AsJson = False,
) -> int:
    """Ask for a report, and wait for it. Exit status 1 if it is not made."""
    from ratchet_cli.analyst_reports import make as run
    from ratchet_cli.analyst_reports import portfolio_of
    from ratchet_cli.weights import weights_of

    where = {"documents": document or [], "companies": company or [], "periods": period or []}
    looks = documents or any(where.values())
    named = [one.strip() for one in measures.split(",") if one.strip()]
    body: dict[str, Any] = {
        "question": question,
        "portfolio": portfolio_of(prices, weights_of(weights), benchmark),
        "context": where if looks else None,
        "compute": {"measures": named, "risk_free": risk_free, "level": level, "per_year": per_year},
        "preferences": {"title": title, "chooser": chooser} | ({"parts": part} if part else {}),
        "model": model,
    }
    return run(gateway, body, wait=wait, save_to=save, as_json=as_json)


@commands.command("list", epilog="Example: ratchet reports list --state ready")
@at_gateway
def list_(
    gateway: Router,
    state: Annotated[str, typer.Option(help="Such as ready or failed; default: all.")] = "",
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show reports, the newest first."""
    from ratchet_cli.analyst_reports import list_reports

    list_reports(gateway, state, limit, as_json=as_json)


@commands.command(epilog="Example: ratchet reports show report_0197f3a00000700080000000000000ab")
@at_gateway
def show(gateway: Router, report_id: ReportId, as_json: AsJson = False) -> None:
    """Show one report, or how far it is."""
    from ratchet_cli.analyst_reports import show_report

    show_report(gateway, report_id, as_json=as_json)


@commands.command(epilog="Example: ratchet reports save report_0197f3a00000700080000000000000ab report.pdf")
@at_gateway
def save(
    gateway: Router,
    report_id: ReportId,
    file: Annotated[Path, typer.Argument(help="Of .json, .md, .html or .pdf.")],
) -> None:
    """Save one report, in the form that the file's name ends with."""
    from ratchet_cli.analyst_reports import save as run

    run(gateway, report_id, file)


@commands.command(epilog="Example: ratchet reports delete report_0197f3a00000700080000000000000ab")
@at_gateway
def delete(gateway: Router, report_id: ReportId) -> None:
    """Delete one report with all of its pages."""
    from ratchet_cli.analyst_reports import delete as run

    run(gateway, report_id)
