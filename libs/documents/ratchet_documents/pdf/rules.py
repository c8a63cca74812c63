"""The lines that are drawn on a page of a PDF: what stands between two of them is in one cell."""

import ctypes
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium

from ratchet_documents.limits import Account
from ratchet_documents.pdf.letters import Box, turned_box

_THIN = 3.0  # points
_SHORTEST = 6.0
MOST_RULES = 5_000  # of a page; a drawing has more
_OFTEN = 1024


@dataclass(frozen=True, slots=True)
class Rule:
    """An upright one; of one that lies, heights and places are changed for one another."""

    x: float
    bottom: float
    top: float


class Rules:
    """In the order of their places."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = sorted(rules, key=lambda rule: rule.x)
        self._places = [rule.x for rule in self._rules]

    def part(self, left: float, right: float, height: float) -> bool:
        """Whether one stands between two words at that height. `left`: where the first ends."""
        if not self._rules:
            return False
        first, after = bisect_left(self._places, left - 0.5), bisect_right(self._places, right + 0.5)
        return any(rule.bottom <= height <= rule.top for rule in self._rules[first:after])

    def around(self, left: float, right: float, low: float, high: float) -> tuple[float, float] | None:
        """The nearest ones at both sides that reach from `low` to `high`; none where one lacks."""
        if not self._rules:
            return None
        before = self._nearest(range(bisect_right(self._places, left + 0.5) - 1, -1, -1), low, high)
        behind = self._nearest(range(bisect_left(self._places, right - 0.5), len(self._rules)), low, high)
        return None if before is None or behind is None else (before, behind)

    def _nearest(self, order: Sequence[int], low: float, high: float) -> float | None:
        return next(
            (self._rules[at].x for at in order if self._rules[at].bottom <= low and high <= self._rules[at].top), None
        )


@dataclass(frozen=True, slots=True)
class Drawn:
    upright: Rules
    lying: Rules


NOTHING_DRAWN = Drawn(Rules(()), Rules(()))


def drawn_on(page: Any, turned: int, account: Account) -> Drawn:
    """`page`: a PdfPage. `turned`: by so many right angles, clockwise. Raises RefusedError."""
    sides = [ctypes.c_float() for _ in range(4)]
    upright: list[Rule] = []
    lying: list[Rule] = []
    for index in range(pdfium.FPDFPage_CountObjects(page.raw)):
        if index % _OFTEN == 0:
            account.in_time()
        drawn = pdfium.FPDFPage_GetObject(page.raw, index)
        if pdfium.FPDFPageObj_GetType(drawn) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        if not pdfium.FPDFPageObj_GetBounds(drawn, *map(ctypes.byref, sides)):
            continue
        left, bottom, right, top = (side.value for side in sides)
        left, right, bottom, top = turned_box(Box(left, right, bottom, top), turned)
        wide, high = right - left, top - bottom
        if max(wide, high) < _SHORTEST:
            continue
        if wide < _THIN:
            upright.append(Rule((left + right) / 2, bottom, top))
        elif high < _THIN:
            lying.append(Rule((bottom + top) / 2, left, right))
        elif min(wide, high) >= _SHORTEST and _is_frame(drawn):
            upright += [Rule(left, bottom, top), Rule(right, bottom, top)]
            lying += [Rule(bottom, left, right), Rule(top, left, right)]
        if len(upright) + len(lying) > MOST_RULES:
            return NOTHING_DRAWN
    return Drawn(Rules(upright), Rules(lying))


def _is_frame(drawn: Any) -> bool:
    """Whether it is a rectangle whose edges are drawn."""
    fills, strokes = ctypes.c_int(), ctypes.c_int()
    known = pdfium.FPDFPath_GetDrawMode(drawn, ctypes.byref(fills), ctypes.byref(strokes))
    return bool(known and strokes.value) and pdfium.FPDFPath_CountSegments(drawn) in (4, 5)
