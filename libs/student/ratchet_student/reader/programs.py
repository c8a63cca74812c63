"""What may answer: one operation on some cells, or heads, labels and spans as they stand."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from ratchet_student.reader.columns import Columns, Operand
from ratchet_student.reader.grid import Grid, Row, without_note
from ratchet_student.reader.lists import listings
from ratchet_student.reader.matching import TOTAL, Match, Query
from ratchet_student.reader.operations import computed

KINDS = (
    "text", "cell", "cells", "head", "heads", "label", "labels", "count", "difference", "change", "average", "ratio",
    "percentage", "sum",
)  # fmt: skip
ROWS, COLUMNS, WIDE = 5, 4, 8  # that are tried: rows, their columns in pairs, and one by one
DENOMINATORS = 3
PAIRED, SHARES = ("difference", "change", "ratio", "percentage"), ("ratio", "percentage")
TOGETHER = ("cells", "average", "sum")
OF_ITS_OPERANDS = ("difference", "average", "sum")  # what it comes to is in the unit of its operands
PAIR, THREE = 10, 11  # variants: two rows, three rows


@dataclass(frozen=True, slots=True)
class Program:
    """`variant`: how the operands were chosen."""

    kind: str
    operands: tuple[Operand, ...]
    parts: tuple[str, ...]
    number: float | None = None
    variant: int = 0
    worth: float = 0.0  # of a span: what its own forest expects


def programs(
    asked: Query, matches: Sequence[Match], grids: Sequence[Grid], kinds: frozenset[str], columns: Columns
) -> list[Program]:
    """Of these kinds, without spans of the texts."""
    top = matches[:ROWS]
    found = [*_on_cells(asked, top, kinds, columns), *_on_rows(matches, kinds, columns)]
    return [*found, *(Program(*its) for its in listings(asked, matches, grids, kinds, columns))]


def _on_cells(asked: Query, top: Sequence[Match], kinds: frozenset[str], columns: Columns) -> Iterator[Program]:
    """Within one row."""
    for match in top:
        row = match.row
        if "cell" in kinds:
            for place in [place for place, cell in enumerate(row.cells) if cell][:WIDE]:
                yield Program("cell", ((match, place),), (without_note(row.cells[place]),))
        best = columns.best(row)[:COLUMNS]
        for kind in PAIRED:
            if kind in kinds:
                for one, other in permutations(best, 2):
                    yield from _calculated(kind, ((match, one), (match, other)), 0)
        yield from _on_sets(asked, match, kinds, columns)


def _on_sets(asked: Query, match: Match, kinds: frozenset[str], columns: Columns) -> Iterator[Program]:
    for variant, chosen in _sets(asked, match.row, columns):
        for kind in TOGETHER:
            if kind in kinds:
                yield from _calculated(kind, tuple((match, place) for place in chosen), variant)


def _sets(asked: Query, row: Row, columns: Columns) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Columns that are taken together, each set once: those of the years that are asked for, all, a year with the one
    before, the best two and three. Percentages are not mixed with what they are of, and of one year there is one."""
    best = columns.best(row)
    percent = columns.percent(row)
    best = [place for place in best if percent[place] == percent[best[0]]]
    figures = sorted(best)[:WIDE]
    asked_for = [place for place in figures if row.years[place] & set(asked.years)]
    with_years = [place for place in figures if row.years[place]]
    tried = [(1, asked_for), (2, figures), (3, with_years), (4, best[:2]), (5, best[:3])]
    a_year = [
        place for place in best if not any(row.years[place] == row.years[one] for one in best[: best.index(place)])
    ]
    tried += [(8, [place for place in a_year if row.years[place] & set(asked.years)]), (9, a_year)]
    for year in asked.years[:2]:
        wanted = {year, str(int(year) - 1)}
        tried.append((6, [place for place in a_year if row.years[place] & wanted]))
    if len(asked.years) == 2:
        low, high = sorted(map(int, asked.years))
        between = {str(year) for year in range(low, min(high, low + 20) + 1)}
        tried.append((7, [place for place in figures if row.years[place] & between]))
    seen = set()
    for variant, chosen in tried:
        its = tuple(sorted(chosen))
        if len(its) > 1 and its not in seen:
            seen.add(its)
            yield variant, its


def _on_rows(matches: Sequence[Match], kinds: frozenset[str], columns: Columns) -> Iterator[Program]:
    """Rows of one table in one column."""
    top = matches[: ROWS - 1]
    pairs = [pair for pair in permutations(top, 2) if pair[0].grid is pair[1].grid]
    totals = [match for match in matches[ROWS - 1 :] if match.looks[TOTAL]][:DENOMINATORS]
    shares = [(one, total) for one in top[:2] for total in totals if one.grid is total.grid]
    for kind in SHARES:
        if kind in kinds:
            yield from _on_pairs(kind, [*pairs, *shares], columns)
    if "difference" in kinds:
        yield from _on_pairs("difference", pairs, columns)
    for kind in TOGETHER:
        if kind in kinds:
            yield from _on_pairs(kind, [pair for pair in pairs if pair[0].row.place < pair[1].row.place], columns)
            yield from _on_threes(kind, top, columns)


def _on_pairs(kind: str, pairs: Sequence[tuple[Match, Match]], columns: Columns) -> Iterator[Program]:
    for one, other in pairs:
        for place in columns.best(one.row)[:COLUMNS]:
            yield from _calculated(kind, ((one, place), (other, place)), PAIR)


def _on_threes(kind: str, top: Sequence[Match], columns: Columns) -> Iterator[Program]:
    for three in combinations(top, 3):
        if len({id(match.grid) for match in three}) == 1:
            for place in columns.best(three[0].row)[:2]:
                yield from _calculated(kind, tuple((match, place) for match in three), THREE)


def _calculated(kind: str, operands: tuple[Operand, ...], variant: int) -> Iterator[Program]:
    values = [float(one.row.values[place]) if place < len(one.row.values) else math.nan for one, place in operands]
    if kind == "cells":
        if all(map(math.isfinite, values)):
            parts = tuple(without_note(one.row.cells[place]) for one, place in operands)
            yield Program(kind, operands, parts, variant=variant)
        return
    if len({one.row.is_share(place) for one, place in operands}) > 1:
        return  # a percentage and an amount: nothing is computed of both
    number = computed(kind, values)
    if number is not None:
        yield Program(kind, operands, (said(number),), number, variant)


def said(number: float) -> str:
    """To two places, as answers are given."""
    rounded = round(number, 2) + 0.0
    return f"{rounded:.0f}" if rounded == int(rounded) else f"{rounded:.2f}".rstrip("0")
