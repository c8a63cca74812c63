"""Where HTML begins a page by CSS: in the style of an element, or by its name or class in a style sheet of the file."""

import re
from collections.abc import Iterator
from typing import Final

MOST_READ: Final = 200_000  # characters of style sheets; more of them is not looked at
STYLE_READ: Final = 2_000  # characters of an element's own
_BREAK: Final = re.compile(r"(?:page-break|break)-(before|after)\s*:\s*(?:always|page|left|right)", re.I)
_SIMPLE: Final = re.compile(r"(?P<tag>[a-z][\w-]*)?(?:\.(?P<class>[\w-]+))?", re.I)
NONE: Final = frozenset[str]()


class PageBreaks:
    """`before` and `after`, by elements. A selector counts by its last part: `div.page > .new` is `.new`."""

    def __init__(self) -> None:
        self._sheets: list[str] = []
        self._read = 0
        self._by_selector: dict[tuple[str, str], frozenset[str]] = {}

    def sheet(self, text: str) -> None:
        """A piece of one, as it comes."""
        room = MOST_READ - self._read
        self._read += len(text)
        if room > 0:
            self._sheets.append(text[:room])

    def sheet_ends(self) -> None:
        for selectors, block in _rules("".join(self._sheets)):
            if breaks := _breaks_in(block):
                for selector in selectors.split(","):
                    last = _SIMPLE.fullmatch((selector.split() or [""])[-1])
                    if last and last[0]:
                        key = ((last["tag"] or "").casefold(), last["class"] or "")
                        self._by_selector[key] = self._by_selector.get(key, NONE) | breaks
        self._sheets = []

    def of(self, tag: str, classes: str, style: str) -> frozenset[str]:
        found = _breaks_in(style[:STYLE_READ]) if style else NONE
        if self._by_selector:
            for name in ("", *classes[:STYLE_READ].split()):
                for element in (tag, ""):
                    found |= self._by_selector.get((element, name), NONE)
        return found


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and block; of a rule within `@media` the inner one. In one pass, whatever the sheet is."""
    first, *commented = sheet.split("/*")
    plain = first + "".join(f" {piece.partition('*/')[2]}" for piece in commented)
    for piece in plain.split("}"):
        before, brace, block = piece.rpartition("{")
        if brace:
            yield before.rpartition("{")[2], block


def _breaks_in(style: str) -> frozenset[str]:
    return frozenset(found[1].casefold() for found in _BREAK.finditer(style))
