"""A passage in which the words of an answer are looked for: it is taken apart once, whatever points to it. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final, NamedTuple

import msgspec

from ratchet_router.citations import parts_of, plain, stands_in_plain
from ratchet_router.grounding.enough import words_of
from ratchet_router.grounding.sources import Source

LONGEST_QUOTE: Final = 500  # characters
LEFT_OUT: Final = " … "
BEFORE: Final = 100  # characters of a longer sentence that stay before what it is quoted for

SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]?")


class Quote(msgspec.Struct, frozen=True):
    """Words of a passage, and the first and the last page on which they stand."""

    text: str
    first_page: int
    last_page: int


class Sentence(NamedTuple):
    text: str
    start: int
    end: int

    @property
    def place(self) -> tuple[int, int]:
        return self.start, self.end


class CitedPassage:
    """What it says of itself is always its own words, as it has them; `…` stands where some are left out."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @cached_property
    def _plain(self) -> str:
        return plain(self.source.text)

    @cached_property
    def sentences(self) -> list[Sentence]:
        """Or rows of a table."""
        each = (self._trimmed(*match.span()) for match in SENTENCE.finditer(self.source.text))
        return [Sentence(self.source.text[start:end], start, end) for start, end in each if start < end]

    @cached_property
    def _places(self) -> Mapping[str, list[int]]:
        """In which sentences a word stands."""
        found: dict[str, list[int]] = {}
        for number, sentence in enumerate(self.sentences):
            for word in words_of(sentence.text):
                found.setdefault(word, []).append(number)
        return found

    def quoted(self, words: str) -> Quote | None:
        """What the passage has for the words that an answer quotes; None: they do not stand there."""
        if not stands_in_plain(words, self._plain):
            return None
        text, places, end = self.source.text, list[tuple[int, int]](), 0
        for part in parts_of(words):
            wanted = re.compile(r"\s+".join(map(re.escape, part.split())), re.I)
            found = wanted.search(text, end) or wanted.search(text)
            if found is None:  # letters that are one without their case, and two with it
                return self.nearest(words)
            places.append(found.span())
            end = found.end()
        return self.quote(*places)

    def nearest(self, said: str) -> Quote:
        """The sentence that shares most words with what is said; the first of several, and where none shares any."""
        shared = Counter(number for word in words_of(said) for number in self._places.get(word, ()))
        best = min(shared, key=lambda number: (-shared[number], number), default=0)
        return self.quote(self.sentences[best].place if self.sentences else self._trimmed(0, len(self.source.text)))

    def at(self, start: int, end: int) -> Quote:
        """The sentence, or the row, in which that part of the text stands."""
        for match in SENTENCE.finditer(self.source.text):
            if match.start() <= start < match.end():
                return self._around(match.span(), start)
        return self.quote((start, end))

    def around(self, said: re.Pattern[str]) -> Quote | None:
        """The sentence in which it stands; None: it stands nowhere."""
        found = said.search(self.source.text)
        if found is None:
            return None
        for sentence in self.sentences:
            if inside := said.search(sentence.text):
                return self._around(sentence.place, sentence.start + inside.start())
        return self.quote(found.span())

    def quote(self, *places: tuple[int, int]) -> Quote:
        """What stands there, in the order given, as far as a quote is long."""
        kept = list(_within(LONGEST_QUOTE, places))
        text = LEFT_OUT.join(self.source.text[start:end] for start, end in kept)
        pages = [page for start, end in kept for page in self.source.pages_of(start, end)]
        return Quote(text, min(pages), max(pages))

    def _around(self, sentence: tuple[int, int], place: int) -> Quote:
        start, end = sentence
        begin = max(start, place - BEFORE) if end - start > LONGEST_QUOTE else start
        return self.quote(self._trimmed(begin, min(end, begin + LONGEST_QUOTE)))

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        """Without the blanks around it."""
        its = self.source.text[start:end]
        begins = end - len(its.lstrip())
        return begins, begins + len(its.strip())


def _within(room: int, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for start, end in places:
        if room <= 0:
            return
        yield start, min(end, start + room)
        room -= end - start + len(LEFT_OUT)
