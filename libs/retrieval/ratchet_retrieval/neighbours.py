"""What belongs to a passage: what stands before and after it, and the table that it speaks of. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ratchet_retrieval.passages import Passage

_FOLLOWING: Final = re.compile(
    r"\b(?:(?:the\s+)?(?:following|below)\s+tables?|tables?\s+(?:that\s+follows?|below)|as\s+follows|(?:shown|set\s+forth|"
    r"presented|summari[sz]ed)\s+below|the\s+following\b[^.:]{0,80}:)",
    re.I,
)
_PRECEDING: Final = re.compile(
    r"\b(?:(?:the\s+)?(?:preceding|previous|above|foregoing)\s+tables?|tables?\s+above|(?:shown|set\s+forth|presented)\s+above)\b",
    re.I,
)
_NUMBERED: Final = re.compile(r"\btables?\s+((?:[A-Z]\.?)?\d{1,3}(?:[.-]\d{1,2})?[a-z]?)\b", re.I)
REACH: Final = 4  # passages on either side in which its table is looked for


def orders_around(order: int, reach: int) -> list[int]:
    return [at for at in range(max(0, order - reach), order + reach + 1) if at != order]


def beside(hit: Passage, around: Iterable[Passage], reach: int = 1) -> list[Passage]:
    """Before and after it, where no other chapter begins between: in the order of the document."""
    at, top = hit.chunk.order, hit.chunk.headings[:1]
    close = (one for one in around if one.chunk.order != at and abs(one.chunk.order - at) <= reach)
    return sorted((one for one in close if one.chunk.headings[:1] == top), key=_order)


def tables_meant(hit: Passage, around: Sequence[Passage]) -> list[Passage]:
    """All parts that are around of the one table: that it names by number, that follows, that precedes."""
    if hit.chunk.table is not None:
        return sorted((one for one in around if _same_table(one, hit) and one is not hit), key=_order)
    text = hit.chunk.text
    named = {found[1].casefold() for found in _NUMBERED.finditer(text)}
    for one in sorted(around, key=lambda one: abs(one.chunk.order - hit.chunk.order)):
        if one.chunk.table is not None and named & set(_numbers_of(one)):
            return _whole(one, around)
    if _FOLLOWING.search(text):
        return _whole(_nearest(hit, around, after=True), around)
    if _PRECEDING.search(text):
        return _whole(_nearest(hit, around, after=False), around)
    return []


def _numbers_of(table: Passage) -> Iterator[str]:
    """Its number stands in its caption, or in its first line."""
    said = f"{table.chunk.caption}\n{table.chunk.text.partition(chr(10))[0]}"
    return (found[1].casefold() for found in _NUMBERED.finditer(said))


def _nearest(hit: Passage, around: Iterable[Passage], *, after: bool) -> Passage | None:
    at, top = hit.chunk.order, hit.chunk.headings[:1]
    tables = [
        one
        for one in around
        if one.chunk.table is not None and (one.chunk.order > at) == after and one.chunk.headings[:1] == top
    ]
    return min(tables, key=lambda one: abs(one.chunk.order - at), default=None)


def _whole(table: Passage | None, around: Iterable[Passage]) -> list[Passage]:
    return [] if table is None else sorted((one for one in around if _same_table(one, table)), key=_order)


def _same_table(one: Passage, other: Passage) -> bool:
    mine, its = one.chunk.table, other.chunk.table
    return mine is not None and its is not None and mine.number == its.number


def _order(one: Passage) -> int:
    return one.chunk.order
