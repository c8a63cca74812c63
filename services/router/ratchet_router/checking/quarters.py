"""Quarters and fiscal years, and whether a document tells of them: "Q1 2024", "the second quarter", FY24. Pure.

A quarter is held against the document only where that tells of quarters by their number alone: a report of "three
months ended June 30", or of "the next quarter", may be summed up as one of Q2. Half-years are not read.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

FIRST_WORDS: Final = (
    "first 1st erste erstes ersten premier 1er primer primo primeiro",
    "second 2nd zweite zweites zweiten deuxième 2ème 2e segundo secondo",
    "third 3rd dritte drittes dritten troisième 3ème 3e tercer terzo terceiro",
    "fourth 4th vierte viertes vierten quatrième 4ème 4e cuarto quarto",
)
ORDINALS: Final = {word: number for number, words in enumerate(FIRST_WORDS, 1) for word in words.split()}
LONGEST_BEFORE: Final = 24  # characters

# Two digits are a year only with a mark that says so: "in Q1 17 came" has none.
_YEAR = (
    r"(?:\s?[-/,]?\s?(?:of\s|in\s)?(?:the\s)?(?:fiscal\s(?:year\s)?|FY\s?)?['\u2019]?(?P<year>20\d{2})"
    r"|(?:\s?FY\s?['\u2019]?|\s?['\u2019]|[-/]?)(?P<short>\d{2}))?(?!\w)"
)
# Both begin with their letters themselves, so that the search skips what has none.
_SHORT = re.compile(
    rf"Q(?:(?<!\wQ)(?P<q>[1-4])(?:\s?[-\u2013]\s?Q?(?P<last>[1-4])(?!\w))?|(?<=[1-4]Q)(?<!\w[1-4]Q)){_YEAR}"
)
_NAME = re.compile(rf"(?:quarter|quartals?|trimestre)s?{_YEAR}", re.I)
_WHICH = re.compile(
    rf"(?<!\w)(?:(?P<word>{'|'.join(ORDINALS)})[\s-](?:fiscal\s|calendar\s)?"
    r"|(?P<digit>[1-4])\.?[ \u00ba\u00b0]{0,2})\Z",
    re.I,
)
_FISCAL = re.compile(r"FY(?<!\wFY)\s?['\u2019]?(?P<year>20\d{2}|\d{2})(?!\w)")
_ANY_FISCAL = re.compile(
    r"(?:FY|fiscal(?:\syear)?|financial\syear|Geschäftsjahr|exercice)\s?['\u2019]?(20\d{2}|\d{2})(?:[/-](\d{2}))?(?!\w)",
    re.I,
)


# What the document says of it may be meant by any number.
_BY_ITS_PLACE = re.compile(
    r"\b(?:next|previous|prior|preceding|following|coming|last|this|current|n\u00e4chste\w?|vorige\w?|letzte\w?|prochain"
    r"|dernier|pr\u00f3ximo|\u00faltimo|prossimo|ultimo)\s(?:fiscal\s)?(?:quarter|quartal|trimestre)|\bquarter\s(?:that\s)?end",
    re.I,
)


class Quarter(NamedTuple):
    number: int
    year: int | None = None


class Told(NamedTuple):
    start: int
    end: int
    quarter: Quarter


def quarters_in(text: str) -> Iterator[Told]:
    """As they are written in short; of Q1-Q3 all three."""
    for found in _SHORT.finditer(text):
        first = int(found["q"] or text[found.start() - 1])
        for number in range(first, max(first, int(found["last"] or 0)) + 1):
            yield Told(
                found.start() - (not found["q"]), found.end(), Quarter(number, _year(found["year"] or found["short"]))
            )


def fiscal_years_in(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end, year."""
    for found in _FISCAL.finditer(text):
        yield *found.span(), _year(found["year"]) or 0


def quarters_told(text: str) -> frozenset[Quarter]:
    """All that a document tells, in words too; none where it tells of the next or the last one as well."""
    if _BY_ITS_PLACE.search(text):
        return frozenset()
    return frozenset([*(told.quarter for told in quarters_in(text)), *_spoken(text)])


def _spoken(text: str) -> Iterator[Quarter]:
    for name in _NAME.finditer(text):
        which = _WHICH.search(text, max(0, name.start() - LONGEST_BEFORE), name.start())
        if which:
            yield Quarter(int(which["digit"] or ORDINALS[which["word"].lower()]), _year(name["year"] or name["short"]))


def fiscal_years_told(text: str) -> frozenset[int]:
    """With the second of FY24/25."""
    return frozenset(_year(year) or 0 for found in _ANY_FISCAL.finditer(text) for year in found.groups() if year)


def is_told(quarter: Quarter, told: Collection[Quarter]) -> bool:
    """So it is where none is told by number: the months may be."""
    return not told or any(
        one.number == quarter.number and (one.year is None or quarter.year in (None, one.year)) for one in told
    )


def _year(digits: str | None) -> int | None:
    return int(digits) % 2000 + 2000 if digits else None
