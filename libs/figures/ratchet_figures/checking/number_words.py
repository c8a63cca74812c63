"""Numbers in words: English, German and French ones. Pure."""

import re
from decimal import Decimal
from typing import Final, NamedTuple

_ENGLISH_UNITS: Final = dict(
    zip(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], range(1, 10), strict=True)
)
_ENGLISH_TEENS: Final = dict(
    zip(
        ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"],
        range(10, 20),
        strict=True,
    )
)
_ENGLISH_TENS: Final = dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
)
_GERMAN_UNITS: Final = {
    **dict.fromkeys(("ein", "eine", "eins", "einen", "einem", "einer"), 1),
    "zwei": 2,
    "drei": 3,
    "vier": 4,
    "fünf": 5,
    "fuenf": 5,
    "sechs": 6,
    "sieben": 7,
    "acht": 8,
    "neun": 9,
}
_GERMAN_TEENS: Final = {
    "zehn": 10,
    "elf": 11,
    "zwölf": 12,
    "zwoelf": 12,
    "dreizehn": 13,
    "vierzehn": 14,
    "fünfzehn": 15,
    "sechzehn": 16,
    "siebzehn": 17,
    "achtzehn": 18,
    "neunzehn": 19,
}
_GERMAN_TENS: Final = {
    "zwanzig": 20,
    "dreißig": 30,
    "dreissig": 30,
    "vierzig": 40,
    "fünfzig": 50,
    "sechzig": 60,
    "siebzig": 70,
    "achtzig": 80,
    "neunzig": 90,
}
_FRENCH: Final = {
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
    "dix": 10,
    "onze": 11,
    "douze": 12,
    "treize": 13,
    "quatorze": 14,
    "quinze": 15,
    "seize": 16,
    "vingt": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
}
_ENGLISH_WORDS: Final = _ENGLISH_UNITS | _ENGLISH_TEENS | _ENGLISH_TENS
_GERMAN_WORDS: Final = _GERMAN_UNITS | _GERMAN_TEENS | _GERMAN_TENS
_DIGITS: Final = {"zero": 0, "oh": 0, "null": 0, "zéro": 0} | _ENGLISH_UNITS | _GERMAN_UNITS | _FRENCH
HALF: Final = " and a half"


def _any(words: dict[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_UNIT, _TEEN, _TEN = _any(_ENGLISH_UNITS), _any(_ENGLISH_TEENS), _any(_ENGLISH_TENS)
_BELOW_HUNDRED: Final = rf"(?:(?:{_TEN})(?:[-\s](?:{_UNIT}))?|{_TEEN}|{_UNIT})\b"
_BELOW_THOUSAND: Final = (
    rf"(?:(?:{_BELOW_HUNDRED}|an?)\s+hundred\b(?:\s+(?:and\s+)?{_BELOW_HUNDRED})?|{_BELOW_HUNDRED})"
)
_ENGLISH: Final = (
    rf"(?:(?:{_BELOW_THOUSAND}|a)\s+thousand\b(?:,?\s+(?:and\s+)?{_BELOW_THOUSAND})?|{_BELOW_THOUSAND}"
    rf"|an?(?=\s+(?:million|billion|trillion|hundred)\b))(?:\s+point(?:\s+(?:zero|oh|{_UNIT})\b)+|\s+and\s+a\s+half\b)?"
)
_G_UNIT, _G_TEEN, _G_TEN = _any(_GERMAN_UNITS), _any(_GERMAN_TEENS), _any(_GERMAN_TENS)
_GERMAN: Final = (
    rf"(?:(?:(?:{_G_UNIT})?hundert(?:und)?)?(?:(?:{_G_UNIT})und(?:{_G_TEN})|{_G_TEN}|{_G_TEEN}|{_G_UNIT})"
    rf"|(?:{_G_UNIT})?hundert)(?:\s+Komma(?:\s+(?:null|{_G_UNIT})\b)+)?"
)
_F_ONE: Final = _any(_FRENCH)
_FRENCH_NUMBER: Final = (
    rf"(?:quatre-vingts?(?:-(?:{_F_ONE}))*|(?:{_F_ONE})(?:-(?:et-)?(?:{_F_ONE})|\s+et\s+(?:une?|onze))*)"
    rf"(?:\s+virgule(?:\s+(?:zéro|{_F_ONE})\b)+)?"
)
NUMBER: Final = rf"(?:{_ENGLISH}|{_GERMAN}(?!\w)|{_FRENCH_NUMBER}(?!\w))"
_IS_ENGLISH: Final = re.compile(_ENGLISH, re.I)
_IS_GERMAN: Final = re.compile(_GERMAN, re.I)
_G_PARTS: Final = re.compile(
    rf"(?:(?P<hundreds>(?:{_G_UNIT})?)(?P<hundred>hundert)(?:und)?)?"
    rf"(?:(?P<unit>{_G_UNIT})und(?P<ten>{_G_TEN})|(?P<rest>{_G_TEN}|{_G_TEEN}|{_G_UNIT}))?\Z"
)


class Number(NamedTuple):
    """`step`: what one of the last digit is worth."""

    value: Decimal
    step: Decimal
    is_foreign: bool


def number_of(words: str) -> Number:
    said = " ".join(words.casefold().split())
    if _IS_ENGLISH.fullmatch(said):
        whole, digits = _parted(said.removesuffix(HALF), "point")
        half = "5" if said.endswith(HALF) else ""
        return _number(_english(whole), half or digits, foreign=False)
    if _IS_GERMAN.fullmatch(said):
        whole, digits = _parted(said, "komma")
        return _number(_german(whole), digits, foreign=True)
    whole, digits = _parted(said, "virgule")
    return _number(_french(whole), digits, foreign=True)


def _parted(said: str, point: str) -> tuple[str, str]:
    """What stands before the point, and the digits behind it."""
    whole, _, behind = said.partition(f" {point} ")
    return whole, "".join(str(_DIGITS[word]) for word in behind.split())


def _number(whole: int, digits: str, *, foreign: bool) -> Number:
    return Number(Decimal(f"{whole}.{digits}" if digits else whole), Decimal(1).scaleb(-len(digits)), foreign)


def _english(said: str) -> int:
    total = now = 0
    for word in re.split(r"[\s,-]+", said):
        if word == "thousand":
            total, now = max(now, 1) * 1000, 0
        elif word == "hundred":
            now = max(now, 1) * 100
        else:
            now += _ENGLISH_WORDS.get(word, 0)
    return (total + now) or 1  # `a million` is one


def _german(said: str) -> int:
    found = _G_PARTS.match(said)
    if found is None:
        return 0
    hundreds = 100 * _GERMAN_WORDS.get(found["hundreds"], 1) if found["hundred"] else 0
    return hundreds + sum(_GERMAN_WORDS[found[name]] for name in ("unit", "ten", "rest") if found[name])


def _french(said: str) -> int:
    eighty = re.sub(r"quatre-vingts?", "80", said)
    words = re.split(r"[\s-]+", eighty)
    return sum(80 if word == "80" else _FRENCH.get(word, 0) for word in words)
