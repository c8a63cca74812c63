"""A file on disk, parsed by what it holds."""

import re
from collections.abc import Callable
from pathlib import Path

from ratchet_documents.collecting import Collected
from ratchet_documents.decoding import Encoding, encoding_of, lines, pieces
from ratchet_documents.kinds import kind_of
from ratchet_documents.limits import STANDARD, Account, Limits
from ratchet_documents.of_csv import read_csv
from ratchet_documents.of_docx import read_docx
from ratchet_documents.of_html import read_html
from ratchet_documents.of_markdown import read_markdown
from ratchet_documents.of_pdf import read_pdf
from ratchet_documents.of_text import read_text
from ratchet_documents.of_xlsx import read_xlsx
from ratchet_documents.office_title import title_of
from ratchet_documents.parsed import Divided, Heading, Kind, Page, Parsed, text_of
from ratchet_documents.refusal import RefusedError
from ratchet_documents.zips import opened, refuse_unsafe

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def parse(path: Path, name: str = "", limits: Limits = STANDARD, *, account: Account | None = None) -> Parsed:
    """`name`: as the file was sent; default: its own.

    It takes processor time and blocks meanwhile, so it belongs into a worker process. Nothing of a document runs, and
    nothing that it refers to is fetched. Raises RefusedError, and OSError where the file cannot be read.
    """
    name = name or path.name
    account = account or Account(limits)
    kind, said = kind_of(path, name, account)
    found = Collected(account)
    if said:
        found.assume(said)
    title = _OF[kind](path, found)
    pages, assumptions = found.done()
    if not any(page.blocks for page in pages):
        raise RefusedError("no_text", "The document has no text.")
    if kind != "pdf" and _has_right_to_left(pages):
        assumptions += ("Text that runs from right to left is kept in the order in which the file has it.",)
    return Parsed(kind, name, _divided(kind, pages), pages, title or _first_heading(pages), assumptions)


def _text(path: Path, found: Collected) -> str:
    read_text(lines(path, _encoding(path, found), found.account), found)
    return ""


def _csv(path: Path, found: Collected) -> str:
    read_csv(lines(path, _encoding(path, found), found.account), found)
    return ""


def _markdown(path: Path, found: Collected) -> str:
    read_markdown(list(pieces(path, _encoding(path, found), found.account)), found)
    return ""


def _html(path: Path, found: Collected) -> str:
    return read_html(pieces(path, _encoding(path, found, declared=True), found.account), found)


def _docx(path: Path, found: Collected) -> str:
    with opened(path) as archive:
        refuse_unsafe(archive)
        read_docx(archive, found)
        return title_of(archive, found.account)


def _xlsx(path: Path, found: Collected) -> str:
    with opened(path) as archive:
        refuse_unsafe(archive)
        read_xlsx(path, archive, found)
        return title_of(archive, found.account)


def _encoding(path: Path, found: Collected, *, declared: bool = False) -> Encoding:
    encoding = encoding_of(path, found.account, declared=declared)
    if encoding.assumption:
        found.assume(encoding.assumption)
    return encoding


def _divided(kind: Kind, pages: tuple[Page, ...]) -> Divided:
    if kind == "xlsx":
        return "sheets"
    return "pages" if kind == "pdf" or len(pages) > 1 else "not"


def _first_heading(pages: tuple[Page, ...]) -> str:
    """Of the first page that has text, and only where it stands at the top."""
    blocks = next((page.blocks for page in pages if page.blocks), ())
    return next((block.text for block in blocks[:3] if isinstance(block, Heading)), "")


def _has_right_to_left(pages: tuple[Page, ...]) -> bool:
    return any(_RIGHT_TO_LEFT.search(text_of(block)) for page in pages for block in page.blocks)


_OF: dict[Kind, Callable[[Path, Collected], str]] = {
    "pdf": read_pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "html": _html,
    "markdown": _markdown,
    "text": _text,
    "csv": _csv,
}
