"""Which companies a question names: those of the known documents, and those of which there is none. Pure.

A company goes by its name without the legal form, and by the first words of it, where those are no ordinary words:
`Voltarin` is Voltarin Energie SE. Where they are the first words of several, all of these are meant. A name with one
letter wrong is taken for the one that it is near to, and that is said.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from ratchet_documents.metadata.companies import companies_in
from ratchet_documents.misspelt_names import misspelt
from ratchet_documents.ordinary_words import ORDINARY

NAMES: Final = 16_384  # that are remembered in short: the same documents are looked at for each question
LONGEST: Final = 4_000  # characters of a question that are looked at
_LONGEST_NAME: Final = 8  # words
_NEAR: Final = 200  # characters before a name in which another one beside it stands
_GENITIVE: Final = 4  # letters, from which on an `s` behind a name may be its case
_FORMS: Final = (
    "incorporated inc corporation corp company co limited ltd llc llp lp plc ag se gmbh kgaa sa nv bv ab asa aps oyj "
    "oy spa pty holdings holding group the com"
)
# Of these some begin a name, as SAS Institute's.
_FORMS_BEHIND: Final = "as sas sarl srl sl slu kg ohg eg ug ltda jsc pjsc bhd pte kk sro doo kft zrt nyrt"
_IN_INITIALS: Final = re.compile(r"(?<=\s)\w(?:[./]\w)+\.?\Z")  # `S.A.`, `A/S`
_SHORTENED: Final = frozenset({"inc", "corp", "co", "ltd", "lp", "pty"})
_LEGAL: Final = frozenset(_FORMS.split())
_LEGAL_BEHIND: Final = _LEGAL.union(_FORMS_BEHIND.split())
_WORD: Final = re.compile(r"\w+(?:&\w+)?")
_POSSESSIVE: Final = re.compile(r"['’]s\b")
# Bounded, and without a second way to read the same word: no question shall take seconds.
_CAPITAL: Final = r"[A-Z](?=[\w&-]{0,40}[a-z])[\w&-]{1,40}+"
_WHOSE: Final = re.compile(rf"\b({_CAPITAL}(?: {_CAPITAL}){{0,3}})['’]s\b")
_JOINED: Final = r"(?:,|,?\s+(?:and|or|with|to|than|vs\.?|versus|und|mit|et|y))\s+"
_AND: Final = re.compile(r"\s+(?:and|&)\s+")
_BEHIND: Final = re.compile(rf"{_JOINED}({_CAPITAL}(?: {_CAPITAL}){{0,3}})(?!\w)")
_BEFORE: Final = re.compile(rf"\b({_CAPITAL}(?: {_CAPITAL}){{0,3}}){_JOINED}\Z")


class Named(NamedTuple):
    """`ours`: short names of known companies. `unknown`: as the question writes them, with a legal form.
    `maybe`: what else may be a company's name, of which no document is known. `misspelt`: what was taken for one of
    `ours`, as the question writes it, with the short name of each.
    """

    ours: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()
    misspelt: tuple[tuple[str, str], ...] = ()


class _Mention(NamedTuple):
    names: frozenset[str]
    start: int
    end: int


def companies_named(question: str, known: Iterable[str]) -> Named:
    """`known`: companies as documents have them, empty where one has none. Of no documents there is nothing to say."""
    shorts = frozenset(map(short_name, known))
    if not shorts:
        return Named()
    names = shorts - {""}
    asked = question[:LONGEST]
    mentions = list(_mentions(asked, called(names)))
    wrong = list(misspelt(asked, called(names), [(one.start, one.end) for one in mentions]))
    mentions = sorted([*mentions, *(_Mention(*its[1:]) for its in wrong)], key=lambda one: one.start)
    unknown: list[str] = []
    for found in companies_in(asked):
        inside = [one for one in mentions if found.start() <= one.start and one.end <= found.end()]
        name = _without_ordinary(found[0])
        if inside and (joint := _AND.match(asked, inside[-1].end)) and joint.end() < found.end():
            name, inside = _without_ordinary(asked[joint.end() : found.end()]), []  # `Acme and Zentrix Corporation`
        if name and not _is_known(name, names):
            unknown.append(_without_a_full_stop(name))
            mentions = [one for one in mentions if one not in inside]
    ours = frozenset(name for one in mentions for name in one.names)
    maybe = [one for one in _maybe(asked, mentions) if not any(one in name for name in unknown)]
    taken = {(its.written, name): None for its in wrong if _Mention(*its[1:]) in mentions for name in sorted(its.names)}
    return Named(ours, tuple(dict.fromkeys(unknown)), tuple(dict.fromkeys(maybe)), tuple(taken))


@lru_cache(maxsize=64)
def called(names: frozenset[str]) -> Mapping[str, frozenset[str]]:
    """By what each may be called: whose that is. The whole of a name is that company's alone."""
    found = defaultdict[str, set[str]](set)
    for name in names:
        words = name.split()
        for length in range(1, len(words)):
            if not ORDINARY.issuperset(words[:length]) and words[length - 1] not in ORDINARY:
                found[" ".join(words[:length])].add(name)
    return {call: frozenset(its) for call, its in found.items()} | {name: frozenset([name]) for name in names}


