"""`ratchet documents`: documents of a running gateway; and what is read of one here, without a gateway."""

from pathlib import Path
from typing import Annotated

import typer

from ratchet_cli.commands.options import AsJson, Limit, at_gateway, sentence_or
from ratchet_cli.router_calls import Router

commands = typer.Typer(
    help="Documents: send them in, see what was read of them, delete them.",
    epilog="Example: ratchet documents add report.pdf --wait",
    no_args_is_help=True,
)


DocumentId = Annotated[str, typer.Argument(help="As `ratchet documents list` shows it.")]


@commands.command(epilog="Example: ratchet documents parse report.pdf --chunks --json")
def parse(
    file: Annotated[Path, typer.Argument(help="PDF, DOCX, XLSX, HTML, Markdown, text or CSV.")],
    chunks: Annotated[bool, typer.Option("--chunks", help="Show the chunks in place of pages and blocks.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is read of a file: what it is about, its pages and blocks or its chunks, and what was assumed.

    What cannot be read is refused with a sentence, and the exit status is 1.
    """
    from ratchet_cli.reading_documents import show_document

    sentence_or(lambda: show_document(file, chunks=chunks, as_json=as_json))


@commands.command(epilog="Example: ratchet documents add 10-Q.pdf --company 'Apple Inc.' --wait")
@at_gateway
def add(
    gateway: Router,
    files: Annotated[list[Path], typer.Argument(help="PDF, DOCX, XLSX, HTML, Markdown, text or CSV.")],
    wait: Annotated[bool, typer.Option("--wait", help="Until they can be searched, or are refused.")] = False,
    title: Annotated[str, typer.Option(help="In place of what is read.")] = "",
    company: Annotated[str, typer.Option(help="In place of what is read.")] = "",
    period: Annotated[str, typer.Option(help="2022-Q3, 2022-H1 or 2022, in place of what is read.")] = "",
    document_type: Annotated[str, typer.Option(help="Such as financial_report, in place of what is read.")] = "",
    date: Annotated[str, typer.Option(help="2022-07-29, in place of what is read.")] = "",
    user_id: Annotated[str, typer.Option(help="Whose they are: they go when he asks to be forgotten.")] = "",
    document_id: Annotated[str, typer.Option(help="Of which the file is a new revision.")] = "",
    as_json: AsJson = False,
) -> int:
    """Send documents in. With --wait, the exit status is 1 where one of them cannot be searched."""
    from ratchet_cli.sending_documents import add as run

    said = {"title": title, "company": company, "period": period, "document_type": document_type, "date": date}
    said |= {"user_id": user_id, "document_id": document_id}
    return run(gateway, files, said, wait=wait, as_json=as_json)


@commands.command("list", epilog="Example: ratchet documents list --state refused")
@at_gateway
def list_(
    gateway: Router,
    state: Annotated[str, typer.Option(help="Such as ready, refused or failed; default: all.")] = "",
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show documents, the newest first."""
    from ratchet_cli.sending_documents import list_documents

    list_documents(gateway, state, limit, as_json=as_json)


@commands.command(epilog="Example: ratchet documents show doc_0197f3a00000700080000000000000ab")
@at_gateway
def show(gateway: Router, document_id: DocumentId, as_json: AsJson = False) -> None:
    """Show one document: how far it is, what it is about and where that was read, what was assumed."""
    from ratchet_cli.sending_documents import show_document

    show_document(gateway, document_id, as_json=as_json)


@commands.command(epilog="Example: ratchet documents graph --entity Apple --depth 2 --svg apple.svg")
@at_gateway
def graph(
    gateway: Router,
    entity: Annotated[str, typer.Option(help="Around it: a name, or an id such as company:apple.")] = "",
    document: Annotated[str, typer.Option(help="Of this document alone, by its id.")] = "",
    kind: Annotated[
        str, typer.Option(help="Such entities alone: company, person, metric, period, risk, decision or task.")
    ] = "",
    company: Annotated[str, typer.Option(help="Of it, or in its own documents.")] = "",
    period: Annotated[str, typer.Option(help="2022-Q3 or 2022.")] = "",
    depth: Annotated[int, typer.Option(min=0, max=4, help="How many relations away from the entity.")] = 1,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="Relations; around an entity 500 at most.")] = 200,
    cursor: Annotated[str, typer.Option(help="The `next` of the page before.")] = "",
    svg: Annotated[Path | None, typer.Option(help="Write a picture of it into this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who and what documents speak of, and on which pages: all of it, page by page, or around one entity."""
    from ratchet_cli.showing_graph import show_graph

    asked = {"entity": entity, "document": document, "kind": kind, "company": company, "period": period}
    asked |= {"depth": str(depth), "limit": str(limit), "cursor": cursor}
    show_graph(gateway, asked, svg=svg, as_json=as_json)


@commands.command(epilog="Example: ratchet documents order --off")
@at_gateway
def order(
    gateway: Router,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Use what was learned, or leave it.")] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Delete all that was learned, and what from.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what feedback has taught of which passages come first, and by how much it is better than the searches."""
    from ratchet_cli.learned_order import order as run

    run(gateway, "forget" if forget else "" if on is None else "on" if on else "off", as_json=as_json)


@commands.command(epilog="Example: ratchet documents reindex doc_0197f3a00000700080000000000000ab")
@at_gateway
def reindex(
    gateway: Router,
    document_ids: Annotated[list[str], typer.Argument(help="As `ratchet documents list` shows them.")],
    as_json: AsJson = False,
) -> None:
    """Have documents read and put into the index anew, out of their files that are there.

    After the index or the embedding model was changed.
    """
    from ratchet_cli.sending_documents import reindex as run

    run(gateway, document_ids, as_json=as_json)


@commands.command(epilog="Example: ratchet documents delete doc_0197f3a00000700080000000000000ab")
@at_gateway
def delete(gateway: Router, document_id: DocumentId) -> None:
    """Delete a document wholly: its file, its passages, and what was made of it."""
    from ratchet_cli.sending_documents import delete as run

    run(gateway, document_id)
