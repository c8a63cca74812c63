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
    share = len(text) / max(1, len(text.encode(errors="replace")))  # characters a byte
    characters = max(1, int(tokens * CHARACTERS_PER_TOKEN * share))
    overlap = min(int(overlap_tokens * CHARACTERS_PER_TOKEN * share), characters // MOST_OVERLAP)
    return _split(text, characters, overlap)


def _split(text: str, most: int, overlap: int) -> list[Piece]:
    breaks = [[match.end() for match in pause.finditer(text)] for pause in PAUSES]
    found: list[Piece] = []
    start, done = 0, 0
    while True:
        end = _end(breaks, start, done, most, len(text))
        if end is None:  # nothing new fits behind what would be repeated
            start, end = done, _end(breaks, done, done, most, len(text)) or done + most
        found.append(Piece(start, end, text[start:end]))
        if end == len(text):
            return found
        start, done = _next_start(breaks, start, end, overlap), end


def _end(breaks: Sequence[Sequence[int]], start: int, done: int, most: int, length: int) -> int | None:
    """The latest of the strongest pauses in the second half of the piece, else the latest pause; behind `done`."""
    if length - start <= most:
        return length
    low, high = max(done, start + most // FULL_ENOUGH), start + most
    good = next((at for places in breaks if (at := _latest(places, low, high)) is not None), None)
    return good if good is not None else _latest(breaks[-1], done, high)


def _latest(places: Sequence[int], low: int, high: int) -> int | None:
    """The last place in (low, high]."""
    index = bisect_right(places, high) - 1
    return places[index] if index >= 0 and places[index] > low else None


def _next_start(breaks: Sequence[Sequence[int]], start: int, end: int, overlap: int) -> int:
    """As far back as may be repeated: to where a sentence begins, else a word; behind where the piece began."""
    low = max(end - overlap, start + 1)
    sentences = [at for places in breaks[:SENTENCE] if (at := _first(places, low, end)) is not None]
    word = _first(breaks[-1], low, end)
    return min(sentences) if sentences else word if word is not None else end


def _first(places: Sequence[int], low: int, high: int) -> int | None:
    """The first place in [low, high)."""
    index = bisect_left(places, low)
    return places[index] if index < len(places) and places[index] < high else None
