"""Names from outside on a page or a terminal: nothing in them turns lines round, moves the cursor or breaks a file."""

import re
from typing import Final

_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # direction
    "\ud800-\udfff\ufffe\uffff]"  # no characters
)
SHOWN: Final = "\ufffd"


def legible(text: str) -> str:
    """Line breaks and tabs are spaces; what cannot be shown is U+FFFD."""
    return _UNSEEN.sub(lambda found: " " if found[0] in "\n\r\t" else SHOWN, text)
