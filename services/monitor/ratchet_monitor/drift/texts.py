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
_NO_WORDS: Final = {code: " " for code in range(128) if not WORD.match(chr(code))}
NOTHING_BETWEEN: Final = frozenset(("ja", "ko", "zh", "th"))  # their words: each character counts as one


@dataclass(frozen=True, slots=True)
class Measured:
    characters: int
    language: str
    word: int | None  # one of the text's words, as one of 64 numbers (vocabulary.py)


def measured(text: str, key: bytes, by: bytes) -> Measured:
    """`key`, `by`: vocabulary.py."""
    read = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"
    words = words_of(read.lower())
    language = language_of(read, words)
    if language in NOTHING_BETWEEN:
        words = [character for word in words for character in word]
    return Measured(len(text), language, drawn(words, key, by))


def words_of(text: str) -> list[str]:
    """What `WORD` finds, of plain ASCII in a quarter of the time."""
    return text.translate(_NO_WORDS).split() if text.isascii() else WORD.findall(text)
