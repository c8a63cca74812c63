"""Which parts of a text can answer a question: sentences, and rows of tables with the names of their columns. Pure.

A heading and a table's head name what follows, and say nothing of it.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

CELLS: Final = " | "
_LONGEST_HEADING: Final = 12  # words
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])(?<!\s\d\.)(?<!\s\d\d\.)\s+")  # `am 1. April` goes on
_ENDS_A_SENTENCE: Final = re.compile(r"[.!?:;…\"”')\]]\s*\Z")
_LEGAL_FORM: Final = re.compile(r",?\s(?:Inc|Corp|Co|Ltd|Pty|(?:[A-Z]\.)+[A-Z])\.\Z")  # whose full stop ends nothing
_TIME: Final = re.compile(
    r"\b(?:FY\s?\d\d|Q[1-4]|H[12]|(?:19|20)\d\d|\d{1,2}(?=,?\s+(?:19|20)\d\d)|[1-4][QH]\d\d)\b", re.I
)


class Says(NamedTuple):
    """`text`: what would be the answer. `under`: what names it, as far as it does: the head of its table."""

    text: str
    under: str = ""


def what_says(text: str) -> Iterator[Says]:
    """In order."""
    for block in re.split(r"\n[ \t]*\n", text):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        head = ""
        for at, line in enumerate(lines):
            if CELLS in line:
                begins = at == 0 or CELLS not in lines[at - 1]
                goes_on = at + 1 < len(lines) and CELLS in lines[at + 1]
                if (begins and goes_on) or _names_times(line):
                    head = line if begins else f"{head}{CELLS}{line}"
                else:
                    yield Says(line, head)
            elif not (at + 1 < len(lines) and _is_heading(line)):
                yield from (Says(one) for one in _SENTENCE_END.split(line))


def _names_times(row: str) -> bool:
    """All that is in its cells, but for the first, are times."""
    cells = [cell.strip() for cell in row.split(CELLS.strip())[1:] if cell.strip()]
    return bool(cells) and all(_TIME.search(cell) and not re.search(r"\d", _TIME.sub("", cell)) for cell in cells)


def _is_heading(line: str) -> bool:
    """Short, with no figure but a time, and no sentence; what follows is another line."""
    if form := _LEGAL_FORM.search(line):
        return all(word[0].isupper() for word in line[: form.start()].split() if word not in ("of", "and", "&", "the"))
    if line.startswith(("- ", "• ", "* ")) or _ENDS_A_SENTENCE.search(line) or "," in line:
        return False
    return len(line.split()) <= _LONGEST_HEADING and not re.search(r"\d", _TIME.sub("", line))
