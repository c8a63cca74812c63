"""A long text in pieces that fit a model: cut where the text pauses, each with a little of the one before. Pure."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ratchet_providers.media import CHARACTERS_PER_TOKEN

MOST_OVERLAP: Final = 4  # a piece repeats a quarter of the one before at most
FULL_ENOUGH: Final = 2  # a pause is taken from the half of a piece on; before, a weaker one that comes later is better

# Where a piece may begin, the strongest pause first. What is matched belongs to the piece before.
PAUSES: Final[Sequence[re.Pattern[str]]] = (
    re.compile(
        r"\n(?=#{1,6} \S|\d{1,3}(?:\.\d{1,3}){0,3}\.? +[A-Z][^\n]{0,80}\n|[A-Z][A-Z0-9 ,&/()-]{3,80}\n)"
    ),  # heading
    re.compile(r"\n(?:[ \t]*\n)+"),  # paragraph
    re.compile(r"\n(?=[A-Z][\w.'-]*(?: [\w.'-]+){0,4}(?: \([^)\n]{1,40}\))?:[ \t])"),  # another speaker
    re.compile(r"\n"),
    re.compile(r"[.!?][\"')\]]*\s+|[。！？]"),  # noqa: RUF001  sentence
    re.compile(r"\s+"),  # word
)
JOINER: Final = "\u200d"  # of the emoji before and behind it
# What belongs to the character before: accents and vowel signs, the forms and skins of emoji, the joiner.
JOINS: Final = re.compile(
    "[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u200d\u20d0-\u20ff\ufe00-\ufe0f"
    "\U0001f3fb-\U0001f3ff]"
)
LONGEST_SIGN: Final = 16  # characters
SENTENCE: Final = 5  # so many of them are pauses between sentences at least


@dataclass(frozen=True, slots=True)
class Piece:
    """`text` is what stands in the whole from `start` to `end`."""

    start: int
    end: int
    text: str = field(repr=False)


def tokens_of(text: str) -> int:
    """Estimated, and rounded up; by bytes, since what needs more of them needs more tokens too."""
    return -(-len(text.encode(errors="replace")) // CHARACTERS_PER_TOKEN)


def split(text: str, *, tokens: int, overlap_tokens: int = 0) -> list[Piece]:
    """Pieces of about `tokens` at most, in order. Together they cover the text; a word is cut only if it fits no piece.

    Raises ValueError for tokens < 1.
    """
    if tokens < 1:
        raise ValueError(f"A piece needs room for a token at least, not for {tokens}.")
    most = tokens * CHARACTERS_PER_TOKEN
    return _split(text, most, min(overlap_tokens * CHARACTERS_PER_TOKEN, most // MOST_OVERLAP))


def _split(text: str, most: int, overlap: int) -> list[Piece]:
    """`most` and `overlap` are bytes: parts of one text may be in scripts that need few and many."""
    breaks = [[match.end() for match in pause.finditer(text)] for pause in PAUSES]
    found: list[Piece] = []
    start, done = 0, 0
    while True:
        end = _end(breaks, start, done, _reach(text, start, most), len(text))
        if end is None:  # nothing new fits behind what would be repeated
            high = _reach(text, done, most)
            start, end = done, _end(breaks, done, done, high, len(text)) or _whole_sign(text, done, high)
        found.append(Piece(start, end, text[start:end]))
        if end == len(text):
            return found
        start, done = _next_start(breaks, max(_back(text, end, overlap), start + 1), end), end


def _reach(text: str, start: int, most: int) -> int:
    """How far so many bytes go from there."""
    there = text[start : start + most].encode(errors="replace")[:most]
    return start + max(1, len(there.decode(errors="ignore")))


def _back(text: str, end: int, most: int) -> int:
    there = text[max(0, end - most) : end].encode(errors="replace")
    return end - len(there[max(0, len(there) - most) :].decode(errors="ignore"))


def _whole_sign(text: str, low: int, high: int) -> int:
    """Before a sign that would be cut: a letter with its accents, an emoji of several characters. Else `high`."""
    at = high
    while at > max(low + 1, high - LONGEST_SIGN) and (JOINS.match(text[at]) or text[at - 1] == JOINER):
        at -= 1
    return high if JOINS.match(text[at]) or text[at - 1] == JOINER else at


def _end(breaks: Sequence[Sequence[int]], start: int, done: int, high: int, length: int) -> int | None:
    """The latest of the strongest pauses in the second half of the piece, else the latest pause; behind `done`."""
    if high >= length:
        return length
    low = max(done, start + (high - start) // FULL_ENOUGH)
    good = next((at for places in breaks if (at := _latest(places, low, high)) is not None), None)
    return good if good is not None else _latest(breaks[-1], done, high)


def _latest(places: Sequence[int], low: int, high: int) -> int | None:
    """The last place in (low, high]."""
    index = bisect_right(places, high) - 1
    return places[index] if index >= 0 and places[index] > low else None


def _next_start(breaks: Sequence[Sequence[int]], low: int, end: int) -> int:
    """As far back as may be repeated: to where a sentence begins, else a word."""
    sentences = [at for places in breaks[:SENTENCE] if (at := _first(places, low, end)) is not None]
    word = _first(breaks[-1], low, end)
    return min(sentences) if sentences else word if word is not None else end


def _first(places: Sequence[int], low: int, high: int) -> int | None:
    """The first place in [low, high)."""
    index = bisect_left(places, low)
    return places[index] if index < len(places) and places[index] < high else None
