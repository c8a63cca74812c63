"""What of a document is read for one question, where it has more than is read at once; each part left out is said."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from ratchet_student.questions import stems_of
from ratchet_student.reader.documents import Parted, Piece, Rows, parted
from ratchet_student.reader.given import MAX_CELL, MAX_COLUMNS, MAX_ROWS, MAX_TABLES, MAX_TEXT

MAX_DOCUMENT = 1_000_000  # characters
HEADS = 3  # rows that stand over each part of a table that is cut


@dataclass(frozen=True, slots=True)
class Fitting:
    texts: tuple[Piece, ...]
    tables: tuple[Rows, ...]
    assumptions: tuple[str, ...]
    whole: bool  # nothing was left out for the question's sake: it is the same for any


def fitting(document: str, question: str) -> Fitting:
    said = list[str]()
    if len(document) > MAX_DOCUMENT:
        said.append(f"Of {len(document):,} characters of the document the first {MAX_DOCUMENT:,} were read.")
    found = parted(document[:MAX_DOCUMENT])
    tables = [part for table in found.tables for part in _parts(table, said)]
    texts = _paragraphs(found)
    sizes = [sum(min(len(cell.text), MAX_CELL) for row in table for cell in row) for table in tables]
    kept = _most_alike([_words_in(table) for table in tables], sizes, MAX_TABLES, question)
    if len(kept) < len(tables):
        said.append(f"Of {len(tables):,} tables the {len(kept):,} that have most of the question were read.")
    each = [text.text for text in texts]
    kept_texts = _most_alike(each, [len(text) + 2 for text in each], len(each), question)
    if len(kept_texts) < len(texts):
        said.append(f"Of {len(texts):,} paragraphs the {len(kept_texts):,} that have most of the question were read.")
    whole = len(kept) == len(tables) and len(kept_texts) == len(texts)
    return Fitting(
        tuple(texts[place] for place in kept_texts),
        tuple(tables[place] for place in kept),
        tuple(dict.fromkeys(said)),
        whole,
    )


def _parts(table: Rows, said: list[str]) -> list[Rows]:
    if max(map(len, table), default=0) > MAX_COLUMNS:
        said.append(f"Of a table's columns the first {MAX_COLUMNS} were read.")
        table = tuple(row[:MAX_COLUMNS] for row in table)
    if len(table) <= MAX_ROWS:
        return [table]
    heads, size = table[:HEADS], MAX_ROWS - HEADS
    return [(*heads, *islice(table, at, at + size)) for at in range(HEADS, len(table), size)]


def _paragraphs(found: Parted) -> Sequence[Piece]:
    """The texts, each in lines where all of them are more than is read; a longer line is cut."""
    if sum(len(text.text) + 2 for text in found.texts) <= MAX_TEXT:
        return found.texts
    pieces = list[Piece]()
    for text in found.texts:
        at = text.start
        for line in text.text.splitlines(keepends=True):
            for cut in range(0, len(line), MAX_CELL):
                part = line[cut : cut + MAX_CELL].rstrip()
                if part:
                    pieces.append(Piece(part, at + cut, at + cut + len(part)))
            at += len(line)
    return pieces


def _words_in(table: Rows) -> str:
    return " ".join(cell.text for row in table for cell in row if cell.text)


def _most_alike(texts: Sequence[str], sizes: Sequence[int], most: int, question: str) -> list[int]:
    """Places in their order: those with most of the question, the rare words weighing more, within MAX_TEXT."""
    if len(texts) <= most and sum(sizes) <= MAX_TEXT:
        return list(range(len(texts)))
    asked = stems_of(question)
    there = [asked & stems_of(text) for text in texts]
    holding = Counter(stem for its in there for stem in its)
    worth = {stem: math.log((1 + len(texts)) / (1 + holding[stem])) + 0.1 for stem in asked}
    best = sorted(range(len(texts)), key=lambda place: (-sum(worth[stem] for stem in sorted(there[place])), place))
    kept, room = list[int](), MAX_TEXT
    for place in best:
        if sizes[place] <= room and len(kept) < most:
            kept.append(place)
            room -= sizes[place]
    return sorted(kept)
