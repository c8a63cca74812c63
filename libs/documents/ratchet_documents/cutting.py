"""Where a text that is too long for one chunk is cut."""

import re
from collections.abc import Iterable, Iterator

_SENTENCE = re.compile(r"[.!?…。！？؟]['\"”’)\]]*\s")


def cut(text: str, rooms: Iterable[int]) -> Iterator[str]:
    """Pieces, each with as many characters as its room has (1 at least): to the end of a sentence, else to a blank.

    Only blanks get lost between them.
    """
    start = 0
    for room in rooms:
        if start >= len(text):
            return
        end = _end(text, start, max(1, room))
        piece = text[start:end].strip()
        start = end
        if piece:
            yield piece


def _end(text: str, start: int, most: int) -> int:
    if len(text) - start <= most:
        return len(text)
    half, last = start + most // 2, start + most
    sentences = [found.end() for found in _SENTENCE.finditer(text, half, last + 1)]
    if sentences:
        return sentences[-1]
    blank = text.rfind(" ", half, last + 1)
    return blank if blank > start else last
