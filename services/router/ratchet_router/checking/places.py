"""Where words stand in a text, and whether they are whole there. Pure."""

from collections.abc import Iterator
from typing import Final

LOOKED_AT: Final = 300  # places of one word


def places(text: str, words: str) -> Iterator[int]:
    """The first of them: who repeats himself more often than that means no good."""
    at = text.find(words)
    for _ in range(LOOKED_AT):
        if at < 0:
            return
        yield at
        at = text.find(words, at + 1)


def has_word(text: str, words: str) -> bool:
    """Not as a part of a longer word."""
    return any(
        not text[max(0, at - 1) : at].isalpha() and not text[at + len(words) : at + len(words) + 1].isalpha()
        for at in places(text, words)
    )


def goes_on_before(text: str, at: int) -> bool:
    before = text[max(0, at - 1) : at]
    return before.isdigit() or before in (".", ",")
