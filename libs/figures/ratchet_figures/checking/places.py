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
    if line.lstrip().startswith("|"):
        cells = _cells(line)
        return Place(cells[0], _head(text, begins, line[: start - begins].strip().count("|") - 1, len(cells)))
    near = text[max(begins, start - _NEAR) : min(ends, start + _NEAR)]
    at = start - max(begins, start - _NEAR)
    before = [one.end() for one in _SENTENCE.finditer(near, 0, at)]
    behind = _SENTENCE.search(near, at)
    return Place(near[before[-1] if before else 0 : behind.start() if behind else len(near)])


def _cells(line: str) -> list[str]:
    return [one.strip() for one in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _head(text: str, begins: int, column: int, width: int) -> str:
    """Of the table that the line which begins there is in: its rows above the rule, or its first one."""
    rows, of_head = list[str](), 1
    for line in reversed(text[max(0, begins - LONGEST) : begins].split("\n")[:-1]):
        if not line.lstrip().startswith("|"):
            break
        if _RULE.fullmatch(line):
            rows, of_head = [], MOST_HEADS
        else:
            rows.append(line)
    heads = [cells[column] for one in rows[-of_head:] if len(cells := _cells(one)) == width and 0 < column < width]
    return " ".join(reversed(heads))
