"""Where metadata is read from: what stands first counts most."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from ratchet_documents.parsed import Block, Parsed, Table, text_of

Place = Literal["title", "name", "text"]
PAGES = 5
CHARACTERS = 30_000
_LABEL_AND_VALUE = 2


@dataclass(frozen=True, slots=True)
class Source:
    """`page` counts from 1; 0 for the name of the file, and for its title."""

    place: Place
    text: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """A value with where it was read; `assumption` where it does not stand there as it is given."""

    value: str
    place: Place
    page: int = 0
    assumption: str = ""


def titles(parsed: Parsed) -> list[Source]:
    stem = PurePath(parsed.name).stem.replace("_", " ")
    return [source for source in (Source("title", parsed.title), Source("name", stem)) if source.text]


def text_without_columns(block: Block) -> str:
    """Of a table what stands beside a label, no names and no values of columns: those are not of the whole document."""
    if not isinstance(block, Table):
        return text_of(block)
    rows = [list(dict.fromkeys(filter(None, row))) for row in block.rows if row and row[0]]
    return "\n".join(" | ".join(row) for row in rows if len(row) <= _LABEL_AND_VALUE)


def first_pages(parsed: Parsed, text_of: Callable[[Block], str] = text_of) -> Iterator[Source]:
    """Of each its text, a line for each block, as far as metadata is looked for."""
    left = CHARACTERS
    for page in parsed.pages[:PAGES]:
        lines: list[str] = []
        for block in page.blocks:
            text = text_of(block)[:left]
            left -= len(text)
            lines.append(text)
            if left <= 0:
                break
        yield Source("text", "\n".join(lines), page.number)
        if left <= 0:
            return
