"""What is measured of a text, so that it need not be kept: a few numbers, and its part of a sketch that is summed up.

Bounded in time: of a long text the beginning and the end are read, and what lies between counts by its length.
"""

import re
from dataclasses import dataclass
from typing import Final

from ratchet_monitor.drift.languages import language_of
from ratchet_monitor.drift.refusals import refuses
from ratchet_monitor.drift.vocabulary import Vocabulary, vocabulary_of

HEAD, TAIL = 2_000, 1_000  # characters that are read
WORD: Final = re.compile(r"\w+")
CHARACTERS_A_TOKEN: Final = 4.0  # of text in Latin letters; of most others about one
ONE_TOKEN_EACH: Final = frozenset(("ja", "ko", "zh", "th"))


@dataclass(frozen=True, slots=True)
class Measured:
    characters: int
    words: int  # counted in what is read, and as many for each character of the rest
    tokens: int  # an estimate, where the provider does not say
    language: str
    refusal: bool  # said of answers only
    vocabulary: Vocabulary  # of this text alone: add it to others, do not keep it


def measured(text: str, key: bytes, *, is_answer: bool = False) -> Measured:
    """`key`: vocabulary.py. Nothing that is returned goes into logs, and no `Measured` into a store."""
    read = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"
    words = WORD.findall(read.lower())
    language = language_of(read, words)
    if language in ONE_TOKEN_EACH:  # nothing stands between their words: each character counts as one
        words = [character for word in words for character in word]
    return Measured(
        characters=len(text),
        words=round(len(words) * len(text) / len(read)) if read else 0,
        tokens=round(len(text) / (1.0 if language in ONE_TOKEN_EACH else CHARACTERS_A_TOKEN)),
        language=language,
        refusal=is_answer and refuses(text),
        vocabulary=vocabulary_of(words, key),
    )
