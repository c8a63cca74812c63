"""How long an answer was asked to be, and how long it is. Pure."""

import re
from dataclasses import dataclass
from itertools import pairwise

FAR = 1.5  # times as long as asked: models count badly, and a few words more, or a single paragraph, are no failure
FAR_SHORT = 0.5
CHARACTERS_PER_WORD = 2  # where words are not set apart by spaces

_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_SENTENCE_END = re.compile(r"(?<![.!?\u2026])[.!?\u2026]+[\"'\u201d\u2019)\]*_]*(?=\s|$)|[\u3002\uff01\uff1f]+")
_BREAK = re.compile(rf"(?:{_SENTENCE_END.pattern})\n*|\n+")
_ABBREVIATED = re.compile(
    r"\b(?:[a-z]|mr|mrs|ms|dr|st|no|vs|etc|approx|inc|ltd|co|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|bzw|ca|nr)\.\Z",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends count; None is no end."""

    least: int | None = None
    most: int | None = None


ANY = Range()


@dataclass(frozen=True, slots=True)
class Wanted:
    """As a template gives it: "2-3 sentences" is `sentences=Range(2, 3)`, "at most 80 words" `words=Range(most=80)`."""

    words: Range = ANY
    sentences: Range = ANY
    paragraphs: Range = ANY
    characters: Range = ANY


ANY_LENGTH = Wanted()


def words_in(text: str) -> int:
    unspaced = 0 if text.isascii() else len(_UNSPACED.findall(text))
    spaced = _UNSPACED.sub("", text) if unspaced else text
    return len(spaced.split()) + unspaced // CHARACTERS_PER_WORD


def paragraphs_in(text: str) -> int:
    lines = ["", *(line.strip() for line in text.splitlines())]
    return sum(bool(line and not before) for before, line in pairwise(lines))


def sentences_in(text: str) -> int:
    """Each line has one at least: a list's items often end without a stop."""
    return sum(max(1, _ends_in(line)) for line in text.splitlines() if line.strip())


def sentence_starts(text: str) -> list[int]:
    """Where a sentence or a line begins, the first at 0."""
    ends = (found.end() for found in _BREAK.finditer(text))
    return [0, *(end for end in ends if not _is_abbreviated(text, end))]


def _ends_in(line: str) -> int:
    return sum(not _is_abbreviated(line, found.end()) for found in _SENTENCE_END.finditer(line))


def _is_abbreviated(text: str, end: int) -> bool:
    return _ABBREVIATED.search(text, max(0, end - 8), end) is not None
