"""HTML, read as it streams: no tree of it is made, so its size does not show in memory."""

import re
from collections.abc import Iterable, Mapping

from lxml import etree

from ratchet_documents.collecting import Collected, cleaned
from ratchet_documents.grid import Grid, Spanning
from ratchet_documents.html_breaks import STYLE_READ, PageBreaks
from ratchet_documents.of_text import LONGEST_HEADING, heading_level
from ratchet_documents.tidying import heads_of, joined

_UNSEEN = frozenset(
    ("script", "style", "noscript", "template", "svg", "math", "select", "iframe", "object", "canvas", "ix:header")
)
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "legend", "main", "nav", "ol"),
        *("p", "pre", "section", "summary", "ul", "li", "h1", "h2", "h3", "h4", "h5", "h6"),
    )
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|bolder|[6-9]00)", re.I)


def read_html(pieces: Iterable[str], found: Collected) -> str:
    """The title. Raises RefusedError."""
    reading = _Reading(found)
    # libxml2's own bounds are off: they would leave out the rest without a word, and ours are counted here.
    parser = etree.HTMLParser(target=reading, huge_tree=True, no_network=True)
    for piece in pieces:
        if piece:
            parser.feed(piece)
    parser.close()
    return cleaned(reading.title)


class _Reading:
    """What lxml calls at each tag. `start`, `end`, `data`, `close` are its names."""

    def __init__(self, found: Collected) -> None:
        self._found = found
        self.title = ""
        self._open: list[tuple[bool, bool, bool]] = []  # of each: whether it hides, is bold, ends its page
        self._hidden = self._bold = self._lists = 0
        self._text: list[str] = []
        self._bold_letters = 0
        self._heading = self._last_heading = 0
        self._in_title = self._in_sheet = False
        self._has_ended = False  # a page just now: what begins one beside it begins the same
        self._breaks = PageBreaks()
        self._is_item = False
        self._tables: list[Grid | None] = []  # none: it only lays out others
        self._cell: Spanning | None = None

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._found.account.in_time()
        self._found.account.depth(len(self._open) + 1)
        style = attributes.get("style", "")[:STYLE_READ]
        hides = tag in _UNSEEN or "hidden" in attributes or bool(style and _HIDDEN.search(style))
        bold = tag in ("b", "strong", "th") or bool(style and _BOLD.search(style))
        breaks = self._breaks.of(tag, attributes.get("class", ""), style)
        self._in_sheet = tag == "style"
        if self._hidden == 0 and not hides:
            if "before" in breaks and not self._has_ended:
                self._end_page()
            self._has_ended = False
            self._begin(tag, attributes)
        self._hidden += hides
        self._bold += bold
        self._open.append((hides, bold, "after" in breaks))

    def end(self, tag: str) -> None:
        hid, bold, breaks = self._open.pop()
        if self._in_sheet:
            self._breaks.sheet_ends()
            self._in_sheet = False
        self._hidden -= hid
        if self._hidden == 0 and not hid:
            self._finish(tag)
            if breaks:
                self._end_page()
                self._has_ended = True
        self._bold -= bold

    def data(self, text: str) -> None:
        if self._in_sheet:
            self._breaks.sheet(text)
        elif self._in_title:
            self.title = (self.title + text)[:1000]
        elif self._hidden == 0:
            self._has_ended = self._has_ended and text.isspace()
            self._text.append(text)
            if self._bold:
                self._bold_letters += sum(map(str.isalnum, text))

    def close(self) -> None:
        self._flush()
        while self._tables:
            self._end_table()

    def _begin(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "title":
            self._in_title = not self.title
        elif tag == "br":
            self._text.append(" ")
        elif tag == "table":
            self._start_table()
        elif self._tables and tag in ("tr", "td", "th"):
            self._start_cell(tag, attributes)
        elif tag in _BLOCKS:
            self._between()
            self._heading = _HEADINGS.get(tag, self._heading)
            self._lists += tag in ("ul", "ol")
            self._is_item = tag == "li" or (self._is_item and tag not in ("ul", "ol"))

    def _finish(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif tag == "table" and self._tables:
            self._end_table()
        elif self._tables and tag in ("td", "th"):
            self._end_cell()
        elif tag in _BLOCKS:
            self._between()
            self._lists -= tag in ("ul", "ol") and self._lists > 0
            if tag in _HEADINGS:
                self._heading = 0
            if tag == "li":
                self._is_item = False

    def _between(self) -> None:
        """Blocks inside of a cell are its text; outside they are blocks."""
        if self._tables and self._tables[-1] is not None and self._cell is not None:
            self._text.append(" ")
        else:
            self._flush()

    def _flush(self) -> None:
        text = cleaned("".join(self._text))
        bold = text and self._bold_letters >= sum(map(str.isalnum, text)) > 0
        self._text, self._bold_letters = [], 0
        if not text:
            return
        if self._heading:
            self._found.heading(self._heading, text)
            self._last_heading = self._heading
        elif self._is_item:
            self._found.item(self._lists - 1, text)
            self._is_item = False
        elif bold and len(text) <= LONGEST_HEADING and not text.endswith((".", ",", ";")):
            self._found.heading(self._last_heading + 1 if self._last_heading else heading_level(text) or 3, text)
        else:
            self._found.paragraph(text)

    def _end_page(self) -> None:
        if not self._tables:
            self._flush()
            self._found.end_page()

    def _start_table(self) -> None:
        if self._tables and (outer := self._tables[-1]) is not None:
            self._tables[-1] = None
            for text in outer.texts():
                self._found.paragraph(text)
        self._flush()
        self._cell = None
        self._tables.append(Grid(self._found.account))

    def _start_cell(self, tag: str, attributes: Mapping[str, str]) -> None:
        grid = self._tables[-1]
        if grid is None:
            self._flush()
        elif tag == "tr":
            self._end_cell()
            grid.start_row()
        else:
            self._end_cell()
            self._cell = Spanning("", _span(attributes, "colspan"), _span(attributes, "rowspan"), tag == "th")
            self._text, self._bold_letters = [], 0

    def _end_cell(self) -> None:
        grid = self._tables[-1]
        if grid is None:
            self._flush()
        elif self._cell is not None:
            text = cleaned("".join(self._text))
            grid.put(Spanning(text, self._cell.columns, self._cell.rows, self._cell.names))
            self._text, self._bold_letters, self._cell = [], 0, None
        else:  # text between the tags of a table stands before it, as browsers show it
            self._flush()

    def _end_table(self) -> None:
        self._end_cell()
        grid = self._tables.pop()
        self._cell = None
        if grid is None:
            return
        if grid.single():
            self._text = [*self._text, *grid.texts()]
            self._flush()
            return
        rows = joined(list(grid.rows()))
        self._found.table(rows, grid.heads() or heads_of(rows), grid.merged)


def _span(attributes: Mapping[str, str], name: str) -> int:
    value = attributes.get(name, "1").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 1
