"""An answer without its marks of citations, and with those that it did not write. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from ratchet_cli.approaches.results import Cited

_MARK: Final = re.compile(
    r"\s*\[(?:\d{1,3}(?:\s?[,;\u2013-]\s?\d{1,3}){0,20}|(?:\d{1,3}:\s?)?[\"\u201c][^\"\u201c\u201d\]]{1,1000}[\"\u201d])\](?!\()"
)
_SCALED: Final = re.compile(r"(?P<numbers>[\d.,()$€£\u2212 -]{1,200}) (?:thousand|million|billion)s?\.?", re.I)
_QUOTED: Final = re.compile(r"\[(?P<number>\d{1,3}):\s?[\"\u201c][^\"\u201c\u201d\]]{1,1000}[\"\u201d]\]")


def unmarked(output: str) -> str:
    """What it says: `17 [1]` and `17 [2: "the words"]` are 17."""
    return _MARK.sub("", output).strip()


def marked(output: str, citations: Iterable[Cited]) -> str:
    """With a mark by number for each that it quotes, and at its end for all of a short answer that wrote none.

    Of such a one that is numbers the scale is left out where a row of a table is cited: it stands in the head. Whether
    it is the right one is told by how exact the answer is.
    """
    numbered = _QUOTED.sub(r"[\g<number>]", output)
    if _MARK.search(numbered):
        return numbered
    each = list(citations)
    numbers = dict.fromkeys(cited.passage for cited in each)
    return f"{_as_in_rows(output.strip(), each)} {''.join(f'[{number}]' for number in numbers)}".strip()


def _as_in_rows(output: str, citations: Sequence[Cited]) -> str:
    found = _SCALED.fullmatch(output)
    rows = any("|" in cited.quote for cited in citations)
    return found["numbers"].strip() if found and rows else output
