"""DOCX, walked as its XML streams: a block of the body at a time."""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from ratchet_documents.collecting import Collected
from ratchet_documents.grid import Grid, Spanning
from ratchet_documents.limits import Account
from ratchet_documents.tidying import heads_of, joined
from ratchet_documents.word_styles import Styles, W, number, styles_of, value
from ratchet_documents.zips import elements

DOCUMENT = "word/document.xml"
_RENDERED = b"lastRenderedPageBreak"
_THROUGH = frozenset(W + tag for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))
_LEFT_OUT = frozenset(W + tag for tag in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText"))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = W + "txbxContent"
_NOTES = frozenset(W + tag for tag in ("footnoteReference", "endnoteReference"))
_OFF = frozenset(("0", "false", "off"))
_MATHS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"


def read_docx(archive: zipfile.ZipFile, found: Collected) -> None:
    """Raises RefusedError."""
    rendered = _is_rendered(archive, found.account)
    found.assume(
        "Pages are those that the program which saved the file had last laid out."
        if rendered
        else "The file does not say where its pages end: only breaks that were set by hand do."
    )
    reading = _Reading(styles_of(archive, found.account), found, rendered=rendered)
    with archive.open(DOCUMENT) as part:
        for block in elements(part, found.account, _in_body):
            reading.take(block)
    reading.say_what_is_left_out()


def _in_body(element: etree._Element, depth: int) -> bool:
    return depth == 3 and element.getparent().tag == W + "body"


def _is_rendered(archive: zipfile.ZipFile, account: Account) -> bool:
    held = b""
    with archive.open(DOCUMENT) as part:
        while data := part.read(1 << 20):
            account.in_time()
            if _RENDERED in held + data:
                return True
            held = data[-len(_RENDERED) :]
    return False


class _Reading:
    def __init__(self, styles: Styles, found: Collected, *, rendered: bool) -> None:
        self._styles = styles
        self._found = found
        self._rendered = rendered
        self._notes = 0
        self._hides = False

    def say_what_is_left_out(self) -> None:
        if self._notes:
            counted = "1 footnote or endnote is" if self._notes == 1 else f"{self._notes} footnotes and endnotes are"
            self._found.assume(f"{counted} left out.")
        if self._hides:
            self._found.assume("Hidden text is left out.")

    def take(self, block: etree._Element) -> None:
        if block.tag == W + "p":
            self._paragraph(block)
        elif block.tag == W + "tbl":
            self._table(block)
        elif block.tag in _THROUGH:
            for inner in block:
                self.take(inner)

    def _paragraph(self, paragraph: etree._Element) -> None:
        properties = paragraph.find(W + "pPr")
        text, before, after = self._text(paragraph)
        if not self._rendered and properties is not None and properties.find(W + "pageBreakBefore") is not None:
            before += 1
        for _ in range(before):
            self._found.end_page()
        style = value(properties, "pStyle")
        level = number(properties, "outlineLvl")
        level = self._styles.level(style) if level is None else level + 1 if level < 9 else 0
        depth = self._depth(properties, style)
        if level:
            self._found.heading(level, text)
        elif depth is not None:
            self._found.item(depth, text)
        else:
            self._found.paragraph(text)
        for box in paragraph.iter(_BOX):
            if not any(parent.tag == _FALLBACK for parent in box.iterancestors()):
                for inner in box:
                    self.take(inner)
        for _ in range(after):
            self._found.end_page()

    def _depth(self, properties: etree._Element | None, style: str) -> int | None:
        """Of a list item; none where the paragraph is no item."""
        numbering = None if properties is None else properties.find(W + "numPr")
        if numbering is None:
            return self._styles.depth(style)
        if number(numbering, "numId") == 0:
            return None
        return number(numbering, "ilvl") or 0

    def _text(self, paragraph: etree._Element) -> tuple[str, int, int]:
        """With the page breaks before its text and those inside or behind it: a paragraph is where it begins."""
        parts: list[str] = []
        before = after = 0
        for one in _seen(paragraph):
            if one.tag in (W + "t", _MATHS):
                parts.append(one.text or "")
            elif one.tag == W + "noBreakHyphen":
                parts.append("-")
            elif one.tag in _NOTES:
                self._notes += 1
            elif _is_hidden(one):
                self._hides = True
            elif self._breaks(one):
                if any(part.strip() for part in parts):
                    after += 1
                else:
                    before += 1
            elif one.tag in (W + "tab", W + "br", W + "cr"):
                parts.append(" ")
        return "".join(parts), before, after

    def _breaks(self, element: etree._Element) -> bool:
        if self._rendered:
            return bool(element.tag == W + "lastRenderedPageBreak")
        return bool(element.tag == W + "br" and element.get(W + "type") == "page")

    def _table(self, table: etree._Element) -> None:
        grid = Grid(self._found.account)
        rows = [row for row in _children(table) if row.tag == W + "tr"]
        for before, cells in _placed(rows, self._found.account):
            grid.start_row()
            for _ in range(before):
                grid.put(Spanning(""))
            for cell in cells:
                grid.put(Spanning(self._cell_text(cell.element), cell.width, cell.height))
        heads = sum(1 for row in rows if row.find(f"{W}trPr/{W}tblHeader") is not None)
        if grid.single():
            self._found.paragraph(" ".join(grid.texts()))
        else:
            spread = joined(list(grid.rows()))
            self._found.table(spread, heads if heads < len(spread) and heads else heads_of(spread), grid.merged)
        for _ in range(sum(map(self._breaks, table.iter()))):
            self._found.end_page()

    def _cell_text(self, cell: etree._Element) -> str:
        return " ".join(self._text(paragraph)[0] for paragraph in cell.iter(W + "p"))


def _children(element: etree._Element) -> Iterator[etree._Element]:
    """Through what only wraps."""
    for child in element:
        if child.tag in _THROUGH:
            yield from _children(child)
        else:
            yield child


def _seen(element: etree._Element) -> Iterator[etree._Element]:
    """All inside that a reader sees, without what was deleted, and without boxes, which are blocks of their own."""
    waiting = [iter(element)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
        elif child.tag not in _LEFT_OUT and child.tag not in (_BOX, _FALLBACK):
            yield child
            if not _is_hidden(child):
                waiting.append(iter(child))


def _is_hidden(element: etree._Element) -> bool:
    """A run that its own properties hide: neither shown nor printed."""
    hides = element.find(f"{W}rPr/{W}vanish") if element.tag == W + "r" else None
    return hides is not None and hides.get(W + "val", "") not in _OFF


@dataclass(slots=True)
class _Cell:
    element: etree._Element
    width: int
    height: int = 1


def _placed(rows: Sequence[etree._Element], account: Account) -> list[tuple[int, list[_Cell]]]:
    """Of each row: how many columns it leaves free at its start, and its cells without those that go on from above."""
    placed = []
    above: dict[int, _Cell] = {}  # by column: what the row above has for one below to go on with
    for row in rows:
        account.in_time()
        before = column = number(row.find(W + "trPr"), "gridBefore") or 0
        account.columns(before)
        cells: list[_Cell] = []
        merged: dict[int, _Cell] = {}
        for element in _children(row):
            if element.tag != W + "tc":
                continue
            properties = element.find(W + "tcPr")
            cell = _Cell(element, max(1, number(properties, "gridSpan") or 1))
            merge = None if properties is None else properties.find(W + "vMerge")
            if merge is not None:
                held = above.get(column)
                if held and held.width == cell.width and merge.get(W + "val", "continue") == "continue":
                    held.height += 1
                    merged[column] = held
                elif merge.get(W + "val") == "restart":
                    merged[column] = cell
            if column not in merged or merged[column] is cell:  # one that goes on with nothing is a cell as others
                cells.append(cell)
            column += cell.width
            account.columns(column)
        placed.append((before, cells))
        above = merged
    return placed
