"""Where a figure of a passage stands: the label of its row, or its sentence, and the head of its column. Pure."""

import re
from typing import Final, NamedTuple

from ratchet_figures.sentences import ENDS

LONGEST: Final = 4_000  # characters of a table above a row that are looked at for its head
MOST_HEADS: Final = 2  # rows above the rule of a table
_SENTENCE: Final = re.compile(rf"{ENDS}(?=[^\s\da-z])|\n")
_RULE: Final = re.compile(r"[\s|:-]+")
_NEAR: Final = 300


class Place(NamedTuple):
    """`head`: empty where the figure stands in no table, or its row is not as wide as the table's head."""

    label: str = ""
    head: str = ""


NOWHERE: Final = Place()


def place_of(text: str, start: int) -> Place:
    begins = text.rfind("\n", 0, start) + 1
    ends = len(text) if (found := text.find("\n", start)) < 0 else found
    line = text[begins:ends]
    if "|" in line:
        drawn = _is_drawn(line)
        cells, column = _cells(line, drawn=drawn), line[: start - begins].count("|") - drawn
        return Place(cells[0], _head(text, begins, column, len(cells), drawn=drawn))
    near = text[max(begins, start - _NEAR) : min(ends, start + _NEAR)]
    at = start - max(begins, start - _NEAR)
    before = [one.end() for one in _SENTENCE.finditer(near, 0, at)]
    behind = _SENTENCE.search(near, at)
    return Place(near[before[-1] if before else 0 : behind.start() if behind else len(near)])


def _is_drawn(line: str) -> bool:
    """With bars around it, as Markdown has them; else they stand between cells alone, and the first may be empty."""
    bare = line.strip()
    return bare.startswith("|") and bare.endswith("|") and len(bare) > 1


def _cells(line: str, *, drawn: bool) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|") if drawn else line
    return [one.strip() for one in inner.split("|")]


def _head(text: str, begins: int, column: int, width: int, *, drawn: bool) -> str:
    """Of the table that the line which begins there is in: its rows above the rule, else those at its top that have no
    label, or its first one.
    """
    rows, ruled = list[list[str]](), False
    for line in reversed(text[max(0, begins - LONGEST) : begins].split("\n")[:-1]):
        if "|" not in line:
            break
        if _RULE.fullmatch(line) and "-" in line:
            rows, ruled = [], True
        else:
            rows.append(_of_width(_cells(line, drawn=drawn), width))
    rows.reverse()
    without_label = next((at for at, cells in enumerate(rows) if cells and cells[0]), len(rows))
    heads = rows[-MOST_HEADS:] if ruled else rows[: max(1, min(without_label, MOST_HEADS))]
    return " ".join(cells[column] for cells in heads if len(cells) == width and 0 < column < width)


def _of_width(cells: list[str], width: int) -> list[str]:
    """The empty cell over the labels may have been left out."""
    return ["", *cells] if len(cells) == width - 1 and all(cells) else cells
