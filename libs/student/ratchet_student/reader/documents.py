"""A document's text as texts and tables, each with its place in it.

A table is two lines or more whose cells are told apart: by ` | `, as documents are cut into chunks, by bars as in
Markdown, or by tabs. Lines of one cell, at most two between two such lines, are rows of the table.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice

from ratchet_student.reader.given import MAX_COLUMNS

LONGEST_LABEL = 200  # characters of a line of one cell that is a row
LONGEST_RULE = 2_000
LABELS = 2  # such lines in a row

_DASHES = r"\s*(?::-+:?|-+:|-{2,})\s*"
_RULE = re.compile(rf"\|?{_DASHES}(?:\|{_DASHES})*\|?")  # of Markdown, below the heads
_BARS = {"markdown": re.compile(r"(?<!\\)\|"), "chunk": re.compile(r"(?:^| |(?<= ))\| "), "tight": re.compile(r"\|")}
_TABS = re.compile(r"\t")
_ENDS = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"  # of lines


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, or a cell: where in the document it begins and ends."""

    text: str
    start: int
    end: int


Rows = tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True, slots=True)
class Parted:
    texts: tuple[Piece, ...]  # runs of lines that are no table
    tables: tuple[Rows, ...]


def parted(document: str) -> Parted:
    """Of a row MAX_COLUMNS cells, and the rest as one more."""
    lines = list(_lines(document))
    texts, tables = list[Piece](), list[Rows]()
    for kind, group in groupby(zip(_kinds_of(lines), lines, strict=True), key=lambda one: one[0]):
        run = [line for _, line in group]
        if kind:
            tables.append(tuple(_rows(run, kind)))
        elif (text := document[run[0].start : run[-1].end]).strip():
            texts.append(Piece(text, run[0].start, run[-1].end))
    return Parted(tuple(texts), tuple(tables))


def holds_table(document: str) -> bool:
    return any(_kinds_of(list(_lines(document))))


def _lines(document: str) -> Iterator[Piece]:
    at = 0
    for line in document.splitlines(keepends=True):
        text = line.rstrip(_ENDS)
        yield Piece(text, at, at + len(text))
        at += len(line)


def _kinds_of(lines: Sequence[Piece]) -> list[str]:
    """What tells the cells of each line's table apart, a bar or a tab; empty where it stands in none."""
    own = [_kind_of(line.text) for line in lines]
    kinds, last = list[str](), ""
    for place, kind in enumerate(own):
        last = kind or (last if _is_label(lines[place].text) and _goes_on(own, lines, place, last) else "")
        kinds.append(last)
    sides = zip(["", *kinds], kinds, [*kinds[1:], ""], strict=False)
    return [kind if kind in (before, after) else "" for before, kind, after in sides]


def _kind_of(line: str) -> str:
    if "|" in line:
        return "|"
    return "\t" if "\t" in line.strip() else ""


def _is_label(line: str) -> bool:
    return 0 < len(line.strip()) <= LONGEST_LABEL


def _goes_on(own: Sequence[str], lines: Sequence[Piece], place: int, kind: str) -> bool:
    """A row of the table follows, with no more than labels in between."""
    before = next((back for back in range(LABELS) if place - back < 1 or own[place - back - 1]), LABELS)
    for after in range(place + 1, min(place + 1 + LABELS - before, len(lines))):
        if own[after]:
            return bool(kind) and own[after] == kind
        if not _is_label(lines[after].text):
            return False
    return False


def _rows(lines: Sequence[Piece], kind: str) -> Iterator[tuple[Piece, ...]]:
    way, skipped = "", None
    if kind == "|":
        way = _way_of([line.text for line in lines if "|" in line.text])
        skipped = 1 if _is_rule(lines[1].text) else None
    for place, line in enumerate(lines):
        if place != skipped:
            yield tuple(_cells(line, way))


def _way_of(lines: Sequence[str]) -> str:
    framed, ruled = all(line.lstrip().startswith("|") for line in lines), _is_rule(lines[1])
    if ruled or (framed and all(line.rstrip().endswith("|") for line in lines)):
        return "markdown"
    return "chunk" if any(" | " in line for line in lines) else "tight"


def _cells(line: Piece, way: str) -> Iterator[Piece]:
    text, start = line.text, line.start
    if way == "markdown":
        text, start = _without_frame(text, start)
    elif way == "chunk" and text.rstrip().endswith(" |"):
        text = text.rstrip()[:-2]
    at = 0
    for found in chain(islice((_BARS[way] if way else _TABS).finditer(text), MAX_COLUMNS), [None]):
        end = found.start() if found else len(text)
        yield _cell(text[at:end], start + at, markdown=way == "markdown")
        at = found.end() if found else end


def _is_rule(line: str) -> bool:
    return len(line) <= LONGEST_RULE and bool(_RULE.fullmatch(line.strip()))


def _without_frame(line: str, start: int) -> tuple[str, int]:
    inside = line.rstrip()
    if inside.endswith("|") and not inside.endswith("\\|"):
        inside = inside[:-1]
    bare = inside.lstrip().removeprefix("|")
    return bare, start + len(inside) - len(bare)


def _cell(text: str, start: int, *, markdown: bool) -> Piece:
    inside = text.strip()
    begins = start + text.find(inside)
    said = inside.replace("\\|", "|").strip("*`") if markdown else inside
    return Piece(" ".join(said.split()), begins, begins + len(inside))
