"""Tables as text: a line a row, cut by rows where they are too long, the names of the columns before each part."""

from collections.abc import Iterator, Sequence
from itertools import chain, repeat

from ratchet_documents.cutting import cut
from ratchet_documents.parsed import Table

_PARTS = " | "


def lines_of(table: Table) -> list[str]:
    """A cell over several columns stands once in its line, where it begins; one over several rows in each of them."""
    repeated = {
        (row, column)
        for one in table.merged
        for row in range(one.row, one.row + one.rows)
        for column in range(one.column + 1, one.column + one.columns)
    }
    return [
        _PARTS.join("" if (at, column) in repeated else cell for column, cell in enumerate(row)).rstrip(" |")
        for at, row in enumerate(table.rows)
    ]


def parts_of(lines: Sequence[str], heads: int, first_room: int, room: int) -> Iterator[tuple[int, int, str]]:
    """First row, last row and text of each. `first_room`, `room`: characters that the first and the others may have."""
    head = lines[:heads]
    if sum(len(line) + 1 for line in head) > room // 3:
        head, heads = [], 0  # too long to be repeated
    held = list(head)
    first = 0
    space = first_room
    for at in range(heads, len(lines)):
        if _size([*held, lines[at]]) > space and len(held) > len(head):
            yield first, at - 1, "\n".join(held)
            held, first, space = list(head), at, room
        if _size([*held, lines[at]]) <= space:
            held.append(lines[at])
            continue
        taken = _size(head) + bool(head)
        for piece in cut(lines[at], chain((space - taken,), repeat(room - taken))):  # one row alone is too long
            if len(held) > len(head):
                yield first, at, "\n".join(held)
                held, first, space = list(head), at, room
            held.append(piece)
    if held:
        yield first, len(lines) - 1, "\n".join(held)


def _size(lines: Sequence[str]) -> int:
    return sum(map(len, lines)) + max(0, len(lines) - 1)
