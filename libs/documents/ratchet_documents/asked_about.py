"""Which documents a question is about: by the companies, the periods and the titles that it names. Pure.

`the latest` is, of each company, the document whose period ends last. What is named and is not there narrows nothing,
and is said: an answer out of other documents would be of something else.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ratchet_documents.metadata.periods import periods_in

_LEGAL: Final = frozenset(
    {
        "incorporated",
        "inc",
        "corporation",
        "corp",
        "company",
        "co",
        "limited",
        "ltd",
        "llc",
        "llp",
        "lp",
        "plc",
        "ag",
        "se",
        "gmbh",
        "kgaa",
        "sa",
        "nv",
        "ab",
        "asa",
        "oyj",
        "spa",
        "holdings",
        "holding",
        "group",
        "the",
        "com",
    }
)
_LATEST: Final = re.compile(
    r"\b(?:latest|newest|most\s+recent|(?:current|last)\s+(?:quarter|year|period|report|filing))\b", re.I
)
NAMES: Final = 16_384  # that are remembered in short: the same documents are looked at for each question
_WORD: Final = re.compile(r"\w+(?:&\w+)?")


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a document. `period` as `2022-Q3`, `period_end` as `2022-06-25`; empty: not known."""

    document_id: str
    title: str
    company: str = ""
    period: str = ""
    period_end: str = ""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """`documents` None: nothing was named by which to choose. `reasons`: what was, in sentences."""

    documents: tuple[str, ...] | None
    reasons: tuple[str, ...]


def asked_about(question: str, known: Sequence[About]) -> Narrowed:
    if titled := _titled(question, known):
        return Narrowed(_ids(titled), tuple(f"The question names the document {one.title}." for one in titled))
    found, reasons = list(known), list[str]()
    if ours := _of_companies(question, known):
        found = ours
        reasons.append(f"The question names {_listed(one.company for one in ours)}.")
    if periods := periods_in(question):
        then = [one for one in found if one.period in periods]
        named = _listed(periods)
        if then:
            found = then
            reasons.append(f"The question is about {named}.")
        else:
            reasons.append(f"The question is about {named}, of which no document is known: all periods are searched.")
    elif _LATEST.search(question):
        found = _latest(found)
        reasons.append("The question is about the latest period.")
    return Narrowed(_ids(found) if len(found) < len(known) else None, tuple(reasons))


def _titled(question: str, known: Iterable[About]) -> list[About]:
    """A title of one word is too easily a word of the question."""
    said = f" {' '.join(_words(question))} "
    return [one for one in known if " " in (title := _title(one.title)) and f" {title} " in said]


def _of_companies(question: str, known: Iterable[About]) -> list[About]:
    said = f" {' '.join(_words(question))} "
    return [one for one in known if (name := short_name(one.company)) and f" {name} " in said]


@lru_cache(maxsize=NAMES)
def _title(title: str) -> str:
    return " ".join(_words(title))


@lru_cache(maxsize=NAMES)
def short_name(company: str) -> str:
    """As people call it: `Amazon.com, Inc.` is `amazon`. Empty where nothing but a legal form is left."""
    words = _words(company)
    while words and words[-1] in _LEGAL:
        words.pop()
    while words and words[0] in _LEGAL:
        words.pop(0)
    return " ".join(words)


def _latest(found: Iterable[About]) -> list[About]:
    """Of each company; what has no period is of no time."""
    last: dict[str, tuple[str, str]] = {}
    dated = [one for one in found if _when(one) != ("", "")]
    for one in dated:
        name = short_name(one.company)
        last[name] = max(last.get(name, ("", "")), _when(one))
    return [one for one in dated if _when(one) == last[short_name(one.company)]] or list(found)


def _when(one: About) -> tuple[str, str]:
    return (one.period_end or "", one.period)


def _words(text: str) -> list[str]:
    """A company's possessive is the company."""
    return _WORD.findall(re.sub(r"['’]s\b", "", text).casefold())


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))


def _ids(documents: Iterable[About]) -> tuple[str, ...]:
    return tuple(one.document_id for one in documents)
