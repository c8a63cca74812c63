"""What describes a person without naming anybody: age, nationality or faith, form of address and trade."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from ratchet_trainer.privacy.finding.gazetteers import trades
from ratchet_trainer.privacy.finding.reading import Reading
from ratchet_trainer.privacy.finding.words import PEOPLES, TRADES
from ratchet_trainer.privacy.spans import Span

AGE, NRP, TITLE = "AGE", "NRP", "TITLE"
SCORE: Final = 0.5

_NUMBER = r"(?P<age>(?:1[01]\d|\d{1,2})(?:\.5)?)"
_NO_SUM = r"(?<![\w.,$€£-])"
_AGES = tuple(
    re.compile(rule, re.IGNORECASE)
    for rule in (
        rf"{_NO_SUM}{_NUMBER}(?:[ -]years?|[ -]?yrs?|[ ]?y/?o)(?:[ -]?old\b|\b(?=[ -]of age\b))",
        rf"{_NO_SUM}{_NUMBER} (?:months|weeks) old\b",
        rf"{_NO_SUM}{_NUMBER}(?:st|nd|rd|th) birthday\b",
        rf"\b(?:aged?|at the age of|age of|age is|age:)[ \t]+{_NUMBER}(?![\w%]|[.,]\d)",
        rf"\bturn(?:s|ed|ing)?[ \t]+{_NUMBER}(?![\w%]|[.,]\d|[ \t]+\w+s\b)",
        rf"(?<=[a-z], ){_NUMBER}(?=, (?:from|of|who|was|is|lives|a|an|has|male|female)\b)",
        r"\b(?:I'm|I am|he's|she's|he is|she is|who is|husband is|wife is|son is|daughter is)[ \t]+"
        rf"{_NUMBER}"
        r"(?=[.,;!?]|$|[ \t]+(?:and|now|today)\b)",
    )
)
_HONORIFIC = re.compile(
    r"\b(?:(?:[Mm][Rr][Ss]?|[Mm][Ss]|Mx|[Dd][Rr]|[Pp]rof)\.|Mr|Mrs|Ms|Mx|Dr|Prof|Miss|Sir|Madam|Professor)"
    r"(?=[ \t]+[^\W\d_])"
)
_TRADE: Final = "|".join(sorted(TRADES))
_TRADE_LINE = re.compile(
    rf"^[ \t]*(?P<title>(?:[^\W\d_][\w,'’&/ -]{{0,60}}? )?(?:{_TRADE})s?)[ \t]*$",  # noqa: RUF001
    re.IGNORECASE | re.MULTILINE,
)
_WORKS_AS = re.compile(
    r"\b(?:work(?:s|ed|ing)? as|job as|position of|role of|employed as|I am|I'm|is|was|hired as|promoted to)[ \t]+"
    r"(?:an?|the)[ \t]+"
    rf"(?P<title>(?:[^\W\d_][\w'-]*[ \t]+){{0,3}}?(?:{_TRADE}))\b",
    re.IGNORECASE,
)
_LINES = re.compile(r"^[ \t]*(?P<title>[^\W\d_][^\n]{2,60}?)[ \t]*$", re.MULTILINE)
_ADJECTIVES: Final = ("ian", "ese", "ean")  # these are no other words, so they need no capital
_SPOKEN: Final = frozenset(
    [
        "in",
        "speak",
        "speaks",
        "spoke",
        "spoken",
        "speaking",
        "into",
        "learn",
        "learning",
        "to",
        "language",
        "translated",
    ]
)


def find_ages(reading: Reading) -> Iterator[Span]:
    for rule in _AGES:
        for match in rule.finditer(reading.text):
            yield Span(match.start("age"), match.end("age"), AGE, SCORE)


def find_peoples(reading: Reading) -> Iterator[Span]:
    for place, token in enumerate(reading.tokens):
        seen = token.capital or reading.whispers or token.folded.endswith(_ADJECTIVES)
        if seen and _is_people(token.folded) and not _is_more(reading, place):
            yield Span(token.start, token.end, NRP, SCORE)


@lru_cache(maxsize=100_000)
def _is_people(folded: str) -> bool:
    return folded in PEOPLES or (len(folded) > 4 and folded.removesuffix("s") in PEOPLES)


def _is_more(reading: Reading, place: int) -> bool:
    """A language ("in English"), or the begin of a name ("American Express")."""
    tokens = reading.tokens
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    if (
        following
        and following.gap == " "
        and (following.folded == "language" or (following.capital and not reading.shouts))
    ):
        return True
    before = reading.before(place)
    return before is not None and before.folded in _SPOKEN and tokens[place].gap == " "


def find_titles(reading: Reading) -> Iterator[Span]:
    for match in _HONORIFIC.finditer(reading.text):
        yield Span(match.start(), match.end(), TITLE, SCORE)
    for rule in (_TRADE_LINE, _WORKS_AS):
        for match in rule.finditer(reading.text):
            yield Span(match.start("title"), match.end("title"), TITLE, SCORE)
    for match in _LINES.finditer(reading.text):
        if match["title"].casefold() in trades():
            yield Span(match.start("title"), match.end("title"), TITLE, SCORE)
