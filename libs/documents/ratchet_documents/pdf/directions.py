"""Lines of words of which some run from right to left, in the order in which they are read."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace

from ratchet_documents.pdf.mixed_words import is_right_to_left
from ratchet_documents.pdf.segments import WIDE, Segment

_CLOSING = ".,;:!?،؛؟"
_BEFORE_MARK = re.compile(rf" (?=[{re.escape(_CLOSING)}](?: |$))")
_TURNED = str.maketrans("()[]{}", ")(][}{")
_OPEN, _CLOSED = "([{", ")]}"
_MINUS = "-\u2212\u2013"


def read_from_right(words: Iterable[Segment]) -> bool:
    """Whether most letters are ones that run from right to left."""
    right = left = 0
    for word in words:
        for letter in word.text:
            direction = unicodedata.bidirectional(letter)
            right += direction in ("R", "AL")
            left += direction == "L"
    return right > left


def said_of(segments: Sequence[Segment]) -> str:
    """How the directions of a page were taken; nothing where all of it runs from left to right."""
    if not any(is_right_to_left(segment.text) for segment in segments):
        return ""
    if read_from_right(segments):
        return "lines run from right to left: read from the right, tables too, Latin words and numbers as they are."
    return "some words run from right to left: they are read from the right, the lines around them from the left."


def pieces_of(line: Sequence[Segment], *, from_right: bool) -> list[Segment]:
    """The words of one line, from left to right, joined where neither a wide gap nor a drawn line is between them.

    `from_right`: the page.
    """
    pieces: list[list[Segment]] = []
    for word in line:
        before = pieces[-1][-1] if pieces else None
        if before and word.left - before.right <= WIDE * word.size and word.sides == before.sides:
            pieces[-1].append(word)
        else:
            pieces.append([word])
    return [_joined(piece, from_right=from_right) for piece in pieces]


def mirrored(segment: Segment) -> Segment:
    """As if the page were read from left to right: what stands at the right comes first, columns of a table too."""
    sides = (-segment.sides[1], -segment.sides[0]) if segment.sides else None
    return replace(segment, left=-segment.right, right=-segment.left, sides=sides)


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
        sides=words[0].sides,
        cell=words[0].cell,
    )


def _from_right(words: Sequence[Segment]) -> list[str]:
    """Latin words beside one another, and numbers behind them, keep their order among themselves."""
    ordered: list[str] = []
    run: list[str] = []
    for word in words:
        text = word.text
        if _is_latin(text) or (run and not is_right_to_left(text)):
            run.append(text)
            continue
        ordered[:0] = run
        run = []
        ordered.insert(0, _unturned(text) if is_right_to_left(text) else _closed(text))
    return [*run, *ordered]


def _from_left(words: Sequence[Segment]) -> list[str]:
    """Words from right to left beside one another, and numbers between them, are read from the right."""
    ordered: list[str] = []
    run: list[Segment] = []  # begins with a word from right to left, and may end behind the last one of them
    for word in [*words, None]:
        if word is not None and (is_right_to_left(word.text) or (run and not _is_latin(word.text))):
            run.append(word)
            continue
        last = max((at for at, one in enumerate(run) if is_right_to_left(one.text)), default=-1)
        ordered += _from_right(run[: last + 1])
        ordered += [one.text for one in run[last + 1 :]]
        run = []
        if word is not None:
            ordered.append(word.text)
    return ordered


def _is_latin(text: str) -> bool:
    return any(unicodedata.bidirectional(letter) == "L" for letter in text)


def _closed(number: str) -> str:
    """What stands at the left of a number ends it where lines run from right to left, and brackets are turned there."""
    number = _unturned(number)
    rest = number.lstrip(_CLOSING)
    number = rest + number[: len(number) - len(rest)]
    if len(number) > 1 and number[-1] in _MINUS:  # at the right it is read first
        return number[-1] + number[:-1]
    return number


def _unturned(word: str) -> str:
    """No word begins with a bracket that closes or ends with one that opens: they are given as they are seen then."""
    return word.translate(_TURNED) if word[0] in _CLOSED or word[-1] in _OPEN else word
