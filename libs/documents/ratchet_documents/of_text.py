"""Plain text: paragraphs by empty lines, pages by form feeds, headings and lists by how they are written."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from ratchet_documents.collecting import Collected
from ratchet_documents.tidying import heads_of

# A bullet is taken off. A number is kept, as others refer to it, and a dash before a figure, which may be a minus.
_ITEM = re.compile(
    r"^(\s*)(?:[*•‣▪·]\s+(?=\S)|[-–]\s+(?![$€£¥]?\d)(?=\S)"
    r"|(?=[-–]\s+[$€£¥]?\d|\(?(?:\d{1,3}|[a-z])[.)]\s+\S))"
)
_NUMBERED = re.compile(r"^(\d{1,2}(?:\.\d{1,2}){1,4}|\d{1,2}(?=\.))\.?\s+\S")
_NAMED = re.compile(
    r"^(?:part|chapter|item|section|article|annex|appendix)\s+(?:\d{1,3}[a-z]?|[ivxlc]{1,6}|[a-z])\b", re.I
)
_CELLS = re.compile(r"\t+| {3,}")
LONGEST_HEADING = 100


def read_text(lines: Iterable[str], found: Collected) -> None:
    """Raises RefusedError."""
    for ends_page, paragraph in _paragraphs(lines):
        if paragraph:
            _take(paragraph, found)
        if ends_page:
            found.end_page()


def _paragraphs(lines: Iterable[str]) -> Iterator[tuple[bool, list[str]]]:
    """Its lines, and whether the page ends behind it."""
    held: list[str] = []
    for line in lines:
        first, *later = line.rstrip("\n").split("\f")
        for part, ends_page in [(first, bool(later)), *((one, at < len(later)) for at, one in enumerate(later, 1))]:
            if part.strip():
                held.append(part.rstrip())
            if ends_page or (held and not part.strip()):
                yield ends_page, held
                held = []
    if held:
        yield False, held


def _take(lines: list[str], found: Collected) -> None:
    if rows := _columns(lines):
        found.table(rows, heads_of(rows))
    elif len(lines) == 2 and re.fullmatch(r"\s*(=+|-+)\s*", lines[1]) and len(lines[0]) <= LONGEST_HEADING:
        found.heading(1 if "=" in lines[1] else 2, lines[0])
    elif len(lines) == 1 and (level := heading_level(lines[0].strip())):
        found.heading(level, lines[0])
    else:
        for item, text in _items(lines):
            if item is None:
                found.paragraph(text)
            else:
                found.item(item, text)


def heading_level(line: str) -> int:
    """0 where the line, which stands alone, reads as no heading."""
    if len(line) > LONGEST_HEADING or line.endswith((".", ",", ";", ":")) or not any(map(str.isalpha, line)):
        return 0
    if numbered := _NUMBERED.match(line):
        return numbered[1].count(".") + 1
    if _NAMED.match(line):
        return 1 if line[:4].casefold() in ("part", "chap") else 2
    return 1 if line.isupper() and sum(map(str.isalpha, line)) > 3 else 0


def _columns(lines: list[str]) -> list[list[str]]:
    """The cells of lines that are set as a table, by tabs or wide gaps; none where they are not."""
    if len(lines) < 2 or len(lines[0]) > 2000:
        return []
    rows = [_CELLS.split(line.strip()) for line in lines]
    widths = [len(row) for row in rows]
    if min(widths) < 2 or any(first != second for first, second in pairwise(widths)):
        return []
    return rows


def _items(lines: list[str]) -> Iterator[tuple[int | None, str]]:
    """Items with their depth; what is no item has none. A line without a mark goes on with what came before it."""
    depth: int | None = None
    held: list[str] = []
    for line in lines:
        if mark := _ITEM.match(line):
            if held:
                yield depth, " ".join(held)
            depth, held = len(mark[1].expandtabs(4)) // 2, [line[mark.end() :]]
        else:
            held.append(line)
    if held:
        yield depth, " ".join(held)
