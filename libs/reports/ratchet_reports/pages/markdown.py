"""A report as a page of Markdown. No text of it becomes a heading, a list, a link, an image or a tag. Pure."""

import re
from typing import Final, assert_never

from ratchet_common.pages.markdown import plain, table
from ratchet_reports.limits import STANDARD, Limits, taken
from ratchet_reports.pages.blocks import Block, Entry, Heading, Items, Picture, Rows, Text
from ratchet_reports.pages.layout import laid_out
from ratchet_reports.report import Report

_BEGINS: Final = re.compile(r"[#>+=-]|\d{1,9}(?=[.)])")  # a block, at the start of a line


def as_markdown(report: Report, limits: Limits = STANDARD) -> str:
    """A plot is told in words. Raises ReportRefusedError."""
    taken(report, limits)
    parts = [f"# {line(report.title)}", *map(_block, laid_out(report))]
    return "\n\n".join(parts) + "\n"


def line(text: str) -> str:
    """One that begins as what it is: a text."""
    return _text(plain(text))


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {line(block.text)}"
        case Text():
            return _text("".join(_mark(part.mark) if part.mark else plain(part.text) for part in block.parts))
        case Items():
            return "\n".join(f"- {line(text)}" for text in block.texts)
        case Rows():
            return _rows(block)
        case Entry():
            return _entry(block)
        case Picture():
            return f"**{line(block.title) or 'Plot'}** {line(block.told)}"
        case _:
            assert_never(block)


def _text(escaped: str) -> str:
    clean = escaped.strip()
    begins = _BEGINS.match(clean)
    if not begins:
        return clean
    at = begins.end() if begins[0].isdigit() else 0
    return f"{clean[:at]}\\{clean[at:]}"


def _mark(mark: str) -> str:
    return f"\\[{mark}\\]"


def _rows(block: Rows) -> str:
    head = block.head or ("", "")
    marks = "".join(map(_mark, block.marks))
    caption = f"{line(block.caption)} {marks}".strip()
    drawn = table([head, *block.rows])
    return f"{caption}\n\n{drawn}" if caption else drawn


def _entry(block: Entry) -> str:
    lines = [f"{_mark(block.mark)} {plain(block.text)}"]
    if block.quote:
        lines.append(f"> {line(block.quote)}")
    if block.lines:
        lines.append("\n".join(f"- {line(text)}" for text in block.lines))
    return "\n\n".join(lines)
