"""A document as tokens that know where they stand, and as numbers that a tagger reads.

What was scrubbed looks as it will when the student serves: an address is one token on both sides; a name that is a
placeholder looks like words in capitals that were never seen, one or two of them.
"""

import re
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ratchet_student.normalise import NAME, forms
from ratchet_student.reading import Names, names_of
from ratchet_student.words import places

MAX_CHARACTERS = 200_000
MAX_TOKENS = 30_000
CAPITAL = "Xx"
NEIGHBOURS = (-2, -1, 1, 2)
ABSENT, EDGE = np.uint64(0), np.uint64(1)  # in place of a feature's name: nobody knows it; the line ends there

_CAPITALS, _SMALL, _FIGURES = re.compile(r"[^\W\d_a-z]+"), re.compile(r"[a-z]+"), re.compile(r"\d+")
_ODD, _ODD_TOO = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)

Cells = NDArray[np.uint64]  # (tokens, features): names of features, or ABSENT


@dataclass(frozen=True, slots=True)
class Token:
    start: int
    end: int
    line: int
    word: str  # in lower case; empty for a name that was scrubbed
    shape: str  # "Xx" of "Berlin", "X0" of "Q3"


def tokens(document: str) -> list[Token]:
    """The document counts up to MAX_CHARACTERS and MAX_TOKENS."""
    text = document[:MAX_CHARACTERS]
    breaks = [place for place, letter in enumerate(text) if letter == "\n"]
    return [_token(text, *part, bisect(breaks, part[0])) for part in islice(_parts(text), MAX_TOKENS)]


def cells(found: Sequence[Token]) -> Cells:
    """The names of the features that each token has: its own, its neighbours' in the same line, and pairs of words."""
    if not found:
        return np.empty((0, 0), np.uint64)
    own = np.column_stack([_named(column, each) for column, each in enumerate(zip(*map(_own, found), strict=True))])
    line = np.array([token.line for token in found])
    around = [_moved(own[:, :2], line, by) for by in NEIGHBOURS]
    before, after = around[1][:, 0], around[2][:, 0]
    pairs = [mixed(before, own[:, 0], 11), mixed(own[:, 0], after, 12), mixed(before, own[:, 1], 13)]
    beside = [mixed(side, np.full(len(line), by % 7 + 1, np.uint64), 14) for by, side in _sides(around)]
    return np.column_stack([own, *beside, *pairs])


def _parts(text: str) -> Iterator[tuple[int, int, str]]:
    at = 0
    for start, end, form in [*forms(text), (len(text), len(text), "")]:
        yield from ((at + left, at + right, "") for left, right in places(text[at:start]))
        if form == NAME and text[start:end].rstrip("]>")[-1:] in "13579":  # a name of two words
            yield start, start + 1, NAME
            yield start + 1, end, NAME
        elif form:
            yield start, end, form
        at = end


def _token(text: str, start: int, end: int, form: str, line: int) -> Token:
    if form == NAME:
        return Token(start, end, line, "", CAPITAL)
    word = form or text[start:end]
    return Token(start, end, line, word.strip().lower(), form or _shape(word))


def _shape(word: str) -> str:
    return _FIGURES.sub("0", _SMALL.sub("x", _CAPITALS.sub("X", word)))[:6]


def _own(token: Token) -> tuple[str, ...]:
    """The word and the shape come first."""
    word, plain = token.word, _FIGURES.sub("0", token.word)
    return (word, token.shape, plain, word[:2], word[:3], word[-2:], word[-3:], word[-4:])


def _named(column: int, texts: Sequence[str]) -> Cells:
    names: Names = names_of(f"{column}|{text}" for text in texts)
    return np.where(np.array([bool(text) for text in texts]), names, ABSENT)


def _moved(own: Cells, line: NDArray[np.int64], by: int) -> Cells:
    """The features of the token that stands so many places further on, in the same line."""
    moved = np.full_like(own, EDGE)
    to, of = (slice(None, -by), slice(by, None)) if by > 0 else (slice(-by, None), slice(None, by))
    same = line[to] == line[of]
    moved[to] = np.where(same[:, None], own[of], EDGE)
    return moved


def _sides(around: Sequence[Cells]) -> Iterator[tuple[int, Cells]]:
    for by, side in zip(NEIGHBOURS, around, strict=True):
        yield from ((by, side[:, column]) for column in range(side.shape[1]))


def mixed(first: Cells, second: Cells, kind: int) -> Cells:
    mixed = (first ^ np.uint64(kind)) * _ODD + (second ^ (second >> np.uint64(29))) * _ODD_TOO
    return np.where((first == ABSENT) | (second == ABSENT), ABSENT, mixed)
