"""What a candidate is worth beside what a person answered, scales aside."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from ratchet_student.passages import answer_words
from ratchet_student.reader.grid import value_of
from ratchet_student.reader.programs import Program

CLOSE = 0.0051  # of numbers that were rounded to two places
ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True, slots=True)
class Meant:
    """What a person answered, as candidates are compared with it."""

    value: float  # of an answer of one part that is a figure, else NaN
    plain: list[str]  # its parts, sorted
    words: frozenset[str]

    @classmethod
    def by(cls, parts: Sequence[str]) -> Self:
        value = value_of(parts[0]) if len(parts) == 1 else math.nan
        return cls(value, sorted(map(_plain, parts)), _words_of(parts))


def exact(program: Program, meant: Meant) -> bool:
    if program.number is not None:
        return abs(meant.value - program.number) <= CLOSE
    return len(meant.plain) == len(program.parts) and sorted(map(_plain, program.parts)) == meant.plain


def worth(program: Program, meant: Meant, *, right: bool) -> float:
    """0 to 1: the mean of being exact (`right`) and of F1 over different words; what is computed is right or not."""
    if right or program.number is not None:
        return float(right)
    ours = _words_of(program.parts)
    return len(ours & meant.words) / max(len(ours) + len(meant.words), 1)


def _words_of(parts: Sequence[str]) -> frozenset[str]:
    return frozenset(word for part in parts for word in answer_words(part)) - ARTICLES


def _plain(part: str) -> str:
    value = value_of(part)
    if math.isnan(value):
        return " ".join(word for word in answer_words(part) if word not in ARTICLES)
    return f"{abs(value):.4f}{'%' * ('%' in part)}"
