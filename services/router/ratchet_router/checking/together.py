"""Which figures of a text belong together, so that something may be reckoned from them: those of one row of a table, of
one column, of rows with the same label, and of what stands around the tables. Pure.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

from ratchet_router.checking.figures import figures_in

MOST: Final = 40  # figures that are taken together: of longer columns those within so many rows
READ: Final = 4_000  # rows: of more the rest is left out
BETWEEN: Final = 2  # lines that are no row, within a table
LONGEST_LABEL: Final = 80  # characters

_BARS: Final = re.compile(r"[|\t]")
_BELOW_ZERO: Final = re.compile(r"[-\u2212(]\s?[$€£¥₹]?\s?\Z")
_BEFORE: Final = 4  # characters before a figure in which its sign stands

Together = Sequence[float]  # in their order, with their signs
Row = Sequence[str]


def together_in(text: str) -> Iterator[Together]:
    tables, rest = _parted(text)
    rows = list(chain.from_iterable(tables))
    yield from _cut(_figures(" | ".join(row)) for row in rows)
    yield from _cut(column for table in tables for column in _columns(table))
    yield from _cut(_alike(rows))
    yield from _cut(iter([_figures(rest)]))


def _parted(text: str) -> tuple[list[list[Row]], str]:
    """Tables, and all lines that are no row of one."""
    tables, rest, since, read = list[list[Row]](), list[str](), BETWEEN + 1, 0
    for line in text.splitlines():
        cells = _BARS.split(line)
        if len(cells) < 2 or read == READ:
            rest.append(line)
            since += 1
            continue
        if since > BETWEEN:
            tables.append([])
        tables[-1].append(cells)
        since, read = 0, read + 1
    return [_unframed(table) for table in tables], "\n".join(rest)


def _unframed(table: list[Row]) -> list[Row]:
    """Without the bar that begins each line in Markdown: where one line begins without it, it parts an empty cell."""
    return table if any(row[0].strip() for row in table) else [row[1:] for row in table]


def _columns(table: Sequence[Row]) -> Iterator[Together]:
    for place in range(1, max(map(len, table))):
        yield [value for row in table if place < len(row) for value in _figures(row[place])[:1]]


def _alike(rows: Sequence[Row]) -> Iterator[Together]:
    """Of several tables: one company's sales beside another's."""
    found = defaultdict[str, list[Row]](list)
    for row in rows:
        if label := row[0].strip().casefold()[:LONGEST_LABEL]:
            found[label].append(row)
    for alike in found.values():
        if len(alike) > 1:
            yield _figures(" | ".join(cell for row in alike for cell in row[1:]))


def _figures(text: str) -> list[float]:
    """Without what may be a year."""
    return [
        -value if _BELOW_ZERO.search(text, max(0, figure.start - _BEFORE), figure.start) else value
        for figure in figures_in(text)
        if not figure.may_be_year
        for value, _ in figure.readings[:1]
    ]


def _cut(runs: Iterator[Together]) -> Iterator[Together]:
    """Each with the half of the next one, so that what stands near each other stays together."""
    for run in runs:
        for start in range(0, max(1, len(run) - MOST // 2), MOST // 2):
            if len(part := run[start : start + MOST]) > 1:
                yield part
