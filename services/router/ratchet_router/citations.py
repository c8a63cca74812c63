"""The words that an answer quotes to support itself: `["the words"]`, of the second text `[2: "the words"]`. Pure."""

import re
from typing import Final

QUOTED: Final = re.compile(r'\[(?:\d{1,3}: ?)?["“](?P<words>[^"“”\]]{1,1000})["”]\]')


def quotes_in(output: str) -> list[str]:
    return [match["words"] for match in QUOTED.finditer(output)]


def stands_in(quote: str, text: str) -> bool:
    """Letter by letter, but for case, line ends and the dots with which a quotation was shortened."""
    parts = [part for piece in re.split(r"\.\.\.|…", quote) if (part := _plain(piece))]
    plain = _plain(text)
    return bool(parts) and all(part in plain for part in parts)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
