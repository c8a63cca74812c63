"""Answers that look over a whole row or column: which year, which row, which of them all, and how many."""

import math
import re
from collections.abc import Iterator, Sequence

from ratchet_student.reader.columns import Columns, Operand
from ratchet_student.reader.grid import Grid, Row
from ratchet_student.reader.matching import Match, Query

Listing = tuple[str, tuple[Operand, ...], tuple[str, ...], float | None, int]

ROWS, SECTIONS, MOST = 4, 4, 40
MAX, MIN, OVER, UNDER, EVERY, SECTION, ABOVE, FILLED = 20, 21, 22, 23, 24, 25, 26, 27

_TOTAL = re.compile(r"\s*(?:sub-?)?totals?\b", re.IGNORECASE)


def listings(
    asked: Query, matches: Sequence[Match], grids: Sequence[Grid], kinds: frozenset[str], columns: Columns
) -> Iterator[Listing]:
    if kinds & {"head", "heads", "count"}:
        yield from _heads(asked, matches[:ROWS], kinds)
        yield from _every_head(matches, grids, kinds)
    if "label" in kinds:
        yield from _extreme_labels(matches, columns)
    if kinds & {"labels", "count", "label"}:
        yield from _labels(asked, matches, grids, kinds, columns)


def head_said(row: Row, column: int) -> str:
    """The year alone where each column has its own."""
    years = row.years[column]
    own = len(years) == 1 and sum(years == other for other in row.years) == 1
    return next(iter(years)) if own else row.heads[column]


def _heads(asked: Query, top: Sequence[Match], kinds: frozenset[str]) -> Iterator[Listing]:
    """Over one row: where it is most or least, and where it is over or under a figure of the question."""
    for match in top:
        values = match.row.values
        figures = [place for place, value in enumerate(values) if not math.isnan(value)]
        with_years = [place for place in figures if match.row.years[place]]
        its = with_years or figures
        if len(its) < 2:
            continue
        if "head" in kinds:
            for variant, pick in ((MAX, max), (MIN, min)):
                best = pick(its, key=lambda place: values[place])
                yield "head", ((match, best),), (head_said(match.row, best),), None, variant
        for figure in asked.figures[:2]:
            for variant in (OVER, UNDER):
                hits = [
                    place for place in its if (values[place] > figure if variant == OVER else values[place] < figure)
                ]
                yield from _said(match, hits, kinds, variant)


def _said(match: Match, hits: Sequence[int], kinds: frozenset[str], variant: int) -> Iterator[Listing]:
    operands = tuple((match, place) for place in hits)
    parts = tuple(head_said(match.row, place) for place in hits)
    kind = "head" if len(hits) == 1 else "heads"
    if hits and kind in kinds:
        yield kind, operands, parts, None, variant
    if hits and "count" in kinds:
        yield "count", operands, (str(len(hits)),), float(len(hits)), variant


def _every_head(matches: Sequence[Match], grids: Sequence[Grid], kinds: frozenset[str]) -> Iterator[Listing]:
    for grid in grids:
        widest = max(
            (m for m in matches if m.grid is grid), key=lambda m: (m.row.values == m.row.values).sum(), default=None
        )
        if widest is None:
            continue
        figures = [place for place, value in enumerate(widest.row.values) if not math.isnan(value)]
        with_years = [place for place in figures if widest.row.years[place]]
        for its in (with_years, figures) if with_years != figures else (figures,):
            parts = tuple(dict.fromkeys(head_said(widest.row, place) for place in its))
            kind = "head" if len(parts) == 1 else "heads"
            operands = tuple((widest, place) for place in its)
            if parts and all(parts) and kind in kinds:
                yield kind, operands, parts, None, EVERY
            if len(parts) > 1 and "count" in kinds:
                yield "count", operands, (str(len(parts)),), float(len(parts)), EVERY


def _extreme_labels(matches: Sequence[Match], columns: Columns) -> Iterator[Listing]:
    """Down the columns that fit best: which row has most, which least; totals left aside."""
    for pool in _pools(matches):
        if len(pool) < 2:
            continue
        for place in columns.best(pool[0].row)[:2]:
            its = [m for m in pool if place < len(m.row.values) and not math.isnan(m.row.values[place])]
            for variant, pick in ((MAX, max), (MIN, min)):
                if len(its) > 1:
                    best = pick(its, key=lambda m: m.row.values[place])
                    yield "label", ((best, place),), (best.row.label,), None, variant


def _pools(matches: Sequence[Match]) -> Iterator[list[Match]]:
    """The rows of each table, and of each of the sections that fit best, in their order."""
    grids = list(dict.fromkeys(id(match.grid) for match in matches))
    for its in grids[:2]:
        rows = sorted((m for m in matches if id(m.grid) == its), key=lambda m: m.row.place)
        yield [m for m in rows if not _TOTAL.match(m.row.label)]
        sections = list(dict.fromkeys(m.row.section for m in matches if id(m.grid) == its and m.row.section))
        for section in sections[:SECTIONS]:
            yield [m for m in rows if m.row.section == section and not _TOTAL.match(m.row.label)]


def _labels(
    asked: Query, matches: Sequence[Match], grids: Sequence[Grid], kinds: frozenset[str], columns: Columns
) -> Iterator[Listing]:
    for nth, pool in enumerate(_pools(matches)):
        yield from _listed(pool, kinds, SECTION if nth else EVERY)
        for figure in asked.figures[:2] if pool else ():
            for place in columns.best(pool[0].row)[:2]:
                its = [m for m in pool if place < len(m.row.values)]
                yield from _listed([m for m in its if m.row.values[place] > figure], kinds, OVER, place)
                yield from _listed([m for m in its if m.row.values[place] < figure], kinds, UNDER, place)
    for match in matches[:2]:
        yield from _listed(_above(match, matches), kinds, ABOVE)
    sections = list(dict.fromkeys(row.section for grid in grids for row in grid.rows if row.section))
    if 1 < len(sections) <= MOST and matches:
        firsts = [next(m for m in matches if m.row.section == section) for section in sections]
        if "labels" in kinds:
            yield (
                "labels",
                tuple((m, -1) for m in firsts),
                tuple(one.rstrip(":") for one in sections),
                None,
                FILLED,
            )
        if "count" in kinds:
            yield "count", tuple((m, -1) for m in firsts), (str(len(sections)),), float(len(sections)), FILLED


def _above(match: Match, matches: Sequence[Match]) -> list[Match]:
    """The rows that a total adds up: those above it, up to another total or section."""
    rows = sorted((m for m in matches if m.grid is match.grid), key=lambda m: m.row.place)
    before = rows[: rows.index(match)]
    its: list[Match] = []
    for one in reversed(before):
        if one.row.section != match.row.section or _TOTAL.match(one.row.label):
            break
        its.append(one)
    return its[::-1]


def _listed(pool: Sequence[Match], kinds: frozenset[str], variant: int, place: int = -1) -> Iterator[Listing]:
    if not 0 < len(pool) <= MOST:
        return
    operands = tuple((match, place) for match in pool)
    labels = tuple(match.row.label for match in pool)
    kind = "label" if len(labels) == 1 else "labels"
    if kind in kinds:
        yield kind, operands, labels, None, variant
    if "count" in kinds:
        yield "count", operands, (str(len(pool)),), float(len(pool)), variant
