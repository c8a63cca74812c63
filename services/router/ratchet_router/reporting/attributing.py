"""Statements that name no source get the one that they are from, where their words or figures say it. Pure.

A statement is a passage's where one sentence of the passage has all of its telling words, and denies what it denies; or
where a sentence has a figure of it, digit by digit, and another telling word. It is a computed figure's where it has
the words of the measure, too. What cannot be told so stays without a source: better none than a false one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from msgspec.structs import replace

from ratchet_figures.checking import checked
from ratchet_figures.checking.check import CannotCheckError
from ratchet_figures.checking.passages import Passage
from ratchet_figures.checking.units import BARE
from ratchet_figures.narrating import Marked
from ratchet_reports.report import Paragraph, Section, Statement
from ratchet_router.grounding.cited_passage import CitedPassage, Quote
from ratchet_router.grounding.citing import KNOWN_BY_DIGITS
from ratchet_router.grounding.enough import words_of
from ratchet_router.grounding.sources import Source
from ratchet_router.reporting.told import Read

FEWEST: Final = 4  # telling words: less of it stands anywhere
BEGINNING: Final = 5  # letters
SCALES: Final = frozenset({"thousand", "thousands", "million", "millions", "billion", "billions", "percent"})
_DENIES: Final = re.compile(r"\b(?:not|no|never|neither|nor|without|none|cannot)\b|n['\u2019]t\b", re.I)
_DIGITS: Final = re.compile(r"\d[\d.,]*\d|\d")
_UNSAID: Final = frozenset(("max", "historical", "parametric", "to"))
_OTHERWISE: Final = {  # how the last word of a measure is told, too
    "growth": re.compile(
        r"\b(?:gr(?:ew|ow(?:n|s|th|ing)?)|rose|risen|rises|increas\w+|fell|fallen|falls|declin\w+|decreas\w+|dropp\w+|shr[aiu]nk)\b",
        re.I,
    ),
    "var": re.compile(r"\bVaR\b|\bvalues?[\s-]at[\s-]risk\b", re.I),
    "cvar": re.compile(r"\bCVaR\b|\bexpected\s+shortfall\b|\bconditional\s+value", re.I),
    "cagr": re.compile(r"\bCAGR\b|\b(?:a|per)\s+(?:year|annum)\b|\bannuali[sz]ed\b|\bcompound", re.I),
    "return": re.compile(r"\b(?:return(?:s|ed)?|gain(?:s|ed)?|lost|earned)\b", re.I),
}
MOST: Final = 200  # statements that are looked up

Quotes = Mapping[int, tuple[Quote, ...]]  # by the passage's number


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
        self.quotes: dict[int, list[Quote]] = {}
        self.found = self._looked = 0

    def statement(self, given: Statement) -> Statement:
        if given.marks or self._looked >= MOST:
            return given
        self._looked += 1
        marks = tuple(dict.fromkeys((*self._of_words(given.text), *self._of_figures(given.text))))
        self.found += bool(marks)
        return replace(given, marks=marks)

    def _of_words(self, text: str) -> Iterator[str]:
        said = set(words_of(text))
        if len(said) < FEWEST:
            return
        for number, passage in self._sentences.items():
            nearest = passage.nearest(text)
            if said <= set(words_of(nearest.text)) and denials(text) == denials(nearest.text):
                self.quotes.setdefault(number, []).append(nearest)
                yield str(number)
                return

    def _of_figures(self, text: str) -> Iterator[str]:
        try:
            findings = checked(text, [one.figure for one in self._figures], self._passages).findings
        except CannotCheckError:  # it is said of the whole answer
            return
        words = telling(text)
        for one in findings:
            digits = _DIGITS.search(one.text)
            if digits is None or (one.unit == BARE and sum(map(str.isdigit, one.text)) < KNOWN_BY_DIGITS):
                continue  # a 5 stands everywhere
            if one.input or (one.ground == "quoted" and one.passage is not None):  # what is computed with stands there
                yield from self._quoted(digits[0], words, text)
            elif one.ground == "computed":
                yield from (
                    its.mark for its in self._figures if its.figure is one.figure and names(text, its.figure.name)
                )

    def _quoted(self, digits: str, words: set[str], text: str) -> Iterator[str]:
        """The first passage with a sentence that has the figure and a word."""
        whole = re.compile(rf"(?<![\d.,]){re.escape(digits)}(?!\d|[.,]\d)")
        for number, passage in self._sentences.items():
            for sentence, *place in passage.sentences:
                if whole.search(sentence) and words & telling(sentence) and denials(text) == denials(sentence):
                    self.quotes.setdefault(number, []).append(passage.quote((place[0], place[1])))
                    yield str(number)
                    return


def telling(text: str) -> set[str]:
    """Words that say what it is about: neither figures nor scales."""
    return {word for word in words_of(text) if not any(map(str.isdigit, word)) and word not in SCALES}


def denials(text: str) -> int:
    return len(_DENIES.findall(text))


def names(text: str, measure: str) -> bool:
    """Whether it has the words of a measure, or what they begin with: `returned` is a return, `grew` is growth."""
    said = [word[:BEGINNING] for word in words_of(text)]
    left = [word for word in measure.split("_") if word not in _UNSAID and (word, measure) != ("total", "total_return")]
    return all(_OTHERWISE[word].search(text) if word in _OTHERWISE else word[:BEGINNING] in said for word in left)


def _source(read: Read) -> Source:
    return Source(
        document_id=read.document_id,
        revision=0,
        title=read.title,
        order=read.number,
        text=read.text,
        first_page=read.pages[0],
        last_page=read.pages[1],
        turns=read.turns,
    )
