"""An answer without its marks of citations, and with those that it did not write. Pure."""

import re
from collections.abc import Iterable
from typing import Final

from ratchet_cli.approaches.results import Cited

_MARK: Final = re.compile(
    r"\s*\[(?:\d{1,3}(?:\s?[,;\u2013-]\s?\d{1,3}){0,20}|(?:\d{1,3}:\s?)?[\"\u201c][^\"\u201c\u201d\]]{1,1000}[\"\u201d])\](?!\()"
)
_QUOTED: Final = re.compile(r"\[(?P<number>\d{1,3}):\s?[\"\u201c][^\"\u201c\u201d\]]{1,1000}[\"\u201d]\]")


def unmarked(output: str) -> str:
    """What it says: `17 [1]` and `17 [2: "the words"]` are 17."""
    return _MARK.sub("", output).strip()


def marked(output: str, citations: Iterable[Cited]) -> str:
    """With a mark by number for each that it quotes, and at its end for all of a short answer that wrote none."""
    numbered = _QUOTED.sub(r"[\g<number>]", output)
    if _MARK.search(numbered):
        return numbered
    numbers = dict.fromkeys(cited.passage for cited in citations)
    return f"{output.strip()} {''.join(f'[{number}]' for number in numbers)}".strip()
