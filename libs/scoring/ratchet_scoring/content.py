"""The words of a text that carry what it says, and its sentences."""

import re
from collections.abc import Iterator
from typing import Final

from ratchet_scoring.rouge import tokens

MAX_CHARS: Final = 100_000  # of a text are read
SHORTEST: Final = 4  # letters: shorter words are mostly articles and prepositions
_COMMON: Final = """about after also been before being could does down each else even every from have having here into
itself just like made make many more most much must only other over same shall should some such than that their them
then there these they this those through under until upon very were what when where which while whom whose will with
within without would your"""
COMMON: Final = frozenset(_COMMON.split())
_UNSPACED: Final = "\u0e01"  # from here on, a letter by itself is a word
_END = re.compile(r"(?<=[.!?…])\s+(?=[^\s\[])|(?<=[。！？])")  # noqa: RUF001  marks of citations belong to what is before them
_MARKS_ALONE = re.compile(r"(?:\[[^\[\]\n]{1,200}\][ ,;.]*)+")
_ABBREVIATED = re.compile(
    r"(?:\A|[\s(])(?:mrs?|ms|dr|prof|st|vs|inc|ltd|co|corp|approx|fig|pp?|e\.g|i\.e|u\.s|[a-z])\.\Z", re.I
)
LONGEST_ABBREVIATED: Final = 9


def content_words(text: str) -> frozenset[str]:
    """Without what is common in English; words with a digit, and of scripts without spaces, count however short."""
    return frozenset(word for word in tokens(text[:MAX_CHARS]) if _carries(word))


def sentences(text: str) -> Iterator[str]:
    """A full stop within one (Dr. Hill; Acme Inc. said) ends none; a line of marks alone belongs to the one before."""
    for line in _lines(text[:MAX_CHARS]):
        start = 0
        for end in _END.finditer(line):
            if not _goes_on(line, start, end.start(), end.end()):
                yield line[start : end.start()]
                start = end.end()
        if start < len(line):
            yield line[start:]


def share_of(wanted: frozenset[str], there: frozenset[str]) -> float:
    """1 where nothing is wanted."""
    return len(wanted & there) / len(wanted) if wanted else 1.0


def _carries(word: str) -> bool:
    if word >= _UNSPACED and len(word) == 1:
        return True
    return any(letter.isdigit() for letter in word) or (len(word) >= SHORTEST and word not in COMMON)


def _lines(text: str) -> list[str]:
    lines: list[list[str]] = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        if lines and _MARKS_ALONE.fullmatch(line):
            lines[-1].append(line)
        else:
            lines.append([line])
    return [" ".join(line) for line in lines]


def _goes_on(line: str, start: int, stop: int, after: int) -> bool:
    if line[stop - 1 : stop] != ".":
        return False
    last = line[max(start, stop - LONGEST_ABBREVIATED) : stop]
    return line[after : after + 1].islower() or _ABBREVIATED.search(last) is not None
