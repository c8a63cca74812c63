"""Which mark parts thousands and which stands before decimals: by the figures of a table, or of those before. Pure.

`1.204,5` and `45,2` tell it, and so do `1,204.5` and `45.2`. `1.204` alone may be either: in a table whose labels are
German or French, and in which all figures of four digits and more are written so, a point parts thousands.
"""

import re
from typing import Final, Literal

from ratchet_documents.graph.other_labels import OTHERS

Marks = Literal["", "point", "comma", "mixed"]  # what stands before decimals; empty: nothing tells; mixed: both do

AS_COMMA: Final = "Its figures are read with a point between thousands and a comma before decimals, as in 1.204,5."
FEWEST: Final = 3  # figures with a point and three digits, of a table that has no others
_DATE: Final = re.compile(r"\b\d{1,2}\.\s?\d{1,2}\.(?:\s?(?:19|20)?\d\d)?|\b\d{1,2}\.(?=\s+[^\W\d_])")
_BEGINS, _ENDS = r"(?<![\d.,'’])", r"(?![.,'’]?\d)"
_PARTS: Final = r"(?:\d{1,3}(?:\.\d{3})+|\d+|\d{1,3}(?:[ \u00a0\u202f]\d{3})+)"
_COMMA: Final = re.compile(rf"{_BEGINS}(?:\d{{1,3}}(?:\.\d{{3}})+,\d{{1,2}}|[1-9]\d{{0,2}}(?:\.\d{{3}}){{2,}}){_ENDS}")
_MAYBE_COMMA: Final = re.compile(rf"{_BEGINS}\d+,\d{{1,2}}{_ENDS}")
_POINT: Final = re.compile(rf"{_BEGINS}(?:\d{{1,3}}(?:,\d{{3}})+\.\d{{1,2}}|[1-9]\d{{0,2}}(?:,\d{{3}}){{2,}}){_ENDS}")
_MAYBE_POINT: Final = re.compile(rf"{_BEGINS}(?:\d+\.\d{{1,2}}|\d{{1,3}}(?:,\d{{3}})+){_ENDS}")
_GROUPS: Final = re.compile(rf"{_BEGINS}[1-9]\d{{0,2}}\.\d{{3}}{_ENDS}")
_LONG: Final = re.compile(rf"{_BEGINS}(?!(?:19|20)\d\d{_ENDS})(?:\d{{4,}}|0\.\d+|\d+\.\d{{4,}}){_ENDS}")
_TO_TURN: Final = re.compile(rf"{_BEGINS}(?:\d{{1,3}}(?:\.\d{{3}})+(?:,\d+)?|{_PARTS},\d+){_ENDS}")
_TURNED: Final = str.maketrans(".,", ",.")


def marks_in(text: str) -> Marks:
    said = _DATE.sub("", text)
    sure, sure_not = bool(_COMMA.search(said)), bool(_POINT.search(said))
    if sure and sure_not:
        return "mixed"
    if sure or sure_not:
        return "comma" if sure else "point"
    maybe, maybe_not = bool(_MAYBE_COMMA.search(said)), bool(_MAYBE_POINT.search(said))
    if maybe != maybe_not:
        return "comma" if maybe else "point"
    return "comma" if not maybe and _is_by_groups(said) else ""


def with_points(text: str) -> str:
    """As English texts write it, and as long as it was. Days stay as they are."""
    days = [found.span() for found in _DATE.finditer(text)]
    return _TO_TURN.sub(
        lambda found: (
            found[0]
            if any(start < found.end() and found.start() < end for start, end in days)
            else found[0].translate(_TURNED)
        ),
        text,
    )


def _is_by_groups(text: str) -> bool:
    """So many figures by chance have three decimals each, in a table of amounts, nowhere."""
    if len(_GROUPS.findall(text)) < FEWEST or _LONG.search(text):
        return False
    return any(_label(line) in OTHERS for line in text.split("\n"))


def _label(line: str) -> str:
    return re.split(r"[|\t]|\s{2,}|\s(?=[\d(-])", line.strip(" |\t"), maxsplit=1)[0].strip().casefold()
