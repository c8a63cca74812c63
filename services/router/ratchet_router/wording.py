"""The language that prompts are written in: text with `$name` in it, filled in one pass, paragraph by paragraph. Pure.

What is put in is never looked at again: a document in which `$name` or `{name}` stands comes out as it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
PLACE = re.compile(r"\$(?:(?P<dollar>\$)|(?P<plain>[a-z][a-z0-9_]*)|\{(?P<braced>[a-z][a-z0-9_]*)\}|(?P<lone>))")


class WordingError(ValueError):
    """`quote` is the piece of the text that is wrong."""

    def __init__(self, why: str, quote: str) -> None:
        super().__init__(why)
        self.why, self.quote = why, quote


@dataclass(frozen=True, slots=True)
class Place:
    """Where a variable's value goes."""

    name: str


Paragraph = tuple[str | Place, ...]


@lru_cache(maxsize=4096)
def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Raises WordingError for a `$` that neither names a variable nor is doubled."""
    return tuple(_paragraph(part) for part in BLANK_LINES.split(text.strip()))


def _paragraph(text: str) -> Paragraph:
    found: list[str | Place] = []
    end = 0
    for match in PLACE.finditer(text):
        if match["lone"] is not None:
            quote = text[match.start() : match.start() + 20].partition("\n")[0]
            raise WordingError("has a $ that names no variable: write $$ for the sign itself", quote)
        name = match["plain"] or match["braced"]
        found += [text[end : match.start()], Place(name) if name else "$"]
        end = match.end()
    return tuple(part for part in (*found, text[end:]) if part)


def names(text: str) -> frozenset[str]:
    return frozenset(name for paragraph in paragraphs(text) for name in names_of(paragraph))


def names_of(paragraph: Paragraph) -> frozenset[str]:
    return frozenset(part.name for part in paragraph if isinstance(part, Place))


def filled(text: str, values: Mapping[str, str]) -> str:
    """A paragraph that names a variable without a value is left out."""
    kept = (paragraph for paragraph in paragraphs(text) if names_of(paragraph) <= values.keys())
    return "\n\n".join(_with_values(paragraph, values) for paragraph in kept)


def _with_values(paragraph: Paragraph, values: Mapping[str, str]) -> str:
    return "".join(values[part.name] if isinstance(part, Place) else part for part in paragraph)
