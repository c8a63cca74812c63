"""The cells of a table that is drawn, by the lines around each: over how many rows it goes, and all of its text."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from ratchet_documents.parsed import Merged
from ratchet_documents.pdf.rows import Row
from ratchet_documents.pdf.segments import Segment
from ratchet_documents.tidying import is_number

_FIGURES = 2
_SAME = 2.0  # points between two lines that are one
Cells = list[tuple[str, ...]]


def all_drawn(rows: Sequence[Row]) -> bool:
    """Whether lines are drawn around each cell. Between columns alone there are: several figures are in one then."""
    segments = [segment for row in rows for segment in row.segments]
    if not all(segment.cell and segment.in_cell for segment in segments):
        return False
    figures = Counter((segment.cell, segment.sides) for segment in segments if is_number(segment.text))
    return max(figures.values(), default=0) < _FIGURES


def cells_of(rows: Sequence[Row], columns: int, place: Callable[[Segment], range]) -> tuple[Cells, list[Merged]]:
    """`rows`: lines of text of which several may be in one cell. `place`: the columns that a segment stands over."""
    placed = [(segment, segment.cell) for row in rows for segment in row.segments if segment.cell is not None]
    heights = _heights(height for _, cell in placed for height in cell)
    bands = [(low + high) / 2 for high, low in pairwise(heights)]
    texts: dict[tuple[range, range], list[str]] = {}
    for segment, (bottom, top) in placed:
        its = [at for at, middle in enumerate(bands) if bottom < middle < top]
        if its:
            texts.setdefault((range(its[0], its[-1] + 1), place(segment)), []).append(segment.text)
    cells = [[""] * columns for _ in bands]
    merged: list[Merged] = []
    for (its_bands, its_columns), parts in texts.items():
        if len(its_bands) > 1 or len(its_columns) > 1:
            merged.append(Merged(its_bands.start, its_columns.start, len(its_bands), len(its_columns)))
        for band in its_bands:
            for column in its_columns:
                cells[band][column] = f"{cells[band][column]} {' '.join(parts)}".strip()
    return [tuple(line) for line in cells], merged


def _heights(all_of_them: Iterable[float]) -> list[float]:
    """Of the lines, from the top."""
    found: list[float] = []
    for height in sorted(all_of_them, reverse=True):
        if not found or found[-1] - height > _SAME:
            found.append(height)
    return found
