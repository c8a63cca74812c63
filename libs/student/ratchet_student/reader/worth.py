"""What a candidate is worth beside what a person answered, scales aside."""

import math
from collections.abc import Sequence

from ratchet_student.passages import answer_words
from ratchet_student.reader.grid import value_of
from ratchet_student.reader.programs import Program

CLOSE = 0.0051  # of numbers that were rounded to two places
ARTICLES = frozenset({"a", "an", "the"})


def words_of(parts: Sequence[str]) -> frozenset[str]:
    return frozenset(word for part in parts for word in answer_words(part)) - ARTICLES


def exact(program: Program, parts: Sequence[str]) -> bool:
    if program.number is not None:
        return len(parts) == 1 and abs(value_of(parts[0]) - program.number) <= CLOSE
    return len(parts) == len(program.parts) and sorted(map(_plain, program.parts)) == sorted(map(_plain, parts))


def worth(program: Program, parts: Sequence[str], wanted: frozenset[str]) -> float:
    """0 to 1: the mean of being exact and of F1 over the different words. What is computed is right or not."""
    right = exact(program, parts)
    if right or program.number is not None:
        return float(right)
    ours = words_of(program.parts)
    return len(ours & wanted) / max(len(ours) + len(wanted), 1)


def _plain(part: str) -> str:
    value = value_of(part)
    if math.isnan(value):
        return " ".join(word for word in answer_words(part) if word not in ARTICLES)
    return f"{abs(value):.4f}{'%' * ('%' in part)}"
