"""A document as it was read: pages, and on each its blocks in the order of reading."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["pdf", "docx", "html", "markdown", "text", "csv", "xlsx"]
Divided = Literal["pages", "sheets", "not"]


@dataclass(frozen=True, slots=True)
class Heading:
    level: int  # from 1, the highest
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class ListItem:
    depth: int  # from 0
    text: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that were one: from this row and column (from 0), so many rows and columns of it."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` all have the same length; the text of merged cells stands in each of them, and `merged` says where."""

    rows: tuple[tuple[str, ...], ...]
    heads: int = 0  # how many rows at the top name the columns
    merged: tuple[Merged, ...] = ()


Block = Heading | Paragraph | ListItem | Table


@dataclass(frozen=True, slots=True)
class Page:
    number: int  # from 1
    blocks: tuple[Block, ...]
    label: str = ""  # the name of a sheet


@dataclass(frozen=True, slots=True)
class Parsed:
    """`name`: of the file as it was sent. `divided`: what `pages` are; of what is not divided there is one."""

    kind: Kind
    name: str
    divided: Divided
    pages: tuple[Page, ...]
    title: str = ""
    assumptions: tuple[str, ...] = ()

    def blocks(self) -> Iterator[tuple[int, Block]]:
        """Each with the number of its page."""
        for page in self.pages:
            for block in page.blocks:
                yield page.number, block


def text_of(block: Block) -> str:
    if isinstance(block, Table):
        return "\n".join(" ".join(filter(None, row)) for row in block.rows)
    return block.text
