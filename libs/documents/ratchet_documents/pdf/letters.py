"""The letters of a page as PDFium gives them: words, where they stand, and in which size and weight they are set."""

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from ratchet_documents.limits import Account

_WORD = re.compile(r"[^\s\x00]+")
_FORCED_BOLD = 1 << 18
_OFTEN = 4096
_LOOKED_AT = 100  # letters of a page


class Word(NamedTuple):
    text: str
    first: int  # letter of the page
    last: int
    ends_line: bool


class Box(NamedTuple):
    left: float
    right: float
    bottom: float
    top: float

    def together_with(self, other: "Box") -> "Box":
        """The smallest that both are in."""
        left, right, bottom, top = other
        return Box(min(self.left, left), max(self.right, right), min(self.bottom, bottom), max(self.top, top))


def turned_by(text_page: Any, *, otherwise: int) -> int:
    """By how many right angles, clockwise, a page is turned for most letters to be upright: programs turn what is on
    it as well as the page. `otherwise`: where that cannot be told.
    """
    page = text_page.raw
    count = pdfium.FPDFText_CountChars(page)
    angles = Counter(
        _right_angles(page, index)
        for index in range(0, count, max(1, count // _LOOKED_AT))
        if pdfium.FPDFText_GetUnicode(page, index) > ord(" ")
    )
    most = angles.most_common(1)
    return most[0][0] if most and 2 * most[0][1] > angles.total() else otherwise


def _right_angles(page: Any, index: int) -> int:
    """A size below 0 is upright where the matrix turns it once more."""
    angle, size = float(pdfium.FPDFText_GetCharAngle(page, index)), float(pdfium.FPDFText_GetFontSize(page, index))
    return (round(-math.degrees(angle) / 90) + (2 if size < 0 else 0)) % 4


def turned_box(box: Box, turned: int) -> Box:
    """As it is where the page is shown turned by so many right angles."""
    left, right, bottom, top = box
    match turned:
        case 0:
            return box
        case 1:
            return Box(bottom, top, -right, -left)
        case 2:
            return Box(-right, -left, -top, -bottom)
        case _:
            return Box(-top, -bottom, left, right)


class Letters:
    """Few calls for each word: that is what the time goes into. `turned`: by so many right angles, clockwise."""

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
        self._of_matrix = ctypes.byref(self._matrix)

    def text(self) -> str:
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

    def box(self, index: int) -> Box:
        """The letter's place by its font, so that low and high letters share a line."""
        x1, x2, y1, y2 = self._sides
        if not pdfium.FPDFText_GetCharBox(self._page, index, *self._references):
            return Box(0.0, 0.0, 0.0, 0.0)
        return turned_box(Box(x1.value, x2.value, y1.value, y2.value), self._turned)

    def size(self, index: int) -> float:
        """As the page shows it: many programs set 1 as the size of the font and give the size by a matrix."""
        size = abs(float(pdfium.FPDFText_GetFontSize(self._page, index)))
        if pdfium.FPDFText_GetMatrix(self._page, index, self._of_matrix):
            size *= math.hypot(self._matrix.c, self._matrix.d)
        return size if math.isfinite(size) else 0.0

    def is_bold(self, index: int) -> bool:
        length = pdfium.FPDFText_GetFontInfo(self._page, index, self._name, len(self._name), ctypes.byref(self._flags))
        name = self._name.value.lower() if 0 < length <= len(self._name) else b""
        heavy = any(mark in name for mark in (b"bold", b"black", b"heavy"))
        return heavy or bool(self._flags.value & _FORCED_BOLD)


def words_of(text: str) -> Iterator[Word]:
    for found in _WORD.finditer(text):
        first, end = found.span()
        yield Word(found[0], first, end - 1, text[end : end + 1] in ("\r", "\n"))
