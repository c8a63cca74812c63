"""A document as passages in which an answer may stand: its sentences, and the rows of its tables.

A row is a line whose cells are told apart by bars or tabs. The first rows of a table that hold no figures, but years,
head its columns; a row that has a label only heads those below it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice

from ratchet_student.sentences import MAX_CHARACTERS, MAX_SENTENCES, sentences
from ratchet_student.words import places

MAX_PASSAGES = 3_000
MAX_CELLS = 40  # of a row

_YEAR = re.compile(r"(?:19|20)\d\d")
_NOTE = re.compile(r"\(\d\)")
_RULE = re.compile(r"[\s|:=+-]*")
_SCALE = re.compile(r"\b(thousand|million|billion)s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passage:
    """`spans`: of a row its cells, by their first token and the one after the last, with what heads each of them."""

    text: str
    starts: tuple[int, ...]  # of its tokens
    ends: tuple[int, ...]
    spans: tuple[tuple[int, int], ...] = ()
    label: str = ""
    heads: tuple[str, ...] = ()  # as many as spans
    scale: str = ""  # in which a table's figures are: thousand, million, billion

    @property
    def is_row(self) -> bool:
        return bool(self.spans)

    def words(self) -> list[str]:
        return [self.text[start:end].lower() for start, end in zip(self.starts, self.ends, strict=True)]

    def between(self, first: int, after: int) -> str:
        return self.text[self.starts[first] : self.ends[after - 1]]


@dataclass(slots=True)
class _Table:
    scale: str
    heads: list[str] = field(default_factory=list)
    section: str = ""
    in_head: bool = True


def passages(document: str, most: int = MAX_PASSAGES) -> list[Passage]:
    """At most so many; the document counts up to MAX_CHARACTERS."""
    return list(islice(_all(document[:MAX_CHARACTERS], most), most))


def _all(document: str, most: int) -> Iterator[Passage]:
    scale = first[1].lower() if (first := _SCALE.search(document)) else ""
    for is_row, group in groupby(document.splitlines(), key=_is_row):
        lines = list(group)
        yield from _rows(lines, scale) if is_row else _sentences("\n".join(lines), max(most, MAX_SENTENCES))


def answer_words(text: str) -> list[str]:
    """As a passage's tokens compare, without marks."""
    return [word for start, end in places(text) if (word := text[start:end].lower())[0].isalnum()]


def years(text: str) -> frozenset[str]:
    return frozenset(_YEAR.findall(text))


def has_figure(text: str) -> bool:
    """Apart from years, and from numbers of notes, such as (1)."""
    return bool(re.search(r"\d", _NOTE.sub("", _YEAR.sub("", text))))


def _is_row(line: str) -> bool:
    return "|" in line or "\t" in line.strip()


def _sentences(text: str, most: int) -> Iterator[Passage]:
    for sentence in sentences(text, most):
        found = list(places(sentence.text))
        if found:
            yield Passage(sentence.text, tuple(start for start, _ in found), tuple(end for _, end in found))


def _rows(lines: Sequence[str], scale: str) -> Iterator[Passage]:
    table = _Table(its[1].lower() if (its := _SCALE.search("\n".join(lines[:4]))) else scale)
    for line in lines:
        if _RULE.fullmatch(line):
            continue
        cells = [" ".join(cell.split()) for cell in re.split(r"[|\t]", _without_frame(line))][:MAX_CELLS]
        if any(cells):
            yield _row(cells, table)


def _without_frame(line: str) -> str:
    """A bar at the very beginning stands before the first cell, not after an empty one."""
    return line.rstrip().removesuffix("|")[1:] if line.startswith("|") else line


def _row(cells: Sequence[str], table: _Table) -> Passage:
    filled = [cell for cell in cells if cell]
    heads_rows = len(filled) == 1 and bool(cells[0]) and any(table.heads[1:])
    heads_columns = table.in_head and not heads_rows and not any(map(has_figure, cells[1:]))
    if heads_columns:
        table.heads = [f"{above} {cell}".strip() for above, cell in _paired(table.heads, cells)]
    elif heads_rows:
        table.section = filled[0]
    table.in_head = heads_columns
    label = f"{table.section} {cells[0]}".strip() if not heads_columns else ""
    return _passage(cells, label, table)


def _passage(cells: Sequence[str], label: str, table: _Table) -> Passage:
    text, starts, ends, spans, heads = "", list[int](), list[int](), list[tuple[int, int]](), list[str]()
    for column, cell in enumerate(cells):
        found = [(len(text) + start, len(text) + end) for start, end in places(cell)]
        if found:
            spans.append((len(starts), len(starts) + len(found)))
            heads.append(table.heads[column] if column < len(table.heads) else "")
            starts += [start for start, _ in found]
            ends += [end for _, end in found]
            text += f"{cell} | "
    return Passage(text.removesuffix(" | "), tuple(starts), tuple(ends), tuple(spans), label, tuple(heads), table.scale)


def _paired(above: Sequence[str], cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    for column, cell in enumerate(cells):
        yield (above[column] if column < len(above) else ""), cell
