"""The periods that the heads of columns name: a report has figures of more than one."""

import re
from collections.abc import Iterator

from ratchet_documents.metadata.periods import ended_in, periods_in
from ratchet_documents.metadata.sources import PAGES, Found
from ratchet_documents.parsed import Parsed, Table

MOST = 12  # periods
PARTED_BY = ", "
_YEAR = re.compile(r"\s*((?:19|20)\d\d)\s*(?:\([a-z0-9]\)|\*)?\s*", re.I)


def periods_of_columns(parsed: Parsed, period: Found | None) -> Found | None:
    """`2023, 2022`, as `period` tells them, where there is more than one with the document's own. Years alone are taken
    where the document is of a year or of none: above a quarter's figures they are quarters. What comes after its own
    period is foretold, or due.
    """
    own = period.value if period else ""
    found: dict[str, int] = {}
    for page, cell in _heads(parsed):
        for name in _named(cell, years="-" not in own):
            if not own or name[:4] <= own[:4]:
                found.setdefault(name, page)
        if len(found) >= MOST:
            break
    if not found.keys() - {own} or len({own, *found} - {""}) == 1:
        return None  # one alone is `period`
    return Found(PARTED_BY.join(list(found)[:MOST]), "text", min(found.values()))


def _heads(parsed: Parsed) -> Iterator[tuple[int, str]]:
    for page in parsed.pages[:PAGES]:
        for block in page.blocks:
            if isinstance(block, Table):
                yield from ((page.number, cell) for row in block.rows[: max(1, block.heads)] for cell in row)


def _named(cell: str, *, years: bool) -> Iterator[str]:
    if named := periods_in(cell):
        yield from named
    elif years and (year := _YEAR.fullmatch(cell)):
        yield year[1]
    elif years:
        yield from (str(day.year) for *_, what, day in ended_in(cell) if "year" in what or "twelve" in what)
