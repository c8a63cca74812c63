"""A document cut into chunks along its structure: each lies within a section, and knows its pages and its table."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, repeat, takewhile

from ratchet_documents.cutting import cut
from ratchet_documents.page_turns import Turn, pages_between
from ratchet_documents.parsed import Block, Heading, ListItem, Paragraph, Parsed, Table
from ratchet_documents.table_text import lines_of, parts_of

LONGEST_CAPTION = 300


@dataclass(frozen=True, slots=True)
class Sizes:
    """In characters. A section below `smallest` shares its chunk with the next; a table up to `table` stays whole."""

    smallest: int = 300
    most: int = 1_600
    table: int = 3_200

    def __post_init__(self) -> None:
        if not 0 <= self.smallest <= self.most or min(self.most, self.table) < 100:
            raise ValueError("The sizes of chunks are 0 <= smallest <= most, and most and table are 100 at least.")


@dataclass(frozen=True, slots=True)
class TablePart:
    """`number`: which table of the document, from 1. Rows, heads among them, count from 0; `last_row` is in it."""

    number: int
    first_row: int
    last_row: int
    rows: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """`order` counts from 0: the neighbours of a chunk are those before and after it.

    `headings`: from the highest, those that all of the chunk stands under. `caption`: of a table, the text before it.
    `turns`: where in its text each page after the first begins.
    """

    order: int
    text: str
    headings: tuple[str, ...]
    first_page: int
    last_page: int
    table: TablePart | None = None
    caption: str = ""
    turns: tuple[Turn, ...] = ()

    def pages_of(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last on which that part of its text stands."""
        return pages_between((self.first_page, self.last_page), self.turns, start, end)


def chunks_of(parsed: Parsed, sizes: Sizes | None = None) -> Iterator[Chunk]:
    """In order. All text of the document is in them, but for blanks where a long one was cut."""
    cutting = _Cutting(sizes or Sizes())
    for page, block in parsed.blocks():
        yield from cutting.take(page, block)
    yield from cutting.end()


class _Cutting:
    def __init__(self, sizes: Sizes) -> None:
        self._sizes = sizes
        self._order = self._tables = 0
        self._path: list[Heading] = []
        self._before = ""  # the text right before a table
        self._lines: list[str] = []
        self._size = 0
        self._only_headings = True
        self._pages = (0, 0)
        self._turns: list[Turn] = []
        self._headings: tuple[str, ...] = ()

    def take(self, page: int, block: Block) -> Iterator[Chunk]:
        if isinstance(block, Table):
            yield from self._table(page, block)
            return
        self._before = block.text
        if isinstance(block, Heading):
            if self._size >= self._sizes.smallest:
                yield from self.end()
            self._path = [*takewhile(lambda above: above.level < block.level, self._path), block]
        yield from self._text(page, block)

    def end(self) -> Iterator[Chunk]:
        if self._lines:
            yield self._made("\n".join(self._lines), *self._pages, tuple(self._turns), headings=self._headings)
        self._begin()

    def _begin(self) -> None:
        self._lines, self._turns, self._size, self._only_headings = [], [], 0, True

    def _text(self, page: int, block: Heading | Paragraph | ListItem) -> Iterator[Chunk]:
        text = f"- {block.text}" if isinstance(block, ListItem) else block.text
        # A heading is not left behind alone where the text after it is long.
        if len(text) > self._room() and not (self._only_headings and self._room() >= self._sizes.most // 2):
            yield from self.end()
        for at, piece in enumerate(cut(text, chain((self._room(),), repeat(self._sizes.most)))):
            if at:
                yield from self.end()
            self._add(page, piece, is_heading=isinstance(block, Heading))

    def _room(self) -> int:
        return self._sizes.most - self._size - bool(self._lines)

    def _add(self, page: int, line: str, *, is_heading: bool) -> None:
        path = tuple(heading.text for heading in self._path)
        if not self._lines:
            self._headings, self._pages = path, (page, page)
        self._headings = _common(self._headings, path, self._only_headings)
        self._turn(page)
        self._size += len(line) + bool(self._lines)
        self._lines.append(line)
        self._only_headings = self._only_headings and is_heading

    def _turn(self, page: int) -> None:
        """What comes next stands on that page, in a line of its own."""
        if page != self._pages[1]:
            self._turns.append(Turn(self._size + 1, page))
            self._pages = (self._pages[0], page)

    def _table(self, page: int, table: Table) -> Iterator[Chunk]:
        over: list[str] = []
        turns: tuple[Turn, ...] = ()
        first = page
        if self._lines and self._only_headings and self._size <= self._sizes.table // 4:
            self._turn(page)
            over, first, turns = self._lines, self._pages[0], tuple(self._turns)
            self._begin()
        else:
            yield from self.end()
        self._tables += 1
        caption = self._before if len(self._before) <= LONGEST_CAPTION else ""
        path = tuple(heading.text for heading in self._path)
        room = self._sizes.table - sum(len(line) + 1 for line in over)
        for first_row, last_row, text in parts_of(lines_of(table), table.heads, room, self._sizes.table):
            part = TablePart(self._tables, first_row, last_row, len(table.rows))
            shown = "\n".join([*over, text])
            yield self._made(shown, first, page, turns, headings=path, table=part, caption=caption)
            over, first, turns = [], page, ()
        self._before = ""

    def _made(
        self,
        text: str,
        first: int,
        last: int,
        turns: tuple[Turn, ...],
        *,
        headings: tuple[str, ...],
        table: TablePart | None = None,
        caption: str = "",
    ) -> Chunk:
        chunk = Chunk(self._order, text, headings, first, last, table, caption, turns)
        self._order += 1
        return chunk


def _common(held: tuple[str, ...], path: tuple[str, ...], only_headings: bool) -> tuple[str, ...]:
    """What both begin with; headings that go down to the text below them count as its path."""
    if only_headings and path[: len(held)] == held:
        return path
    return tuple(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(held, path, strict=False)))
