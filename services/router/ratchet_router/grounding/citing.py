"""Where an answer says it is from: its marks and quotes, and the passages that they mean. Pure.

A mark `[2]` without a quote is given the sentence of the passage that shares most words with what stands before the
mark. Who picks cells and spans, and writes no marks, says in which place of what was read they stand. A short answer
without either is cited from the first passage in which it stands word for word, where it says enough to be known by.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from heapq import merge
from typing import Final, NamedTuple

import msgspec

from ratchet_providers.base import Evidence
from ratchet_router.citations import QUOTED
from ratchet_router.grounding.cited_passage import LONGEST_QUOTE, SENTENCE, CitedPassage, Quote
from ratchet_router.grounding.enough import words_of
from ratchet_router.grounding.heading import begins_of
from ratchet_router.grounding.sources import Source, TablePlace

MOST: Final = 50  # citations of one answer
LOOKED_UP: Final = 300  # places that an answer points to, each once: of a longer one the others are not cited
SHORT_ANSWER: Final = 300  # characters
KNOWN_BY_WORDS: Final = 2  # a short answer of fewer telling words stands in many a sentence that says something else,
KNOWN_BY_DIGITS: Final = 3  # unless it is a figure of so many digits

_MARK: Final = re.compile(r"\[(?P<numbers>\d{1,3}(?:\s?[,;\u2013-]\s?\d{1,3}){0,20})\](?!\()")
_RANGE: Final = re.compile(r"(\d{1,3})\s?[\u2013-]\s?(\d{1,3})|(\d{1,3})")
_NUMBERED: Final = re.compile(r"\[(?P<number>\d{1,3}): ?")


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """`passage`: its number, from 1. `quote`: words of the passage; the pages are those of the words. `table`: where
    the passage is a table, or a part of one.
    """

    passage: int
    document_id: str
    title: str
    first_page: int
    last_page: int
    quote: str
    table: TablePlace | None = None


def citations_of(output: str, sources: Sequence[Source], evidence: Sequence[Evidence] = ()) -> tuple[Citation, ...]:
    """In the answer's order, each once; none for a mark or a quote that no passage bears out. `evidence`: by places in
    the passages as they are given to read, `heading.document_of`.
    """
    if not sources:
        return ()
    passages = [CitedPassage(source) for source in sources]
    found: dict[tuple[int, Quote], Citation] = {}
    for number, quote in _named(output, passages):
        found.setdefault((number, quote), _citation(number, sources[number - 1], quote))
        if len(found) == MOST:
            break
    return tuple(found.values()) or _picked(evidence, passages) or _unmarked(output, passages)


class _Pointed(NamedTuple):
    """`number` None: any passage. `words`: quoted, or what stands before the mark."""

    number: int | None
    words: str
    quoted: bool


def _named(output: str, passages: Sequence[CitedPassage]) -> Iterator[tuple[int, Quote]]:
    seen: set[_Pointed] = set()
    for one in _pointed(output, len(passages)):
        if one in seen:
            continue
        seen.add(one)
        if (pair := _borne_out(one, passages)) is not None:
            yield pair
        if len(seen) == LOOKED_UP:
            return


def _pointed(output: str, passages: int) -> Iterator[_Pointed]:
    for match in merge(QUOTED.finditer(output), _MARK.finditer(output), key=lambda found: found.start()):
        if match.re is QUOTED:
            numbered = _NUMBERED.match(match[0])
            yield _Pointed(int(numbered["number"]) if numbered else None, match["words"], quoted=True)
            continue
        before = _sentence_before(output, match.start())
        for number in _numbers(match["numbers"], passages):
            yield _Pointed(number, before, quoted=False)


def _borne_out(one: _Pointed, passages: Sequence[CitedPassage]) -> tuple[int, Quote] | None:
    """By the passage that is named, or else the first that has the words."""
    if one.number is not None and not 1 <= one.number <= len(passages):
        return None
    if not one.quoted and one.number is not None:
        return one.number, passages[one.number - 1].nearest(one.words)
    for number in range(1, len(passages) + 1) if one.number is None else (one.number,):
        if (quote := passages[number - 1].quoted(one.words)) is not None:
            return number, quote
    return None


def _picked(evidence: Sequence[Evidence], passages: Sequence[CitedPassage]) -> tuple[Citation, ...]:
    """None for a place that has other words there: it is of another text."""
    found: dict[tuple[int, Quote], Citation] = {}
    begins = list(begins_of([one.source for one in passages]))
    for its in evidence[:LOOKED_UP]:
        number = bisect_right(begins, its.start)
        if not number or not its.text:
            continue
        passage = passages[number - 1]
        start, end = its.start - begins[number - 1], its.end - begins[number - 1]
        if passage.source.text[start:end] == its.text:
            quote = passage.at(start, end)
            found.setdefault((number, quote), _citation(number, passage.source, quote))
    return tuple(found.values())[:MOST]


def passages_with(said: str, sources: Sequence[Source]) -> tuple[int, ...]:
    """The numbers of those in which a short answer stands word for word; none where it says too little for that."""
    return tuple(number for number, _ in _word_for_word(said, [CitedPassage(source) for source in sources]))


def _unmarked(output: str, passages: Sequence[CitedPassage]) -> tuple[Citation, ...]:
    for number, quote in _word_for_word(output, passages):
        return (_citation(number, passages[number - 1].source, quote),)
    return ()


def _word_for_word(output: str, passages: Sequence[CitedPassage]) -> Iterator[tuple[int, Quote]]:
    said = output.strip().rstrip(".")
    if len(said) > SHORT_ANSWER or not _is_known_by(words_of(said)):
        return
    whole = re.compile(rf"(?<![\w.,]){re.escape(said)}(?![\w]|[.,]\d)", re.I)
    for number, passage in enumerate(passages, 1):
        if (quote := passage.around(whole)) is not None:
            yield number, quote


def _is_known_by(words: Sequence[str]) -> bool:
    if len(words) >= KNOWN_BY_WORDS:
        return True
    return any(sum(map(str.isdigit, word)) >= KNOWN_BY_DIGITS for word in words)


def _numbers(listed: str, most: int) -> list[int]:
    """Of "1, 3-5" all of them, each once; none beyond `most`."""
    found: dict[int, None] = {}
    for match in _RANGE.finditer(listed):
        first, last = int(match[1] or match[3]), int(match[2] or match[3])
        found |= dict.fromkeys(range(max(1, first), min(last, most) + 1))
    return list(found)


def _sentence_before(output: str, end: int) -> str:
    """Without the marks that stand there too."""
    begun = _MARK.sub(" ", output[max(0, end - LONGEST_QUOTE) : end]).rstrip()
    sentences = [match[0] for match in SENTENCE.finditer(begun)]
    return sentences[-1] if sentences else begun


def _citation(number: int, source: Source, quote: Quote) -> Citation:
    return Citation(
        passage=number,
        document_id=source.document_id,
        title=source.title,
        first_page=quote.first_page,
        last_page=quote.last_page,
        quote=quote.text,
        table=source.table,
    )
