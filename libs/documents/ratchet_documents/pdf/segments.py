"""The text of a page of a PDF in segments: words that stand on one line without a wide gap, each with its place."""

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2.raw as pdfium

from ratchet_documents.limits import Account
from ratchet_documents.pdf.rules import Rules, rules_of

WIDE = 1.1  # times the size of the letters: such a gap parts cells, and columns
_NARROW = 0.5  # such a gap is wider than those between words, and may part cells
_WORD = re.compile(r"[^\s\x00]+")
_BROKEN_WORD = re.compile("[\x02\ufffe]")  # what PDFium gives for a hyphen at the end of a line
_FORCED_BOLD = 1 << 18
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_INSIDE = 0.5  # points, between a cell and the lines around it
_OFTEN = 4096


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
    in_cell: bool = False  # whose edges are drawn, and are its left and right
    goes_on: bool = False  # with the next one, from which it has only a narrow gap

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    first: int
    last: int
    ends_line: bool


def is_right_to_left(text: str) -> bool:
    """Whether some of its letters run from right to left."""
    return _RIGHT_TO_LEFT.search(text) is not None


def segments_of(page: Any, account: Account) -> list[Segment]:
    """`page`: a PdfPage. Each word alone where some run from right to left: where they stand tells which come next.

    Raises RefusedError.
    """
    turned = int(pdfium.FPDFPage_GetRotation(page.raw))
    rules = Rules(()) if turned else rules_of(page, account)
    text_page = page.get_textpage()
    try:
        reading = _Letters(text_page, turned, account)
        return list(reading.segments(rules))
    finally:
        text_page.close()


