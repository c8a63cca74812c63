"""Statements that name no source get the one that they are from, where their words or figures say it. Pure.

A statement is a passage's where a sentence of the passage has nearly all of its telling words, or where a figure of it
is quoted from the passage. What cannot be told so stays without a source.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from ratchet_figures.checking import checked
from ratchet_figures.checking.check import CannotCheckError
from ratchet_figures.checking.passages import Passage
from ratchet_figures.checking.units import BARE
from ratchet_figures.narrating import Marked
from ratchet_reports.report import Paragraph, Section, Statement
from ratchet_router.grounding.cited_passage import CitedPassage
from ratchet_router.grounding.citing import KNOWN_BY_DIGITS
from ratchet_router.grounding.enough import words_of
from ratchet_router.grounding.sources import Source
from ratchet_router.reporting.told import Read

SHARE: Final = 0.75  # of the telling words that one sentence of the passage has to have
FEWEST: Final = 4  # telling words: less of it stands anywhere
MOST: Final = 200  # statements that are looked up

Quotes = Mapping[int, tuple[str, ...]]  # by the passage's number


class Attributed(NamedTuple):
    """`by_words`: how many statements have their source from here; `quotes`: what they stand on, beside those cited."""

    sections: tuple[Section, ...]
    quotes: Quotes
    by_words: int


def attributed(sections: Sequence[Section], read: Sequence[Read], figures: Sequence[Marked]) -> Attributed:
    its = _Looking(read, figures)
    found = tuple(
        replace(section, paragraphs=tuple(_paragraph(one, its) for one in section.paragraphs)) for section in sections
    )
    return Attributed(found, {number: tuple(dict.fromkeys(one)) for number, one in its.quotes.items()}, its.found)


def _paragraph(paragraph: Paragraph, its: "_Looking") -> Paragraph:
    return replace(paragraph, statements=tuple(its.statement(one) for one in paragraph.statements))


class _Looking:
    def __init__(self, read: Sequence[Read], figures: Sequence[Marked]) -> None:
        self._figures = figures
        self._sentences = {one.number: CitedPassage(_source(one)) for one in read}
        self._passages = [Passage(str(one.number), one.title, one.pages[0] or None, one.text) for one in read]
        self.quotes: dict[int, list[str]] = {}
        self.found = self._looked = 0

    def statement(self, given: Statement) -> Statement:
        if given.marks or self._looked >= MOST:
            return given
        self._looked += 1
        marks = tuple(dict.fromkeys((*self._of_words(given.text), *self._of_figures(given.text))))
        self.found += bool(marks)
        return replace(given, marks=marks)

    def _of_words(self, text: str) -> Iterator[str]:
        """The passage that has most of them."""
        said = set(words_of(text))
        if len(said) < FEWEST:
            return
        shares = [(self._share(said, number, text), number) for number in self._sentences]
        share, number = max(shares, key=lambda pair: (pair[0], -pair[1]), default=(0.0, 0))
        if share >= SHARE:
            self._quote(number, text)
            yield str(number)

    def _share(self, said: set[str], number: int, text: str) -> float:
        return len(said & set(words_of(self._sentences[number].nearest(text)))) / len(said)

    def _of_figures(self, text: str) -> Iterator[str]:
        try:
            findings = checked(text, [one.figure for one in self._figures], self._passages).findings
        except CannotCheckError:  # it is said of the whole answer
            return
        for one in findings:
            if one.unit == BARE and sum(map(str.isdigit, one.text)) < KNOWN_BY_DIGITS:
                continue  # a 5 stands everywhere
            if one.ground == "quoted" and one.passage is not None:
                self._quote(int(one.passage.mark), text)
                yield one.passage.mark
            elif one.ground == "computed" and not one.input:
                yield from (its.mark for its in self._figures if its.figure is one.figure)

    def _quote(self, number: int, text: str) -> None:
        self.quotes.setdefault(number, []).append(self._sentences[number].nearest(text))


def _source(read: Read) -> Source:
    return Source(
        document_id=read.document_id,
        revision=0,
        title=read.title,
        order=read.number,
        text=read.text,
        first_page=read.pages[0],
        last_page=read.pages[1],
    )
