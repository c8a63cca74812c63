"""A passage in which the words of an answer are looked for: it is taken apart once, whatever points to it. Pure."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from ratchet_router.citations import parts_of, plain, stands_in_plain
from ratchet_router.grounding.enough import words_of
from ratchet_router.grounding.sources import Source

LONGEST_QUOTE: Final = 500  # characters
LEFT_OUT: Final = " … "
BEFORE: Final = 100  # characters of a longer sentence that stay before what it is quoted for

SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]?")


class CitedPassage:
    """What it says of itself is always its own words, as it has them; `…` stands where some are left out."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @cached_property
    def _plain(self) -> str:
        return plain(self.source.text)

    @cached_property
    def _sentences(self) -> list[str]:
        """Or rows of a table."""
        return [said for match in SENTENCE.finditer(self.source.text) if (said := match[0].strip())]

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        """In which sentences a word stands."""
        found: dict[str, list[int]] = {}
        for number, sentence in enumerate(self._sentences):
            for word in words_of(sentence):
                found.setdefault(word, []).append(number)
        return found

    @property
    def sentences(self) -> list[str]:
        return self._sentences

    def quoted(self, words: str) -> str | None:
        """What the passage has for the words that an answer quotes; None: they do not stand there."""
        if not stands_in_plain(words, self._plain):
            return None
        text, said, end = self.source.text, [], 0
        for part in parts_of(words):
            wanted = re.compile(r"\s+".join(map(re.escape, part.split())), re.I)
            found = wanted.search(text, end) or wanted.search(text)
            if found is None:  # letters that are one without their case, and two with it
                return self.nearest(words)
            said.append(found[0])
            end = found.end()
        return LEFT_OUT.join(said)[:LONGEST_QUOTE]

    def nearest(self, said: str) -> str:
        """The sentence that shares most words with what is said; the first of several, and where none shares any."""
        shared = Counter(number for word in words_of(said) for number in self._places.get(word, ()))
        best = min(shared, key=lambda number: (-shared[number], number), default=0)
        return (self._sentences[best] if self._sentences else self.source.text.strip())[:LONGEST_QUOTE]

    def at(self, start: int, end: int) -> str:
        """The sentence, or the row, in which that part of the text stands."""
        for match in SENTENCE.finditer(self.source.text):
            if match.start() <= start < match.end():
                return _around(match[0], start - match.start())
        return self.source.text[start:end][:LONGEST_QUOTE]

    def around(self, said: re.Pattern[str]) -> str | None:
        """The sentence in which it stands; None: it stands nowhere."""
        found = said.search(self.source.text)
        if found is None:
            return None
        for sentence in self._sentences:
            if inside := said.search(sentence):
                return _around(sentence, inside.start())
        return found[0]


def _around(sentence: str, place: int) -> str:
    begin = max(0, place - BEFORE) if len(sentence) > LONGEST_QUOTE else 0
    return sentence[begin : begin + LONGEST_QUOTE].strip()