class _Letters:
    """One call for each letter and few for each word: that is what the time goes into."""

    def __init__(self, text_page: Any, turned: int, account: Account) -> None:
        self._text_page = text_page
        self._page = text_page.raw
        self._turned = turned
        self._account = account
        self._sides = [ctypes.c_double() for _ in range(4)]
        self._references = [ctypes.byref(side) for side in self._sides]
        self._name = ctypes.create_string_buffer(256)
        self._flags = ctypes.c_int()
        self._matrix = pdfium.FS_MATRIX()

    def segments(self, rules: Rules) -> Iterator[Segment]:
        held: Segment | None = None
        same_line = False
        text = self._letters()
        if is_right_to_left(text):
            for word in self._words(text):
                for part in self._parts(word):
                    yield self._placed(part, None)
            return
        for word in self._words(text):
            piece = self._placed(word, held if same_line else None)
            goes_on = held is not None and same_line and _goes_on(held, piece, rules)
            if held is not None and goes_on and piece.left - held.right <= _NARROW * held.size:
                held = _together(held, piece)
            else:
                if held is not None:
                    yield _in_cell(held, rules, goes_on=goes_on)
                held = piece
            same_line = not word.ends_line
        if held is not None:
            yield _in_cell(held, rules, goes_on=False)

    def _words(self, text: str) -> Iterator[_Word]:
        for found in _WORD.finditer(text):
            end = found.end()
            yield _Word(found[0], found.start(), end - 1, ends_line=text[end : end + 1] in ("\r", "\n"))

    def _letters(self) -> str:
        """By the index that the calls for places take."""
        count = pdfium.FPDFText_CountChars(self._page)
        text = str(self._text_page.get_text_range()) if count > 0 else ""
        if len(text) == count:
            return text
        # Some letters take two units, or none: then each is asked for.
        return "".join(self._letter(index) for index in range(count))

    def _letter(self, index: int) -> str:
        if index % _OFTEN == 0:
            self._account.in_time()
        letter = pdfium.FPDFText_GetUnicode(self._page, index)
        return chr(letter) if 0 < letter < 0x110000 else " "

    def _parts(self, word: _Word) -> list[_Word]:
        """The word, and apart the mark behind it that stands at the left: it ends a line of Latin words before it."""
        if is_right_to_left(word.text):
            return [self._unturned(word)]
        with_mark = word.last > word.first and word.text[0].isalpha() and not word.text[-1].isalnum()
        if with_mark and self._box(word.last)[1] <= self._box(word.first)[0]:
            ends = replace(word, text=word.text[-1], first=word.last)
            return [replace(word, text=word.text[:-1], last=word.last - 1, ends_line=False), ends]
        return [word]

    def _unturned(self, word: _Word) -> _Word:
        """Letters that one sign of the font shows, as lam and alef, are in one place, and PDFium turns them round."""
        letters: list[str] = []
        held: list[str] = []
        before: tuple[float, ...] | None = None
        for index, letter in enumerate(word.text, word.first):
            place = self._box(index)
            if place != before:
                letters += reversed(held)
                held, before = [], place
            held.append(letter)
        return replace(word, text="".join([*letters, *reversed(held)]))

    def _placed(self, word: _Word, before: Segment | None) -> Segment:
        left, right, bottom, top = self._box(word.first)
        # A number in a word from right to left has its first letter inside of it.
        others = range(word.first + 1, word.last + 1) if is_right_to_left(word.text) else {word.last} - {word.first}
        for other in others:
            left2, right2, bottom2, top2 = self._box(other)
            left, right = min(left, left2), max(right, right2)
            bottom, top = min(bottom, bottom2), max(top, top2)
        size = self._size(word.first) or top - bottom
        bold = before.bold if before and abs(before.size - size) < 0.1 else self._is_bold(word.first)
        return Segment(_BROKEN_WORD.sub("\xad", word.text), left, right, bottom, top, size, bold)

    def _size(self, index: int) -> float:
        """As the page shows it: many programs set 1 as the size of the font and give the size by a matrix."""
        size = abs(float(pdfium.FPDFText_GetFontSize(self._page, index)))
        if pdfium.FPDFText_GetMatrix(self._page, index, ctypes.byref(self._matrix)):
            size *= math.hypot(self._matrix.c, self._matrix.d)
        return size if math.isfinite(size) else 0.0

    def _box(self, index: int) -> tuple[float, float, float, float]:
        """Left, right, bottom, top of the letter's place by its font, so that low and high letters share a line."""
        x1, x2, y1, y2 = self._sides
        if not pdfium.FPDFText_GetCharBox(self._page, index, *self._references):
            return 0.0, 0.0, 0.0, 0.0
        left, right, bottom, top = x1.value, x2.value, y1.value, y2.value
        match self._turned:
            case 1:
                return bottom, top, -right, -left
            case 2:
                return -right, -left, -top, -bottom
            case 3:
                return -top, -bottom, left, right
            case _:
                return left, right, bottom, top

    def _is_bold(self, index: int) -> bool:
        length = pdfium.FPDFText_GetFontInfo(self._page, index, self._name, len(self._name), ctypes.byref(self._flags))
        name = self._name.value.lower() if 0 < length <= len(self._name) else b""
        heavy = any(mark in name for mark in (b"bold", b"black", b"heavy"))
        return heavy or bool(self._flags.value & _FORCED_BOLD)


def _in_cell(held: Segment, rules: Rules, *, goes_on: bool) -> Segment:
    """As wide as its cell, where lines are drawn around that."""
    if goes_on:
        return replace(held, goes_on=True)
    cell = rules.around(held.left, held.right, held.middle)
    return held if cell is None else replace(held, left=cell[0] + _INSIDE, right=cell[1] - _INSIDE, in_cell=True)


def _goes_on(held: Segment, piece: Segment, rules: Rules) -> bool:
    high = max(held.top - held.bottom, piece.top - piece.bottom, held.size / 2)
    beside = abs(held.middle - piece.middle) < high * 0.7
    near = beside and -0.5 * held.size <= piece.left - held.right <= WIDE * held.size
    return near and not rules.part(held.right, piece.left, held.middle)


def _together(held: Segment, piece: Segment) -> Segment:
    return Segment(
        f"{held.text} {piece.text}",
        min(held.left, piece.left),
        max(held.right, piece.right),
        min(held.bottom, piece.bottom),
        max(held.top, piece.top),
        held.size,
        held.bold,
    )
