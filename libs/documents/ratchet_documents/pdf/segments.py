"""The text of a page of a PDF in segments: words that stand on one line without a wide gap, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import pypdfium2.raw as pdfium

from ratchet_documents.limits import Account
from ratchet_documents.pdf.letters import Box, Letters, Word, turned_by, words_of
from ratchet_documents.pdf.mixed_words import is_right_to_left, parts_of
from ratchet_documents.pdf.raised import RAISED, SMALL, with_mark
from ratchet_documents.pdf.rules import Drawn, Rules, drawn_on

WIDE = 1.1  # times the size of the letters: such a gap parts cells, and columns
_NARROW = 0.5  # such a gap is wider than those between words, and may part cells
_BROKEN_WORD = re.compile("[\x02\ufffe]")  # what PDFium gives for a hyphen at the end of a line
_DIGITS_RAISED = 2
_INSIDE = 0.5  # points, between a cell and the lines around it


@dataclass(frozen=True, slots=True)
class Segment:
    """In points, as the page is shown; y grows upwards."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool
    in_cell: bool = False  # whose sides are its left and right
    goes_on: bool = False  # with the next one, from which it has only a narrow gap
    gaps: tuple[tuple[float, float], ...] = ()  # between its words, each from the one to the other
    cell: tuple[float, float] | None = None  # bottom and top of the cell, where those are drawn too
    sides: tuple[float, float] | None = None  # of the cell that may be around it, where those are drawn

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


@dataclass(slots=True)
class _Held:
    """A segment that may grow yet."""

    words: list[str]
    box: Box
    size: float
    bold: bool
    gaps: list[tuple[float, float]] = field(default_factory=list)

    def take(self, piece: "_Held") -> None:
        self.words += piece.words
        self.gaps.append((self.box.right, piece.box.left))
        self.box = self.box.together_with(piece.box)

    def segment(self, drawn: Drawn, *, goes_on: bool) -> Segment:
        sides, cell = _around(self.box, drawn)
        return Segment(
            " ".join(self.words),
            *(*self.box, self.size, self.bold),
            goes_on=goes_on,
            gaps=tuple(self.gaps),
            cell=cell,
            sides=sides,
        )

    def mark(self, raised: "_Held") -> None:
        """`raised` tells a note, or is an exponent: it is no part of the figure before it."""
        self.words[-1] += raised.words[0].translate(RAISED)
        self.box = self.box._replace(right=max(self.box.right, raised.box.right))


def _around(box: Box, drawn: Drawn) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Its `sides` and `cell`."""
    middle = (box.bottom + box.top) / 2
    if (lines := drawn.upright.around(box.left, box.right, middle, middle)) is None:
        return None, None
    sides = (lines[0] + _INSIDE, lines[1] - _INSIDE)
    return sides, drawn.lying.around(box.bottom, box.top, sides[0] + _INSIDE, sides[1] - _INSIDE)


def segments_of(page: Any, account: Account) -> list[Segment]:
    """`page`: a PdfPage. Each word alone where some run from right to left: where they stand tells which come next.

    Raises RefusedError.
    """
    text_page = page.get_textpage()
    try:
        turned = turned_by(text_page, otherwise=int(pdfium.FPDFPage_GetRotation(page.raw)))
        drawn = drawn_on(page, turned, account)
        letters = Letters(text_page, turned, account)
        text = letters.text()
        if is_right_to_left(text):
            return [_alone(letters, part, drawn) for word in words_of(text) for part in parts_of(letters, word)]
        return list(_from_left(letters, text, drawn))
    finally:
        text_page.close()


def _from_left(letters: Letters, text: str, drawn: Drawn) -> Iterator[Segment]:
    held: _Held | None = None
    same_line = False
    for word in words_of(_BROKEN_WORD.sub("\xad", text)):
        marked = with_mark(letters, word)
        piece = _placed(letters, marked, held if same_line else None)
        if held is not None and _is_raised(piece, held):
            held.mark(piece)
            same_line = True  # PDFium takes what is behind the mark for another one
            continue
        goes_on = held is not None and same_line and _goes_on(held, piece, drawn.upright)
        if held is not None and goes_on and piece.box.left - held.box.right <= _NARROW * held.size:
            held.take(piece)
        else:
            if held is not None:
                yield held.segment(drawn, goes_on=goes_on)
            held = piece
        same_line = not word.ends_line or marked is not word
    if held is not None:
        yield held.segment(drawn, goes_on=False)


def _placed(letters: Letters, word: Word, before: _Held | None) -> _Held:
    """`before`: on the same line."""
    box = letters.box(word.first)
    size = letters.size(word.first) or box.top - box.bottom
    if word.last > word.first:
        box = box.together_with(letters.box(word.last))
    bold = before.bold if before and abs(before.size - size) < 0.1 else letters.is_bold(word.first)
    return _Held([word.text], box, size, bold)


def _is_raised(piece: _Held, held: _Held) -> bool:
    """Whether it is a small number, high at the end of `held`."""
    if len(piece.words[0]) > _DIGITS_RAISED or not piece.words[0].isdecimal():
        return False
    its, line = piece.box, held.box
    high = line.top - line.bottom
    small, raised = its.top - its.bottom < SMALL * high, its.bottom - line.bottom > 0.3 * high
    return small and raised and its.bottom < line.top and -0.1 < (its.left - line.right) / held.size < 0.4


def _goes_on(held: _Held, piece: _Held, rules: Rules) -> bool:
    its, line = piece.box, held.box
    gap = its.left - line.right
    if not -0.5 * held.size <= gap <= WIDE * held.size:
        return False
    middle = (line.bottom + line.top) / 2
    high = max(line.top - line.bottom, its.top - its.bottom, held.size / 2)
    if abs(middle - (its.bottom + its.top) / 2) >= high * 0.7:
        return False
    return not rules.part(line.right, its.left, middle)


def _alone(letters: Letters, word: Word, drawn: Drawn) -> Segment:
    # A number in a word from right to left has its first letter inside of it.
    others = range(word.first, word.last + 1) if is_right_to_left(word.text) else (word.first, word.last)
    box = reduce(Box.together_with, map(letters.box, others))
    size = letters.size(word.first) or box.top - box.bottom
    sides, cell = _around(box, drawn)
    text = _BROKEN_WORD.sub("\xad", word.text)
    return Segment(text, *box, size, letters.is_bold(word.first), sides=sides, cell=cell)