@lru_cache(maxsize=NAMES)
def short_name(company: str) -> str:
    """As people call it: `Amazon.com, Inc.` is `amazon`. Empty where nothing but a legal form is left."""
    initials = _IN_INITIALS.search(company.rstrip())
    is_form = initials is not None and re.sub(r"\W", "", initials[0]).casefold() in _LEGAL_BEHIND
    words = words_of(company[: initials.start()] if initials and is_form else company)
    while words and (words[-1] in _LEGAL or (len(words) > 1 and words[-1] in _LEGAL_BEHIND)):
        words.pop()
    while words and words[0] in _LEGAL:
        words.pop(0)
    return " ".join(words)


def words_of(text: str) -> list[str]:
    """A company's possessive is the company."""
    return _WORD.findall(_POSSESSIVE.sub("", text).casefold())


def _mentions(question: str, calls: Mapping[str, Collection[str]]) -> Iterator[_Mention]:
    """The longest at each place. An ordinary word is a name where it is written as one."""
    found = list(_WORD.finditer(_POSSESSIVE.sub(lambda its: " " * len(its[0]), question)))
    words = [one[0].casefold() for one in found]
    at = 0
    while at < len(words):
        length, names = _longest(words[at : at + _LONGEST_NAME], calls)
        ordinary = length == 1 and words[at] in ORDINARY and not found[at][0][0].isupper()
        if length and not ordinary:
            yield _Mention(frozenset(names), found[at].start(), found[at + length - 1].end())
        at += length or 1


def _longest(words: list[str], calls: Mapping[str, Collection[str]]) -> tuple[int, Collection[str]]:
    for length in range(len(words), 0, -1):
        call = " ".join(words[:length])
        if call not in calls and len(call) > _GENITIVE:
            call = call.removesuffix("s")
        if call in calls:
            return length, calls[call]
    return 0, ()


def _without_ordinary(name: str) -> str:
    """`Compare Acme Ltd` is `Acme Ltd`. Empty where nothing else is left."""
    words = name.split()
    while words and words[0].casefold().strip(".,") in ORDINARY:
        words.pop(0)
    return " ".join(words) if short_name(" ".join(words)) else ""


def _without_a_full_stop(name: str) -> str:
    """That of a sentence; `Inc.` has one of its own."""
    return name if words_of(name)[-1] in _SHORTENED else name.removesuffix(".")


def _is_known(name: str, names: frozenset[str]) -> bool:
    short = short_name(name)
    return short in called(names) or any(f" {short}".endswith(f" {one}") for one in names)


def _maybe(question: str, mentions: Iterable[_Mention]) -> Iterator[str]:
    """Whose something is, or what stands beside a known company in a list of them."""
    mentions = list(mentions)
    found = [(one.start(1), one.end(1)) for one in _WHOSE.finditer(question)]
    for one in mentions:
        end = _POSSESSIVE.match(question, one.end)
        behind = _BEHIND.match(question, end.end() if end else one.end)
        before = _BEFORE.search(question, max(0, one.start - _NEAR), one.start)
        found += [its.span(1) for its in (behind, before) if its]
    for start, until in found:
        within = [one for one in mentions if one.start < until and start < one.end]
        overlaps = any(not _goes_on(question, one, until) for one in within)
        name = _without_ordinary(question[start:until])
        if name and not overlaps and not ORDINARY.issuperset(words_of(name)[-1:]):
            yield name


def _goes_on(question: str, one: _Mention, until: int) -> bool:
    """It was known by its first words, behind which the question writes others: `Acme Maritime` beside Acme Marine."""
    return one.end < until and question[one.start : one.end].casefold() not in one.names
