"""Figures that are told in words: `twelve percent`, `one point two billion dollars`, `doubled`, `a third of`. Pure.

English, German and French. A number up to twelve is one only with a unit or a scale: `three risks` counts nothing that
was computed. What says a share of a time (`half of the year`) is none.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from ratchet_figures.checking.directions import bound_of, falls
from ratchet_figures.checking.number_words import NUMBER, Number, number_of
from ratchet_figures.checking.reading import Reading, Sign, Written
from ratchet_figures.checking.units import (
    BARE,
    BASIS_POINTS,
    CODE,
    CURRENCIES,
    LONG_SCALES,
    MONEY_WORD,
    PERCENT,
    PERCENT_WORD,
    POINT_WORD,
    POINTS,
    SCALE,
    SCALES,
    TIMES,
)

SMALL: Final = 12  # up to here people count in words, in a text of whatever
_ONE: Final = Decimal(1)
_SPELLED: Final = re.compile(
    rf"(?<![\w-])(?:(?P<minus>minus|negative|moins)\s+)?(?P<number>{NUMBER})(?![\w.]*\d)"
    rf"(?:[\s-](?P<scale>{SCALE})(?!-))?(?:[\s-](?:(?P<pp>{POINT_WORD})|(?P<percent>{PERCENT_WORD}|%)"
    rf"|(?P<money>{MONEY_WORD}|US\s[Dd]ollars?|{CODE})|(?P<times>times|fach))(?!\w))?(?P<fold>-?fold|fach)?(?![\w-])",
    re.I,
)
_GREW: Final = re.compile(
    r"\b(?:(?P<two>doubled|twofold|verdoppelt(?:en|e)?|doublé)|(?P<three>tripled|trebled|threefold|verdreifacht(?:en|e)?"
    r"|triplé)|(?P<four>quadrupled|fourfold|vervierfacht(?:en|e)?)|(?P<half>halved|halbiert(?:en|e)?))\b",
    re.I,
)
_GROWN: Final = {"two": 100, "three": 200, "four": 300, "half": 50}  # by so many per cent
_OF: Final = r"(?:(?:the|this|that|last|next|its|a)\s+)?"
_TIME: Final = rf"{_OF}(?:year|month|quarter|week|day|decade|century|fiscal|period|FY|Q\d|20|19)"
_PART: Final = re.compile(
    rf"\b(?:(?<!first )(?<!second )(?<!latter )(?<!other )(?<!1st )(?<!2nd )(?P<half>half)"
    rf"|(?:a|one)\s+(?P<one>third|quarter|fifth|tenth)|two[\s-]+(?P<two>thirds|fifths)"
    rf"|three[\s-]+(?P<three>quarters|fifths))\s+of\s+(?!{_TIME})",
    re.I,
)
_MANY: Final = {"half": 1, "one": 1, "two": 2, "three": 3}
_PARTS: Final = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_VULGAR: Final = {"½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "0.333", "⅔": "0.667", "⅛": "0.125", "⅜": "0.375"}
_WITH_PART: Final = re.compile(
    rf"(?<![\w.,])(?P<whole>\d{{1,4}})?\s?(?P<part>[{''.join(_VULGAR)}])"
    rf"(?:\s?(?P<scale>{SCALE}))?(?:\s?(?P<percent>%|{PERCENT_WORD}))?"
)


def spelled_in(text: str, others: Sequence[Written]) -> Iterator[Written]:
    """`others`: figures of digits, which are none of words. In no order."""
    taken = [(one.start, one.end) for one in others]
    for one in (*_numbers(text), *_grown(text), *_parts(text), *_with_parts(text)):
        if not any(start < one.end and one.start < end for start, end in taken):
            yield one


def _numbers(text: str) -> Iterator[Written]:
    for found in _SPELLED.finditer(text):
        number = number_of(found["number"])
        told = any(found[name] for name in ("minus", "scale", "pp", "percent", "money", "times", "fold"))
        if told or number.value > SMALL:
            yield _of_words(text, found, number)


def _of_words(text: str, found: re.Match[str], number: Number) -> Written:
    scale = _ONE
    if found["scale"]:
        word = found["scale"].casefold().rstrip(".")
        scale = (LONG_SCALES.get(word) if number.is_foreign else None) or SCALES[word]
    unit, factor = _unit(found)
    sign: Sign = "minus" if found["minus"] else "falls" if falls(text, *found.span()) else "plain"
    reading = Reading(number.value * scale * factor, number.step * scale * factor, unit, sign, scale, factor)
    return Written(*found.span(), (reading,), bound_of(text, found.start()))


def _unit(found: re.Match[str]) -> tuple[str, Decimal]:
    if found["pp"]:
        return POINTS, Decimal("0.01") if BASIS_POINTS.match(found["pp"]) else _ONE
    if found["percent"]:
        return (POINTS if re.search("point|punkt", found["percent"], re.I) else PERCENT), _ONE
    if found["times"] or found["fold"]:
        return TIMES, _ONE
    if found["money"]:
        return CURRENCIES.get(found["money"].casefold().split()[-1].removesuffix("s"), BARE), _ONE
    return BARE, _ONE


def _grown(text: str) -> Iterator[Written]:
    for found in _GREW.finditer(text):
        percent = Decimal(_GROWN[found.lastgroup or ""])
        reading = Reading(percent, _ONE, PERCENT, "falls" if found["half"] else "plain")
        yield Written(*found.span(), (reading,), "about")


def _parts(text: str) -> Iterator[Written]:
    for found in _PART.finditer(text):
        share = (
            Decimal(100 * _MANY[found.lastgroup or ""])
            / _PARTS[found[found.lastgroup or ""].casefold().removesuffix("s")]
        )
        yield Written(*found.span(), (Reading(round(share, 1), _ONE, PERCENT, "plain"),), "about")


def _with_parts(text: str) -> Iterator[Written]:
    """3½ million."""
    for found in _WITH_PART.finditer(text):
        scale = SCALES[found["scale"].casefold().rstrip(".")] if found["scale"] else _ONE
        value = Decimal(found["whole"] or 0) + Decimal(_VULGAR[found["part"]])
        unit = PERCENT if found["percent"] else BARE
        sign: Sign = "falls" if falls(text, *found.span()) else "plain"
        yield Written(*found.span(), (Reading(value * scale, scale * Decimal("0.01"), unit, sign, scale),))
