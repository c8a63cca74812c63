"""Where an answer says it is from: its marks and quotes, and the passages that they mean. Pure.

A mark `[2]` without a quote is given the sentence of the passage that shares most words with what stands before the
mark. A short answer without any mark is cited from the first passage in which it stands word for word: who picks cells
and spans, and writes no marks, says so where they are from.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from ratchet_router.citations import QUOTED, stands_in
from ratchet_router.grounding.enough import words_of
from ratchet_router.grounding.sources import Source, TablePlace

MOST: Final = 50  # citations of one answer
LONGEST_QUOTE: Final = 500  # characters
SHORT_ANSWER: Final = 300  # characters

_MARK: Final = re.compile(r"\[(?P<numbers>\d{1,3}(?:\s?[,;\u2013-]\s?\d{1,3}){0,20})\](?!\()")
_RANGE: Final = re.compile(r"(\d{1,3})\s?[\u2013-]\s?(\d{1,3})|(\d{1,3})")
_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]?")
_NUMBERED: Final = re.compile(r"\[(?P<number>\d{1,3}): ?")


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """`passage`: its number, from 1. `quote`: words of the passage. `table`: where it is a table, or a part of one."""

    passage: int
    document_id: str
    title: str
    first_page: int
    last_page: int
    quote: str
    table: TablePlace | None = None


def citations_of(output: str, sources: Sequence[Source]) -> tuple[Citation, ...]:
    """In the answer's order, each once; none for a mark or a quote that no passage bears out."""
    if not sources:
        return ()
    found: dict[tuple[int, str], Citation] = {}
    for number, quote in _named(output, sources) or _unmarked(output, sources):
        found.setdefault((number, quote), _citation(number, sources[number - 1], quote))
        if len(found) == MOST:
            break
    return tuple(found.values())


def _named(output: str, sources: Sequence[Source]) -> list[tuple[int, str]]:
    said = [(match.start(), number, match["words"]) for match in QUOTED.finditer(output) for number in _of(match)]
    places = [
        (start, *pair) for start, number, quote in said if (pair := _borne_out(number, quote, sources)) is not None
    ]
    for match in _MARK.finditer(output):
        before = _sentence_before(output, match.start())
        places += [
            (match.start(), number, _nearest(before, sources[number - 1]))
            for number in _numbers(match["numbers"])
            if 1 <= number <= len(sources)
        ]
    return [(number, quote) for _, number, quote in sorted(places, key=lambda place: place[0])]


def _of(match: re.Match[str]) -> Iterator[int | None]:
    numbered = _NUMBERED.match(match[0])
    yield int(numbered["number"]) if numbered else None


def _borne_out(number: int | None, quote: str, sources: Sequence[Source]) -> tuple[int, str] | None:
    """The passage in which the words stand: the one that is named, or else the first."""
    numbers = range(1, len(sources) + 1) if number is None else [number] if 1 <= number <= len(sources) else []
    found = next((one for one in numbers if stands_in(quote, sources[one - 1].text)), None)
    return None if found is None else (found, quote[:LONGEST_QUOTE])


def _unmarked(output: str, sources: Sequence[Source]) -> list[tuple[int, str]]:
    said = output.strip().rstrip(".")
    if not said or len(said) > SHORT_ANSWER or not words_of(said):
        return []
    whole = re.compile(rf"(?<![\w.,]){re.escape(said)}(?![\w]|[.,]\d)", re.I)
    number = next((n for n, source in enumerate(sources, 1) if whole.search(source.text)), None)
    if number is None:
        return []
    return [(number, _around(sources[number - 1].text, whole))]


def _around(text: str, said: re.Pattern[str]) -> str:
    """The sentence, or the row of a table, in which it stands."""
    sentences = (match[0].strip() for match in _SENTENCE.finditer(text))
    return next((one for one in sentences if said.search(one)), text.strip())[:LONGEST_QUOTE]


def _numbers(listed: str) -> list[int]:
    """Of "1, 3-5" all of them."""
    found: list[int] = []
    for match in _RANGE.finditer(listed):
        first, last = int(match[1] or match[3]), int(match[2] or match[3])
        found += range(first, min(last, first + MOST) + 1)
    return found


def _sentence_before(output: str, end: int) -> str:
    begun = output[max(0, end - LONGEST_QUOTE) : end].rstrip()
    sentences = [match[0] for match in _SENTENCE.finditer(begun)]
    return sentences[-1] if sentences else begun


def _nearest(said: str, source: Source) -> str:
    asked = set(words_of(said))
    sentences = [match[0].strip() for match in _SENTENCE.finditer(source.text)]
    best = max((one for one in sentences if one), key=lambda one: len(asked.intersection(words_of(one))), default="")
    return (best or source.text.strip())[:LONGEST_QUOTE]


def _citation(number: int, source: Source, quote: str) -> Citation:
    return Citation(
        passage=number,
        document_id=source.document_id,
        title=source.title,
        first_page=source.first_page,
        last_page=source.last_page,
        quote=quote,
        table=source.table,
    )
