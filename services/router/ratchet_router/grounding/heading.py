"""From passages to the text that a model reads: each under its number, so that an answer can name it. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from ratchet_router.grounding.sources import Source

LEAST = 200  # characters of a passage: less of it is not worth its heading
BETWEEN: Final = "\n\n"
_FIRST: Final = re.compile(r"\s*\[1\] [^\n]*, pages? \d+(?:-\d+)?\n")


def headed(number: int, source: Source) -> str:
    return f"{heading(number, source)}\n{source.text}"


def document_of(sources: Sequence[Source]) -> str:
    """All of them as one text."""
    return BETWEEN.join(headed(number, source) for number, source in enumerate(sources, 1))


def begins_of(sources: Sequence[Source]) -> Iterator[int]:
    """Where in `document_of` the text of each begins, behind its heading."""
    at = 0
    for number, source in enumerate(sources, 1):
        its = len(heading(number, source)) + 1
        yield at + its
        at += its + len(source.text) + len(BETWEEN)


def heading(number: int, source: Source) -> str:
    """On one line, whatever the title is."""
    return f"[{number}] {' '.join(source.title.split())}, {pages_of(source)}"


def begins_with_passage(text: str) -> bool:
    """Whether it was retrieved, as `headed` writes it. A text of the caller's own that begins so is taken for one."""
    return _FIRST.match(text) is not None


def pages_of(source: Source) -> str:
    first, last = source.first_page, source.last_page
    return f"page {first}" if first >= last else f"pages {first}-{last}"


def fitting(sources: Sequence[Source], characters: int) -> tuple[Source, ...]:
    """The best of them that have room, in their order. The first always has some: what does not fit of it is cut."""
    kept: list[Source] = []
    left = characters
    for source in sources:
        needs = len(headed(len(kept) + 1, source)) + len(BETWEEN)
        if needs <= left:
            kept.append(source)
            left -= needs
    if kept or not sources:
        return tuple(kept)
    first = sources[0]
    room = max(LEAST, characters - len(heading(1, first)) - 1)
    return (_cut(first, room),)


def _cut(source: Source, characters: int) -> Source:
    return replace(source, text=source.text[:characters])
