"""Does a text in another language than English begin with the speaker's own inability to do the task?

By the structure that such a sentence has everywhere: an apology or nothing, "I cannot", and the task with what was
given to work on. Which words these are says `inability.toml`. Not seen: languages that are not listed there, and what
is put in other words.
"""

import re
import tomllib
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

FILE: Final = Path(__file__).parent / "inability.toml"
SENTENCES: Final = 2  # an apology may be one of its own
FAR: Final = 160  # characters: the longest sentence that is looked at

_SENTENCE_END = re.compile(r"[.!?\n]+(?=\s|$)|[\u3002\uff01\uff1f\u0964\u061f]+")
_BEFORE_A_SENTENCE: Final = " \t\r\n.!?\u3002\uff01\uff1f\u0964\u061f"
_PUNCTUATION = re.compile(r"[,;:\u2013\u2014\u060c\uff0c\u3001\"()]+")
# In a summary it is somebody else's inability.
_REPORTED = re.compile(
    r"[,;\u2013\u2014-]\s*(?:so\s)?(?:sagt|sagte|schreibt|schrieb|meint|erklärt|warnt|dit|écrit|explique|dice|dijo|"
    r"escribe|explica|scrive|spiega|diz|disse|escreve|zegt|zei|schrijft|говорит|сказал|пишет|mówi|pisze|säger|skriver|"
    r"siger|říká|píše|diyor|dedi|kata)\b",
)


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    polite: tuple[str, ...]
    cannot: tuple[str, ...]
    outright: tuple[str, ...]
    task: tuple[str, ...]
    objects: tuple[str, ...]
    needs: tuple[str, ...] = ()
    spaced: bool = True

    @property
    def openings(self) -> tuple[str, ...]:
        return (*self.polite, *self.cannot, *self.objects, *self.outright)


def says_unable(beginning: str) -> bool:
    """`beginning`: in lower case, with plain apostrophes."""
    start = beginning.lstrip(_BEFORE_A_SENTENCE)
    if not start.startswith(_openings().get(start[:1], ())) or _REPORTED.search(beginning):
        return False
    sentences = [sentence.strip() for sentence in _SENTENCE_END.split(beginning) if sentence.strip()][:SENTENCES]
    return any(_is_unable(sentences, words) for words in _all_words())


def _is_unable(sentences: list[str], words: Words) -> bool:
    for sentence in sentences:
        if not sentence.startswith(words.openings):
            return False
        if _says(sentence[:FAR], words):
            return True
        if not sentence.startswith(words.polite):
            return False
    return False


def _says(sentence: str, words: Words) -> bool:
    said = f" {' '.join(_PUNCTUATION.sub(' ', sentence).split())} "

    def has(some: tuple[str, ...]) -> bool:
        return any((f" {word}" if words.spaced else word) in said for word in some)

    if not has(words.cannot) or (words.needs and not has(words.needs)):
        return False
    return has(words.outright) or (has(words.task) and has(words.objects))


@cache
def _all_words() -> tuple[Words, ...]:
    listed = msgspec.convert(tomllib.loads(FILE.read_text(encoding="utf-8")), dict[str, Words])
    return tuple(listed.values())


@cache
def _openings() -> dict[str, tuple[str, ...]]:
    """Of all languages, by their first letter: most answers are told by that alone."""
    all_of_them = sorted({opening for words in _all_words() for opening in words.openings})
    return {letter: tuple(some) for letter, some in groupby(all_of_them, key=lambda opening: opening[0])}
