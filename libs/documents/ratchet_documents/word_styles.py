"""What the styles of a DOCX say of its paragraphs: which are headings, and which are items of lists."""

import re
import zipfile
from dataclasses import dataclass

from lxml import etree

from ratchet_documents.limits import Account
from ratchet_documents.zips import elements

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STYLES = "word/styles.xml"
_HEADING = re.compile(r"heading (\d)", re.I)
_CHAIN = 20  # styles that are based on one another


@dataclass(frozen=True, slots=True)
class _Style:
    based_on: str
    level: int | None
    depth: int | None


class Styles:
    def __init__(self, by_id: dict[str, _Style]) -> None:
        self._by_id = by_id

    def level(self, style: str) -> int:
        """0 for what is no heading."""
        for one in self._chain(style):
            if one.level is not None:
                return one.level
        return 0

    def depth(self, style: str) -> int | None:
        """Of an item; none for what is none."""
        for one in self._chain(style):
            if one.depth is not None:
                return one.depth
        return None

    def _chain(self, style: str) -> list[_Style]:
        chain: list[_Style] = []
        while (one := self._by_id.get(style)) and len(chain) < _CHAIN:
            chain.append(one)
            style = one.based_on
        return chain


def styles_of(archive: zipfile.ZipFile, account: Account) -> Styles:
    """Raises RefusedError."""
    if _STYLES not in archive.namelist():
        return Styles({})
    by_id: dict[str, _Style] = {}
    with archive.open(_STYLES) as part:
        for style in elements(part, account, lambda element, _: bool(element.tag == W + "style")):
            by_id[style.get(W + "styleId", "")] = _read(style)
    return Styles(by_id)


def _read(style: etree._Element) -> _Style:
    name = value(style, "name").casefold()
    properties = style.find(W + "pPr")
    named = _HEADING.fullmatch(name)
    outline = number(properties, "outlineLvl")
    level = int(named[1]) if named else 1 if name == "title" else None
    if level is None and outline is not None and outline < 9:
        level = outline + 1
    depth = None
    if name.startswith(("list bullet", "list number")):
        depth = int(name[-1]) - 1 if name[-1].isdigit() else 0
    elif properties is not None and (numbering := properties.find(W + "numPr")) is not None:
        depth = number(numbering, "ilvl") or 0
    return _Style(value(style, "basedOn"), level, depth)


def value(element: etree._Element | None, tag: str) -> str:
    """The `val` of this child, or nothing."""
    child = None if element is None else element.find(W + tag)
    return "" if child is None else str(child.get(W + "val", ""))


def number(element: etree._Element | None, tag: str) -> int | None:
    text = value(element, tag)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
