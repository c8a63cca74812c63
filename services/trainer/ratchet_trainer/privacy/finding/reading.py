"""A text as words with what stands between them: what all finders of names look at, made once a text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from ratchet_trainer.privacy.spans import Span

_TOKEN = re.compile(
    r"\[[A-Z][A-Z_]{1,30}_\d{1,6}\]"  # a placeholder is one token, and no word
    r"|['’]s\b|[^\W\d_]+(?:(?!['’]s\b)['’-][^\W\d_]+)*"  # noqa: RUF001
    r"|\d+(?:[-/]\d+)*[^\W\d_]?(?!\w)|\w+"
)


class Token(NamedTuple):  # thousands are made a text: a dataclass takes three times as long
    start: int
    end: int
    text: str
    folded: str
    gap: str  # what stands before it, from the end of the token before
    is_word: bool
    capital: bool  # begins with a capital letter
    number: bool  # begins with a digit
    shouted: bool  # all in capitals


@dataclass(frozen=True)
class Reading:
    text: str
    spans: list[Span] = field(default_factory=list)  # what has been found already: no part of anything else

    @cached_property
    def tokens(self) -> list[Token]:
        return list(_tokens(self.text))

    @cached_property
    def whispers(self) -> bool:
        """No capital anywhere: then the lack of one tells nothing."""
        return self.text.islower()

    @cached_property
    def shouts(self) -> bool:
        """All in capitals: then a capital tells nothing."""
        return self.text.isupper()

    def before(self, place: int) -> Token | None:
        return self.tokens[place - 1] if place else None

    def after(self, place: int) -> str:
        """What stands between the token at `place` and the next, or the end."""
        tokens = self.tokens
        return tokens[place + 1].gap if place + 1 < len(tokens) else self.text[tokens[place].end :]

    def lead(self, place: int, length: int = 40) -> str:
        """The last characters before the token."""
        start = self.tokens[place].start
        return self.text[max(0, start - length) : start]

    def trail(self, place: int, length: int = 100) -> str:
        end = self.tokens[place].end
        return self.text[end : end + length]

    def take(self, spans: Iterable[Span]) -> None:
        """What of them has not been taken, from the start of each on, is taken."""
        for span in spans:
            left = self._free(span)
            if left is not None:
                self.spans.append(left)
                self._taken[left.start : left.end] = b"\1" * (left.end - left.start)

    def taken(self, token: Token) -> bool:
        return bool(self._taken[token.start] or self._taken[token.end - 1])

    def _free(self, span: Span) -> Span | None:
        taken = self._taken.find(1, span.start, span.end)
        if taken < 0:
            return span
        end = span.start + len(self.text[span.start : taken].rstrip())
        return replace(span, end=end) if end > span.start else None

    @cached_property
    def _taken(self) -> bytearray:
        return bytearray(len(self.text))


def _tokens(text: str) -> Iterator[Token]:
    end = 0
    for match in _TOKEN.finditer(text):
        said, start = match[0], match.start()
        is_word = said[0].isalpha() and said[-1].isalpha()
        folded = said.casefold().replace("’", "'")  # noqa: RUF001
        shouted = len(said) > 1 and said.isupper()
        capital = is_word and said[0].isupper()
        yield Token(start, match.end(), said, folded, text[end:start], is_word, capital, said[0].isdigit(), shouted)
        end = match.end()
