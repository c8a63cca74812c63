"""The words that an answer quotes to support itself: `["the words"]`, of the second text `[2: "the words"]`. Pure."""

import re
from typing import Final

QUOTED: Final = re.compile(r'\[(?:\d{1,3}: ?)?["“](?P<words>[^"“”\]]{1,1000})["”]\]')
_LEFT_OUT: Final = re.compile(r"\.\.\.|…")


def quotes_in(output: str) -> list[str]:
    return [match["words"] for match in QUOTED.finditer(output)]


def stands_in(quote: str, text: str) -> bool:
    """Letter by letter, but for case, line ends and the dots with which a quotation was shortened."""
    return stands_in_plain(quote, plain(text))


def stands_in_plain(quote: str, text: str) -> bool:
    """`text`: as `plain` makes it, once for all that is looked for there."""
    parts = parts_of(quote)
    return bool(parts) and all(part in text for part in parts)


def parts_of(quote: str) -> list[str]:
    """Between the dots, without case and line ends."""
    return [part for piece in _LEFT_OUT.split(quote) if (part := plain(piece))]


def plain(text: str) -> str:
    return " ".join(text.casefold().split())
