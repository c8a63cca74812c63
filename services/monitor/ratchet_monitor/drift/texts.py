"""What is measured of a text, so that it need not be kept: a few numbers.

Bounded in time: of a long text the beginning and the end are read, and what lies between counts by its length.
"""

import re
from dataclasses import dataclass
from typing import Final

from ratchet_monitor.drift.languages import language_of
from ratchet_monitor.drift.vocabulary import drawn

HEAD, TAIL = 2_000, 1_000  # characters that are read
WORD: Final = re.compile(r"\w+")
NOTHING_BETWEEN: Final = frozenset(("ja", "ko", "zh", "th"))  # their words: each character counts as one


@dataclass(frozen=True, slots=True)
class Measured:
    characters: int
    language: str
    word: int | None  # one of the text's words, as one of 64 numbers (vocabulary.py)


def measured(text: str, key: bytes, by: bytes) -> Measured:
    """`key`, `by`: vocabulary.py."""
    read = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"
    words = WORD.findall(read.lower())
    language = language_of(read, words)
    if language in NOTHING_BETWEEN:
        words = [character for word in words for character in word]
    return Measured(len(text), language, drawn(words, key, by))
