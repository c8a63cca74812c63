"""Whether a question names an instrument: tickers are words as well, such as A, I and ALL, and letters of others."""

import re
from collections.abc import Sequence
from typing import Final

SHORT: Final = 5  # letters up to which a name counts as it is written alone
_AGAINST: Final = (
    r"(?:against|versus|vs\.?|relative\s+to|compared\s+(?:to|with)|beside|beats?|than|with\s+respect\s+to)"
)
_TICKER: Final = re.compile(rf"\b(?i:{_AGAINST})\s+(?:the\s+)?([A-Z][A-Z.]{{1,5}})\b")
_BEGINS: Final = r"(?<![\w&/+'’-])(?<!\w\.)"  # not within AT&T, P/E, U.S., F-150
_ENDS: Final = r"(?![\w&/+-])(?!\.\w)(?!['’](?!s\b))"
_OF_A_LIST: Final = re.compile(  # before a letter, where it is part of another name
    r"\b(?:class|series|plan|grade|part|section|exhibit|schedule|type|tier|item|note|appendix|table|form|title|group"
    r"|vitamin|option|phase|mr|mrs|ms|dr|[A-Z][a-z]+\s[A-Z]\.)\s+\Z",
    re.I,
)
_SENTENCE: Final = re.compile(r"(?:^|[.!?:;\n(\"“])\s*\Z")
_STANDS_ALONE: Final = re.compile(
    r"(?:['’]s\b|\s*[,?!;:)]|\.?\s*\Z|\.\s|\s+(?:and|or|vs\.?|versus|against|beside|than|did|is|was|has|in|over|since)\b)"
)
_NO_PRONOUN: Final = re.compile(r"(?:['’]s\b|\s*[?!;:)]|\.?\s*\Z|\s+(?:versus|vs\.?|against)\b)")
_INITIAL: Final = re.compile(r"\b[A-Z][a-z]+\s+\Z")  # of a person: Henry T. Ford
_TOLD: Final = re.compile(
    r"(?:\$|[\"“(]|\b(?:ticker|symbol|stock|shares\s+of|instrument|holding|position\s+in)\s+)\Z", re.I
)


def named(question: str, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the names that the question has, in their order."""
    return tuple(name for name in names if names_it(question, name, names))


def names_it(question: str, name: str, among: Sequence[str] = ()) -> bool:
    """As it is written where it is short; one letter where it can be no word. `among`: names that it is listed with."""
    flags = 0 if len(name) <= SHORT and name.isupper() else re.I
    every = re.finditer(rf"{_BEGINS}{re.escape(name)}{_ENDS}", question, flags)
    if len(name) > 1 or not name.isalpha():
        return any(True for _ in every)
    return not question.isupper() and any(_is_no_word(question, one, among) for one in every)


def _is_no_word(question: str, found: re.Match[str], among: Sequence[str]) -> bool:
    before, behind = question[: found.start()], question[found.end() :]
    if _OF_A_LIST.search(before):
        return False
    if _TOLD.search(before) or _listed(before, behind, among):
        return True
    if found[0] == "I":
        return bool(_NO_PRONOUN.match(behind))
    if _INITIAL.search(before) and re.match(r"\.\s+[A-Z]", behind):
        return False
    if found[0] == "A" and re.search(r"\b(?:did|does|do|has|was|of|is)\s+\Z", before):
        return True
    if found[0] == "A" or _SENTENCE.search(before):
        return bool(_STANDS_ALONE.match(behind))
    return True


def _listed(before: str, behind: str, among: Sequence[str]) -> bool:
    """`A and B`, `A, B`, `A=.6`: beside another name, or its weight."""
    others = "|".join(re.escape(one) for one in among) or r"(?!)"
    joins = r"\s*(?:,|&|and|or|vs\.?|versus|against|to|with)\s*(?:and\s+)?"
    return bool(
        re.match(rf"\s*=\s*[\d.]|{joins}(?:the\s+)?(?:{others})(?!\w)", behind)
        or re.search(rf"(?<!\w)(?:{others}){joins}(?:the\s+)?\Z", before)
    )


def compared_with(question: str, names: Sequence[str]) -> tuple[str | None, str]:
    """The name that something is compared with, or what is written there and is none of the names."""
    for name in names:
        for found in re.finditer(rf"\b{_AGAINST}\s+(?:the\s+)?(?={re.escape(name)}(?!\w))", question, re.I):
            said = question[found.end() : found.end() + len(name)]
            as_written = said == name or len(name) > 2
            if as_written and (len(name) > 1 or names_it(question[found.start() :], name, names)):
                return name, ""
    ticker = _TICKER.search(question)
    return None, ticker[1] if ticker and ticker[1] not in names else ""
