"""Lines of words of which some run from right to left, in the order in which they are read."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from ratchet_documents.pdf.segments import WIDE, Segment, is_right_to_left

_CLOSING = ".,;:!?،؛؟"
_BEFORE_MARK = re.compile(rf" (?=[{re.escape(_CLOSING)}](?: |$))")
_TURNED = str.maketrans("()[]{}", ")(][}{")


def read_from_right(words: Iterable[Segment]) -> bool:
    """Whether most letters are ones that run from right to left."""
    right = left = 0
    for word in words:
        for letter in word.text:
            direction = unicodedata.bidirectional(letter)
            right += direction in ("R", "AL")
            left += direction == "L"
    return right > left


def pieces_of(line: Sequence[Segment], *, from_right: bool) -> list[Segment]:
    """The words of one line, from left to right, joined where no wide gap is between them. `from_right`: the page."""
    pieces: list[list[Segment]] = []
    for word in line:
        if pieces and word.left - pieces[-1][-1].right <= WIDE * word.size:
            pieces[-1].append(word)
        else:
            pieces.append([word])
    return [_joined(piece, from_right=from_right) for piece in pieces]


def mirrored(segment: Segment) -> Segment:
    """As if the page were read from left to right: what stands at the right comes first, columns of a table too."""
    return replace(segment, left=-segment.right, right=-segment.left)


def _joined(words: Sequence[Segment], *, from_right: bool) -> Segment:
    if any(is_right_to_left(word.text) for word in words):
        from_right = from_right or read_from_right(words)
    elif any(map(str.isalpha, "".join(word.text for word in words))):
        from_right = False
    ordered = _from_right(words) if from_right else _from_left(words)
    return Segment(
        _BEFORE_MARK.sub("", " ".join(ordered)),
        min(word.left for word in words),
        max(word.right for word in words),
        min(word.bottom for word in words),
        max(word.top for word in words),
        words[0].size,
        all(word.bold for word in words),
    )


def _from_right(words: Sequence[Segment]) -> list[str]:
    """Latin words beside one another, and numbers behind them, keep their order among themselves."""
    ordered: list[str] = []
    run: list[str] = []
    for word in words:
        text = word.text
        latin = any(unicodedata.bidirectional(letter) == "L" for letter in text)
        if latin or (run and not is_right_to_left(text)):
            run.append(text)
            continue
        ordered[:0] = run
        run = []
        ordered.insert(0, text if is_right_to_left(text) else _closed(text))
    return [*run, *ordered]


def _from_left(words: Sequence[Segment]) -> list[str]:
    ordered: list[str] = []
    for from_right, run in groupby(words, key=lambda word: is_right_to_left(word.text)):
        texts = [word.text for word in run]
        ordered += reversed(texts) if from_right else texts
    return ordered


def _closed(number: str) -> str:
    """What stands at the left of a number ends it where lines run from right to left, and brackets are turned there."""
    if number[0] in ")]}" and number[-1] in "([{":
        number = number.translate(_TURNED)
    rest = number.lstrip(_CLOSING)
    return rest + number[: len(number) - len(rest)]
