"""How a document is set, from some of its pages: the size of its text and of its headings, and what runs along."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ratchet_documents.pdf.rows import Row

LARGER = 1.12  # times the size of the text: a heading
MOST_LEVELS = 6
EDGE = 2  # rows at the top and at the bottom in which headers and footers are looked for
_DIGITS = re.compile(r"\d+")
_RUNNING_FROM = 3  # pages


@dataclass(frozen=True, slots=True)
class Look:
    text_size: float
    mostly_bold: bool
    heading_sizes: tuple[float, ...]  # from the largest
    running: frozenset[str]  # headers and footers, numbers as `#`

    def level(self, row: Row) -> int:
        """0 for what is set as text."""
        size = _rounded(row.size)
        if size > self.text_size * LARGER:
            above = sum(1 for one in self.heading_sizes if one > size)
            return min(above + 1, MOST_LEVELS)
        if row.bold and not self.mostly_bold and size > self.text_size * 0.9:
            return min(len(self.heading_sizes) + 1, MOST_LEVELS)
        return 0

    def runs_along(self, row: Row) -> bool:
        return masked(row.text) in self.running


def look_of(pages: Iterable[Sequence[Row]]) -> Look:
    """`pages`: the rows of each of some pages, from top to bottom."""
    letters: Counter[float] = Counter()
    bold = seen = count = 0
    edges: Counter[str] = Counter()
    for rows in pages:
        count += bool(rows)
        for row in rows:
            for segment in row.segments:
                letters[_rounded(segment.size)] += len(segment.text)
                bold += len(segment.text) if segment.bold else 0
                seen += len(segment.text)
        edges.update({masked(row.text) for row in edge_rows(rows)})
    text_size = letters.most_common(1)[0][0] if letters else 10.0
    larger = sorted((size for size in letters if size > text_size * LARGER), reverse=True)
    running = {text for text, times in edges.items() if times >= _RUNNING_FROM and 2 * times > count}
    return Look(text_size, 2 * bold > seen, tuple(larger), frozenset(running))


def edge_rows(rows: Sequence[Row]) -> list[Row]:
    return [*rows[:EDGE], *rows[max(EDGE, len(rows) - EDGE) :]]


def masked(text: str) -> str:
    return _DIGITS.sub("#", text)


def _rounded(size: float) -> float:
    return round(size * 2) / 2
