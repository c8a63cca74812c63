"""The tables of a DOCX: their rows and cells, through what only wraps them, and which cells go on from above."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from ratchet_documents.limits import Account
from ratchet_documents.word_styles import W, number

THROUGH = frozenset(W + tag for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"))


def children(element: etree._Element) -> Iterator[etree._Element]:
    """Through what only wraps."""
    for child in element:
        if child.tag in THROUGH:
            yield from children(child)
        else:
            yield child


def cells_of(table: etree._Element) -> Iterator[etree._Element]:
    for row in children(table):
        if row.tag == W + "tr":
            yield from (cell for cell in children(row) if cell.tag == W + "tc")


def tables_in(table: etree._Element) -> Iterator[etree._Element]:
    """Those in its cells, and not what these hold in turn."""
    for cell in cells_of(table):
        yield from (one for one in children(cell) if one.tag == W + "tbl")


def own_paragraphs(cell: etree._Element) -> Iterator[etree._Element]:
    """Without those of tables in it, which are blocks of their own."""
    for one in children(cell):
        if one.tag == W + "p":
            yield one
        elif one.tag != W + "tbl":
            yield from one.iter(W + "p")


@dataclass(slots=True)
class Cell:
    element: etree._Element
    width: int
    height: int = 1


def placed_cells(rows: Sequence[etree._Element], account: Account) -> list[tuple[int, list[Cell]]]:
    """Of each row: how many columns it leaves free at its start, and its cells without those that go on from above."""
    placed = []
    above: dict[int, Cell] = {}  # by column: what the row above has for one below to go on with
    for row in rows:
        account.in_time()
        before = column = number(row.find(W + "trPr"), "gridBefore") or 0
        account.columns(before)
        cells: list[Cell] = []
        merged: dict[int, Cell] = {}
        for element in children(row):
            if element.tag != W + "tc":
                continue
            properties = element.find(W + "tcPr")
            cell = Cell(element, max(1, number(properties, "gridSpan") or 1))
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
