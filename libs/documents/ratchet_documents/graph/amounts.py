"""The figures of rows, as people of several countries write them: `1,204`, `1'204`, `1 204`. Pure.

What has a comma before decimals is turned before (`number_marks`), and what may be either is left out.
"""

import re
from decimal import Decimal
from typing import Final

from ratchet_documents.graph.money import SCALES

_PARTED: Final = re.compile(  # a cell with a blank before each three digits
    r"(?<=\|)[ \t$€£¥(−–-]*[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3})+(?:\.\d{1,2})?\)?(?=[ \t]*(?:\||\Z))"
)
_EITHER: Final = re.compile(r"[1-9]\d{0,2}\.\d{3}")


def with_thousands(text: str) -> str:
    """Blanks within the figures of a table's cells become apostrophes: the text stays as long as it was. Not in a line
    that parts by commas.
    """
    lines = text.split("\n")
    return "\n".join(line if re.search(r"\d,\d{3}", line) else _PARTED.sub(_marked, line) for line in lines)


def _marked(figure: re.Match[str]) -> str:
    return re.sub(r"(?<=\d)[ \u00a0\u202f](?=\d)", "’", figure[0])


def amount_of(digits: str, scale: float = 1.0) -> float:
    """Multiplied as decimals: as floats, 16.6 million are 16,600,000.000000002."""
    return float(Decimal(re.sub("[,'’]", "", digits)) * Decimal(scale))


def fits(digits: str, scale: float, *, per_share: bool) -> bool:
    """What is of a share has cents; amounts may have a part of a million, and none of less. `1.204` million may be
    1,204 million where a point parts thousands.
    """
    if per_share or "." not in digits:
        return per_share == ("." in digits)
    return scale >= SCALES["billion"] or (scale >= SCALES["million"] and not _EITHER.fullmatch(digits))
