"""`ratchet documents`: what is read of a document, here and without a running gateway."""

from pathlib import Path
from typing import Annotated

import typer

from ratchet_cli.commands.options import AsJson, sentence_or

commands = typer.Typer(
    help="Documents: what is read of a file before it is asked about.",
    epilog="Example: ratchet documents parse report.pdf",
    no_args_is_help=True,
)


@commands.callback()
def documents() -> None:
    """A command group, be there one command alone."""


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
