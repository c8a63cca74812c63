"""`ratchet documents parse`: a file on this machine, as it is read."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from ratchet_cli.printable import shown_safely
from ratchet_common.errors import CannotStartError
from ratchet_documents.chunking import Chunk, chunks_of
from ratchet_documents.metadata import Found, Metadata, metadata_of
from ratchet_documents.parsed import Block, Heading, ListItem, Paragraph, Parsed, Table
from ratchet_documents.parsing import parse
from ratchet_documents.refusal import RefusedError
from ratchet_documents.table_text import lines_of


def show_document(path: Path, *, chunks: bool, as_json: bool) -> None:
    """Raises CannotStartError."""
    try:
        parsed = parse(path)
    except RefusedError as error:
        raise CannotStartError(f"{path}: {error}") from None
    except OSError as error:
        raise CannotStartError(f"The file {path} cannot be read: {error.strerror}.") from None
    about = metadata_of(parsed)
    cut = list(chunks_of(parsed)) if chunks else []
    if as_json:
        sys.stdout.write(json.dumps(_as_json(parsed, about, cut, chunks=chunks), indent=2, ensure_ascii=False) + "\n")
        return
    sys.stdout.write(
        shown_safely("\n".join([*_about(parsed, about), *(_chunks(cut) if chunks else _pages(parsed))])) + "\n"
    )


def _as_json(parsed: Parsed, about: Metadata, cut: list[Chunk], *, chunks: bool) -> dict[str, Any]:
    shown = {
        "kind": parsed.kind,
        "divided": parsed.divided,
        "metadata": asdict(about),
        "assumptions": list(parsed.assumptions),
    }
    if chunks:
        return {**shown, "chunks": [asdict(chunk) for chunk in cut]}
    pages = [
        {
            "number": page.number,
            "label": page.label,
            "blocks": [{"type": _TYPES[type(block)], **asdict(block)} for block in page.blocks],
        }
        for page in parsed.pages
    ]
    return {**shown, "pages": pages}


_TYPES: dict[type, str] = {Heading: "heading", Paragraph: "paragraph", ListItem: "list_item", Table: "table"}


def _about(parsed: Parsed, about: Metadata) -> Iterator[str]:
    yield f"{parsed.kind}, {len(parsed.pages)} {'sheets' if parsed.divided == 'sheets' else 'pages'}"
    if about.title:
        yield f"title: {about.title}"
    for name in ("document_type", "company", "period", "period_end", "periods", "date"):
        found: Found | None = getattr(about, name)
        if found is not None:
            where = f"page {found.page}" if found.page else f"the {found.place}"
            yield f"{name}: {found.value} ({where})" + (f" {found.assumption}" if found.assumption else "")
    for assumed in parsed.assumptions:
        yield f"Assumed: {assumed}"


def _pages(parsed: Parsed) -> Iterator[str]:
    for number, blocks in groupby(parsed.blocks(), key=lambda one: one[0]):
        label = parsed.pages[number - 1].label
        yield f"\n== {number}{f' {label}' if label else ''}"
        for _, block in blocks:
            yield from _block(block)


def _block(block: Block) -> list[str]:
    if isinstance(block, Table):
        return ["", *(f"  {line}" for line in lines_of(block)), ""]
    if isinstance(block, Heading):
        return ["", f"{'#' * block.level} {block.text}"]
    return [f"{'  ' * block.depth}- {block.text}" if isinstance(block, ListItem) else block.text]


def _chunks(cut: list[Chunk]) -> Iterator[str]:
    for chunk in cut:
        pages = (
            f"{chunk.first_page}" if chunk.first_page == chunk.last_page else f"{chunk.first_page}-{chunk.last_page}"
        )
        part = chunk.table
        of_table = f", table {part.number}, rows {part.first_row}-{part.last_row} of {part.rows}" if part else ""
        yield f"\n== {chunk.order}, page {pages}{of_table}: {' > '.join(chunk.headings)}"
        yield chunk.text
