"""How many pages a PDF has, as far as its bytes show it. Pure.

Its pages are objects that say so in clear text (`/Type /Page`), unless they are packed into compressed object streams.
Of a large file only parts are read, spread evenly over it, and what they show stands for the rest: one of 30 MB takes
no longer than one of 6.
"""

import binascii
import re
from itertools import islice
from typing import Final

BEGINS: Final = b"JVBER"  # %PDF
READ: Final = 8_000_000  # characters of base64
PARTS: Final = 8
SIZE: Final = READ // PARTS
MOST: Final = 1_000  # pages that are told apart

_PAGE = re.compile(rb"/Type\s{0,4}/Page(?![a-zA-Z])")
_PACKED: Final = b"/ObjStm"
_ESCAPE: Final = b"\\"


def pages_in(base64: memoryview) -> int | None:
    """Of a PDF in base64, whose slashes JSON may have escaped; None for what is none, or does not show its pages."""
    if bytes(base64[: len(BEGINS)]) != BEGINS:
        return None
    parts = _parts(base64)
    try:
        read = [binascii.a2b_base64(part) for part in parts]
    except binascii.Error:
        return None
    if any(_PACKED in part for part in read):
        return None
    seen = [sum(1 for _ in islice(_PAGE.finditer(part), MOST)) for part in read]
    return min(_scaled(seen, len(base64)), MOST) or None


def _parts(base64: memoryview) -> list[memoryview]:
    """Each begins with a whole group of four, unless there are escapes: then the groups of all but the first are not
    where they seem.
    """
    if len(base64) <= READ:
        return [base64]
    step = (len(base64) - SIZE) // (PARTS - 1) // 4 * 4
    parts = [base64[start : start + SIZE] for start in range(0, PARTS * step, step)]
    return parts if not any(_ESCAPE in bytes(part) for part in parts) else parts[:1]


def _scaled(seen: list[int], characters: int) -> int:
    """Many writers put all pages at the beginning or the end: what is seen there does not stand for the middle."""
    if len(seen) == 1:
        return seen[0]
    between = sum(seen[1:-1]) * (characters - 2 * SIZE) // (len(seen[1:-1]) * SIZE)
    return seen[0] + between + seen[-1]
