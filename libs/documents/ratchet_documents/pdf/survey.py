"""How a document is set, from some of its pages: the size of its text and of its headings, and what runs along."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice, pairwise

from ratchet_documents.of_text import heading_level
from ratchet_documents.pdf.rows import Row
from ratchet_documents.pdf.tables import NEAR
from ratchet_documents.tidying import MOST_HEADS, is_number

LARGER = 1.12  # times the size of the text: a heading
MOST_LEVELS = 6
EDGE = 2  # rows at the top and at the bottom in which headers and footers are looked for
_WHOLE = re.compile(r"(?<![\d.,])\d{1,6}(?![\d]|[.,]\d)")
_TRIED = 8  # numbers of a row, each of which may be that of the page
_RUNNING_FROM = 3  # pages
_SAME_SIZE = 0.6  # points
# What stands beside the number of a page in some languages: a row of that and of numbers is no heading, however large.
_OF_PAGES = re.compile(
    r"(?i:page|pages|pg|of|p|slide|folie|seite|seiten|von|sur|p[aá]gina|pag|de|di|sida|av|side|strana|strona|z|"
    r"עמוד|מתוך|صفحة|من|\u7b2c|\u9875|\u9801|\u30da\u30fc\u30b8)"
)
_NUMBER_OF_PAGE = re.compile(r"\d{1,4}|[ivxl]{1,7}|[IVXL]{1,7}")
_NUMBERS = 2  # of the page, and of all pages
Alike = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Look:
    text_size: float
    mostly_bold: bool
    heading_sizes: tuple[float, ...]  # from the largest
    running: frozenset[Alike]  # headers and footers

    def level(self, row: Row) -> int:
        """0 for what is set as text."""
        size = _rounded(row.size)
        if size > self.text_size * LARGER:
            above = sum(1 for one in self.heading_sizes if one > size)
            return min(above + 1, MOST_LEVELS)
        if row.bold and not self.mostly_bold and size > self.text_size * 0.9:
            return min(len(self.heading_sizes) + 1, MOST_LEVELS)
        return 0

    def runs_along(self, row: Row, page: int, *, at_top: bool) -> bool:
        """`at_top`: one of the first rows. Headings there count with the pages where each begins one (`Site 1`, …)."""
        if (row.text, 0) in self.running:
            return True
        return not self.running.isdisjoint(_alike(row, page)) and not (at_top and self._is_counted_heading(row))

    def _is_counted_heading(self, row: Row) -> bool:
        """Whether it is set or worded as a heading, in one piece: headers have numbers at the edge."""
        words = re.findall(r"[^\W\d_]+", row.text)
        if len(row.segments) > 1 or all(_OF_PAGES.fullmatch(word) for word in words):
            return False
        return self.level(row) > 0 or (heading_level(row.text) > 0 and not row.text.isupper())


def look_of(pages: Iterable[tuple[int, Sequence[Row]]]) -> Look:
    """`pages`: the numbers of some pages, and the rows of each from top to bottom."""
    letters: Counter[float] = Counter()
    bold = seen = count = 0
    edges: Counter[Alike] = Counter()
    for page, rows in pages:
        count += bool(rows)
        for row in rows:
            for segment in row.segments:
                letters[_rounded(segment.size)] += len(segment.text)
                bold += len(segment.text) if segment.bold else 0
                seen += len(segment.text)
        edges.update({one for row in chain(*edge_rows(rows)) for one in _alike(row, page)})
    text_size = letters.most_common(1)[0][0] if letters else 10.0
    larger = sorted((size for size in letters if size > text_size * LARGER), reverse=True)
    running = {one for one, times in edges.items() if times >= _RUNNING_FROM and 2 * times > count}
    return Look(text_size, 2 * bold > seen, tuple(larger), frozenset(running))


def is_page_number(row: Row) -> bool:
    """Nothing but that: `12`, `- 3 -`, `Page 2 of 9`, `iv`. Rows of more numbers are of a table."""
    words = [word for word in re.findall(r"\w+", row.text) if not _OF_PAGES.fullmatch(word)]
    return 0 < len(words) <= _NUMBERS and all(map(_NUMBER_OF_PAGE.fullmatch, words))


def edge_rows(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """At the top, and of the others those at the bottom."""
    return list(rows[:EDGE]), list(rows[max(EDGE, len(rows) - EDGE) :])


def heads_of_tables(rows: Sequence[Row]) -> list[Row]:
    """Of the first rows of a page, those with rows of a table right below: its heads come on each of its pages."""
    heads: list[Row] = []
    for at, (row, below) in reversed([*enumerate(pairwise(rows[: EDGE + MOST_HEADS]))]):
        if not _is_right_above(row, below):
            continue
        under = _headed(row, below, rows[at + 2 : at + 3])
        names = min(len(row.segments), len(under.segments)) > 1 and _stands_over(row, under)
        if names or (heads[-1:] == [below] and row.left > below.segments[0].right):  # that is over several columns
            heads.append(row)
    return heads


def _is_right_above(row: Row, below: Row) -> bool:
    return -row.size < row.bottom - below.top < NEAR * row.size and abs(row.size - below.size) <= _SAME_SIZE


def _headed(row: Row, below: Row, then: Sequence[Row]) -> Row:
    """What `row` heads: of a label over all columns, such as `Assets`, what stands right under that."""
    if not then or len(below.segments) > 1 or not _is_right_above(below, then[0]):
        return below
    return then[0] if _is_drawn(row) == _is_drawn(then[0]) else below


def _is_drawn(row: Row) -> bool:
    return any(one.in_cell for one in row.segments)


def _stands_over(row: Row, below: Row) -> bool:
    """Whether each of its segments has one of the other's under it."""
    return all(any(one.left < its.right and its.left < one.right for its in below.segments) for one in row.segments)


def _alike(row: Row, page: int) -> set[Alike]:
    """What a header or footer has on each of its pages: its text, or that without the one number that counts the pages.

    With the number goes how far it is from that of the page. Nothing for a row with several figures, which is one of a
    table: totals at the end of each page are no footers.
    """
    if sum(is_number(segment.text) for segment in row.segments) > 1:
        return set()
    text = row.text
    counting = islice(_WHOLE.finditer(text), _TRIED)
    without = {(f"{text[: one.start()]}\x00{text[one.end() :]}", int(one[0]) - page) for one in counting}
    return {(text, 0), *without}


def _rounded(size: float) -> float:
    return round(size * 2) / 2
