"""DOCX, walked as its XML streams: a block of the body at a time."""

import zipfile
from collections.abc import Iterator

from lxml import etree

from ratchet_documents.collecting import Collected
from ratchet_documents.grid import Grid, Spanning
from ratchet_documents.limits import Account
from ratchet_documents.tidying import heads_of, joined
from ratchet_documents.word_notes import Notes, notes_of
from ratchet_documents.word_styles import Styles, W, number, styles_of, value
from ratchet_documents.word_tables import THROUGH, cells_of, children, own_paragraphs, placed_cells, tables_in
from ratchet_documents.zips import elements

DOCUMENT = "word/document.xml"
_RENDERED = b"lastRenderedPageBreak"
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
    styles, notes = styles_of(archive, found.account), notes_of(archive, found.account)
    reading = _Reading(styles, notes, found, rendered=rendered)
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
    def __init__(self, styles: Styles, notes: Notes, found: Collected, *, rendered: bool) -> None:
        self._styles, self._notes = styles, notes
        self._found = found
        self._rendered = rendered
        self._noted: list[str] = []  # of the block that is read now
        self._read = self._unread = 0  # notes
        self._hides = False

    def say_what_is_left_out(self) -> None:
        if self._unread:
            counted = "1 footnote or endnote is" if self._unread == 1 else f"{self._unread} footnotes and endnotes are"
            self._found.assume(f"{counted} left out.")
        if self._read:
            self._found.assume("Footnotes and endnotes stand behind the paragraph or table that refers to them.")
        if self._hides:
            self._found.assume("Hidden text is left out.")

    def take(self, block: etree._Element) -> None:
        if block.tag == W + "p":
            self._paragraph(block)
        elif block.tag == W + "tbl":
            self._table(block)
            for _ in range(sum(map(self._breaks, block.iter()))):
                self._found.end_page()
        elif block.tag in THROUGH:
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
        self._say_notes()
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
                self._note(one)
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

    def _note(self, mark: etree._Element) -> None:
        if text := self._notes.of(mark):
            self._read += 1
            self._noted.append(f"[Note {self._read}] {text}")
        else:
            self._unread += 1

    def _say_notes(self) -> None:
        noted, self._noted = self._noted, []
        for text in noted:
            self._found.paragraph(text)

    def _breaks(self, element: etree._Element) -> bool:
        if self._rendered:
            return bool(element.tag == W + "lastRenderedPageBreak")
        return bool(element.tag == W + "br" and element.get(W + "type") == "page")

    def _table(self, table: etree._Element) -> None:
        """A table in one of its cells stands behind it; in its only cell, where it is."""
        grid = Grid(self._found.account)
        inner = list(tables_in(table))
        if inner and len(cells := list(cells_of(table))) == 1:
            self._within(cells[0])
            return
        rows = [row for row in children(table) if row.tag == W + "tr"]
        for before, cells in placed_cells(rows, self._found.account):
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
        self._say_notes()
        for one in inner:
            self._table(one)

    def _within(self, cell: etree._Element) -> None:
        for block in children(cell):
            if block.tag == W + "tbl":
                self._table(block)
            elif block.tag == W + "p":
                self._found.paragraph(self._text(block)[0])
                self._say_notes()

    def _cell_text(self, cell: etree._Element) -> str:
        return " ".join(self._text(paragraph)[0] for paragraph in own_paragraphs(cell))


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
