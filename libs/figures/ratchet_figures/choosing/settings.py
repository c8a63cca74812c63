"""How a question wants its figures computed: at which levels, beside which risk-free return, how many returns a year.

A number counts by the words beside it: a portfolio of 60 % and 40 % names no level.
"""

import re
from collections.abc import Iterator
from typing import Final

from ratchet_figures.names import FEWEST_A_YEAR, LEVEL, MOST_A_YEAR

MOST_LEVELS: Final = 5
MOST_RISK_FREE: Final = 0.5  # a year
SURE: Final = 90  # per cent: above it a number is a level without any word, where value at risk is asked for
TAIL: Final = 10  # per cent: `5 % VaR` is that of the level of 95 %

_PERCENT: Final = r"\s?(?:%|percent\b|per\s?cent\b)"
_RISK: Final = (
    r"(?:(?:historical|parametric|daily|one-day|conditional)\s+)*"
    r"(?:c-?var|var|value[\s-]at[\s-]risk|expected\s+shortfall)\b"
)
_LEVELS: Final = re.compile(
    r"(?P<before>\b(?:at|level|confidence)\s+(?:(?:a|an|the|level|confidence|of|is)\s+){0,4})?"
    rf"(?<![\d.])(?P<number>\d{{1,2}}(?:\.\d{{1,2}})?)(?P<percent>{_PERCENT}|(?:th|st|nd|rd)\s+percentile)?"
    r"(?P<share>\s+of\b(?!\s+(?:the\s+)?(?:time|days|cases)))?"
    rf"(?P<behind>\s+(?:confidence|level|{_RISK}))?"
    rf"(?=(?P<more>\s*(?:,|and|or|&|/)\s*\d{{1,2}}(?:\.\d{{1,2}})?{_PERCENT})?)",
    re.I,
)
_SHARES: Final = re.compile(
    rf"\b(?:at|level|confidence)\s+(?:(?:a|an|the|level|confidence|of|is)\s+){{0,4}}(?P<share>0?\.[5-9]\d{{0,4}})(?![\d%])"
    rf"|(?<![\d.])(?P<other>0?\.[5-9]\d{{0,4}})\s+{_RISK}",
    re.I,
)
_RATE: Final = rf"(?P<number>\d{{1,2}}(?:\.\d{{1,4}})?|\.\d{{1,4}})(?P<percent>{_PERCENT})?"
_YEARLY: Final = r"(?:annual|annuali[sz]ed|yearly|a\s+year|per\s+year|per\s+annum|p\.?\s?a\.?)"
_FREE: Final = r"risk[\s-]?free"
_BETWEEN: Final = rf"rate|return|yield|interest|{_YEARLY}|of|is|at|was|being|as|to|equal|set|a|an|the"
_RISK_FREE: Final = (
    re.compile(rf"\b{_FREE}(?:\s+(?:{_BETWEEN})\b|\s*[=:(,]){{0,6}}\s*{_RATE}(?![\d.]*\d)", re.I),
    re.compile(rf"(?<![\d.]){_RATE}\s+(?:{_YEARLY}\s+)?\(?(?:as\s+(?:(?:the|a)\s+)?)?{_FREE}", re.I),
)
_A_YEAR: Final = re.compile(
    r"(?<![\d.,])(?P<number>\d{1,3}(?:\.\d{1,2})?)\s+(?:(?:trading|business|working)\s+days|returns|periods|prices|observations)"
    r"\s+(?:a|per|in\s+a|each)\s+year\b",
    re.I,
)


def levels_in(question: str) -> tuple[float, ...]:
    """Of value at risk, in the order in which they are named; the usual one where none is."""
    found = list(
        dict.fromkeys(
            (*_levels(question), *(float(one["share"] or one["other"]) for one in _SHARES.finditer(question)))
        )
    )
    return tuple(found[:MOST_LEVELS]) or (LEVEL,)


def _levels(question: str) -> Iterator[float]:
    listed = False  # the number before belongs to this one's list: `at 95 and 99 %`
    for one in _LEVELS.finditer(question):
        number, percent = float(one["number"]), bool(one["percent"])
        by_words = bool(one["before"] or one["behind"] or listed)
        listed = bool(one["more"]) and (by_words or number >= SURE)
        if not (percent or one["behind"] or one["more"]):
            continue
        if 50 < number < 100 and (by_words or (number >= SURE and percent)) and not one["share"]:
            yield round(number / 100, 6)
        elif 0 < number <= TAIL and percent and one["behind"] and "lev" not in one["behind"].casefold():
            yield round(1 - number / 100, 6)


def risk_free_in(question: str) -> float | None:
    """A year. A number without a per cent sign is a share, as `.03`; from a half on it is taken for per cent."""
    for pattern in _RISK_FREE:
        for one in pattern.finditer(question):
            number = float(one["number"])
            rate = number / (100 if one["percent"] or number >= MOST_RISK_FREE else 1)
            if rate < MOST_RISK_FREE:
                return round(rate, 8)
    return None


def per_year_in(question: str) -> float | None:
    found = _A_YEAR.search(question)
    return float(found["number"]) if found and FEWEST_A_YEAR <= float(found["number"]) <= MOST_A_YEAR else None


def without_settings(question: str) -> str:
    """Its words without those: a risk-free return asks for no return."""
    for pattern in (*_RISK_FREE, _A_YEAR):
        question = pattern.sub(" ", question)
    return question
