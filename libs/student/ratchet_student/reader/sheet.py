"""Texts and tables as they are read, and what is left of a long text for one question."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ratchet_student.passages import MAX_PASSAGES
from ratchet_student.questions import Text, read_text, text_of
from ratchet_student.reader.checking import checked_tables, checked_texts
from ratchet_student.reader.given import Table
from ratchet_student.reader.grid import Grid, read_grid
from ratchet_student.reader.matching import Query, stems

READ_PASSAGES = 20_000  # of all texts; those that have most of a question, MAX_PASSAGES, may answer it

_NOTE = re.compile(r"\(?\b(?:in|of)\b[^.()]{0,25}?\b(thousand|million|billion)s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    texts: tuple[str, ...]
    text: Text
    grids: tuple[Grid, ...]
    note: str  # the scale that the texts name
    stems: frozenset[str]  # of all that stands there
    assumptions: tuple[str, ...] = ()  # what was left out

    @property
    def document(self) -> str:
        """What of the texts is read."""
        return "\n".join(one.text for one in self.text.passages) if self.assumptions else "\n\n".join(self.texts)


def sheet_of(texts: Sequence[str], tables: Sequence[Table]) -> Sheet:
    """Raises UnreadableError."""
    whole = checked_texts(texts)
    grids = tuple(read_grid(place, rows) for place, rows in enumerate(checked_tables(tables)))
    note = _NOTE.search(whole)
    text = read_text(whole, READ_PASSAGES + 1)
    assumptions: tuple[str, ...] = ()
    if len(text.passages) > READ_PASSAGES:
        text = text_of(text.passages[:READ_PASSAGES])
        assumptions = (
            f"The texts have more than {READ_PASSAGES:,} sentences and rows: those after them were not read.",
        )
    there = frozenset(text.holding).union(*map(_stems_in, grids))
    return Sheet(tuple(texts), text, grids, note[1].lower() if note else "", there, assumptions)


def narrowed(sheet: Sheet, asked: Query) -> Sheet:
    """Of a long text the passages that have most of the question, the rare words weighing more; in their order."""
    passages, holding = sheet.text.passages, sheet.text.holding
    count = len(passages)
    if count <= MAX_PASSAGES:
        return sheet
    worth = {stem: weight * math.log((1 + count) / (1 + holding[stem])) for stem, weight in asked.weights.items()}
    found = np.array([sum(worth[stem] for stem in its & worth.keys()) for its in sheet.text.stems])
    kept = np.sort(np.argsort(-found, kind="stable")[:MAX_PASSAGES])
    said = (
        f"Of {count:,} sentences and rows of the texts the {MAX_PASSAGES:,} that have most of the question were read."
    )
    return replace(sheet, text=text_of([passages[place] for place in kept]), assumptions=(*sheet.assumptions, said))


def _stems_in(grid: Grid) -> frozenset[str]:
    """Each text once: heads are those of many rows."""
    each = dict.fromkeys(text for row in grid.rows for text in (row.label, row.section, *row.cells, *row.heads))
    return frozenset(stems(" ".join(each)))
