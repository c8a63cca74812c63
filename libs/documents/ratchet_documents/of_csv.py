"""CSV: one table, or several where empty lines part them; what parts its cells is found by looking."""

import csv
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from ratchet_documents.collecting import Collected
from ratchet_documents.refusal import RefusedError
from ratchet_documents.tidying import HEADS_ALONE, has_heads_alone, heads_of

LOOKED_AT = 50  # lines
_MARKS = ",;\t|"
_TOLD = re.compile(r"\s*\"?sep=(?P<mark>[^\w\s\"]|\t)\"?\s*", re.I)  # the first line, as Excel writes and reads it


def read_csv(lines: Iterable[str], found: Collected) -> None:
    """Raises RefusedError."""
    all_lines = iter(lines)
    first = list(islice(all_lines, LOOKED_AT))
    # Of the whole process, in which others read CSV, too: it is never lowered.
    csv.field_size_limit(max(csv.field_size_limit(), found.account.limits.characters))
    if told := _TOLD.fullmatch(first[0]) if first else None:
        first[0] = "\n"  # of which no table is made; lines are counted as they stand
    mark = told["mark"] if told else _parting(first)
    rows = csv.reader((line.replace("\x00", "") for line in chain(first, all_lines)), delimiter=mark, strict=True)
    try:
        for table in _tables(rows, found):
            if has_heads_alone(table):
                found.assume(HEADS_ALONE)
            found.table(table, heads=heads_of(table))
    except csv.Error:
        raise RefusedError("broken", f"Line {rows.line_num} is no CSV: is a quotation mark left open?") from None


def _tables(rows: Iterable[list[str]], found: Collected) -> Iterator[list[list[str]]]:
    table: list[list[str]] = []
    for row in rows:
        if any(cell.strip() for cell in row):
            if len(table) > found.account.limits.rows:
                break  # the table is refused where it is counted
            found.account.in_time()
            table.append(row)
        elif table:
            yield table
            table = []
    if table:
        yield table


def _parting(lines: list[str]) -> str:
    """The mark that gives most lines the same number of cells, above one."""

    def even(mark: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark) if row]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) / len(widths) if usual > 1 else 0.0, usual)

    try:
        return max(_MARKS, key=even)
    except csv.Error:
        return ","
