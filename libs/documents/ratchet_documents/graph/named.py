"""Companies and people, as a text names them, and the names that it says are one company's."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ratchet_documents.asked_companies import short_name
from ratchet_documents.metadata.companies import companies_in

MOST: Final = 50  # of a chunk

_ALSO: Final = re.compile(r"\s{0,3}\((?:collectively,?\s+|together\s[^()]{0,80},\s*)?(?P<inside>[^()]{2,120})\)")
_QUOTED: Final = re.compile(r"[“\"'‘](?P<name>[A-Z][\w&.' -]{1,40}?)[,.]?[”\"'’]")
_COMMON: Final = frozenset(
    {"company", "registrant", "group", "we", "us", "our", "corporation", "issuer", "parent", "the company"}
)
_LISTED: Final = re.compile(r"\b(?:Nasdaq|NASDAQ|NYSE|LSE|XETRA)\s?:\s?(?P<ticker>[A-Z]{1,5})\b")
_TICKER: Final = re.compile(
    r"\b(?:[Cc]ommon [Ss]tock|COMMON STOCK|[Oo]rdinary [Ss]hares)[^\n|]{0,80}[\s|]+(?P<ticker>[A-Z]{1,5})[\s|]+"
    r"(?:The\s+)?(?:Nasdaq|NASDAQ|New York)"
)
_PART: Final = r"(?:[A-Z][a-z]+(?:[-'’][A-Z][a-z]+)?|[A-Z]\.)"
_PERSON: Final = rf"(?P<{{0}}>[A-Z][a-z]+(?:[ ]{_PART}){{{{1,3}}}})"
_TITLE: Final = (
    r"(?P<{0}>(?:(?:Senior|Executive|Group|Corporate|Interim|Acting|Co-)\s?)*"
    r"(?:Chief\s(?:[A-Z][a-z]+\s){{1,3}}Officer|CEO|CFO|COO|CTO|CIO|Vice\sPresident|President|Chair(?:man|woman|person)?(?:\sof\sthe\sBoard)?"
    r"|Managing\sDirector|Director|General\sCounsel|Treasurer|Secretary|Head\sof\s[A-Z]\w+)"
    r"(?:(?:,?\sand\s|,\s|\sand\s)(?:Chief\s(?:[A-Z][a-z]+\s){{1,3}}Officer|President|CEO|CFO|General\sCounsel|Director|Chairman"
    r"|Treasurer|Secretary))*)"
)
_HOLDS: Final = re.compile(
    rf"{_PERSON.format('one')}\s{{0,2}}(?:,|\n|\||\(|,?\s(?:our|the|its|is|was|as)(?:\sthe)?\s|\s[-–—]\s)\s{{0,3}}{_TITLE.format('his')}"
    rf"|\b{_TITLE.format('title')},?\s{_PERSON.format('other')}"
)
_ANY_TITLE: Final = re.compile(
    r"\b(?:Officer|CEO|CFO|COO|CTO|CIO|President|Chair|Chairman|Chairwoman|Chairperson|Director|Counsel|Treasurer|Secretary"
    r"|Head\sof)\b"
)
_NO_NAMES: Final = frozenset(
    [
        "chief",
        "senior",
        "executive",
        "vice",
        "president",
        "officer",
        "director",
        "the",
        "company",
        "inc",
        "corporation",
        "general",
        "board",
        "financial",
        "operating",
        "common",
        "stock",
        "item",
        "part",
        "form",
        "note",
        "united",
        "states",
        "new",
        "york",
        "securities",
        "exchange",
        "act",
        "section",
        "annual",
        "report",
        "quarter",
        "date",
        "title",
        "name",
        "principal",
    ]
)


class Named(NamedTuple):
    name: str
    start: int
    end: int
    also: tuple[str, ...] = ()  # by which the text says that it calls it as well


class Holds(NamedTuple):
    person: str
    title: str
    start: int
    end: int


def named_companies(text: str) -> Iterator[Named]:
    for found in companies_in(text):
        also = _ALSO.match(text, found.end())
        names = _also(also["inside"]) if also else ()
        name = " ".join(found[0].split())
        if names and (at := name.rfind(names[0])) > 0:
            name = name[at:]  # a heading before it on the same line is none of it
        yield Named(name, found.start(), found.end(), names)


def tickers_in(text: str) -> list[str]:
    """Of the one company that a cover is of."""
    return [found["ticker"] for pattern in (_LISTED, _TICKER) for found in pattern.finditer(text)]


def _also(inside: str) -> tuple[str, ...]:
    listed = [found["ticker"] for found in _LISTED.finditer(inside)]
    quoted = [found["name"].strip() for found in _QUOTED.finditer(inside)]
    alone = [inside.strip()] if re.fullmatch(r"[A-Z]{2,5}", inside.strip()) else []
    return tuple(name for name in (*listed, *quoted, *alone) if name.casefold().removeprefix("the ") not in _COMMON)


def positions_in(text: str) -> Iterator[Holds]:
    if not _ANY_TITLE.search(text):
        return
    for count, found in enumerate(_HOLDS.finditer(text)):
        if count == MOST:
            return
        person, title = found["one"] or found["other"], found["his"] or found["title"]
        if not _NO_NAMES.intersection(person.casefold().split()):
            yield Holds(person, " ".join(title.split()), found.start(), found.end())


def key_of(name: str) -> str:
    return short_name(name) or name.casefold()
