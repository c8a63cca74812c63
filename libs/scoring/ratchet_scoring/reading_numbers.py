"""A text as numbers are read from it: one way of writing digits, signs, fractions and powers."""

import re
import unicodedata
from typing import Final

_SUPERSCRIPT: Final = "\u2070\u00b9\u00b2\u00b3\u2074-\u2079"
_POWER: Final = re.compile(
    rf"(?:(?P<digits>\d)\s?[\u00d7x*\u00b7]\s?|(?<![\w.,]))10(?:\^|\*\*)?"  # 1.2 x 10^9, 10**9
    rf"(?P<power>(?<=[\^*])-?\d{{1,3}}|\u207b?[{_SUPERSCRIPT}]+)",
    re.A,
)
_NOTE: Final = re.compile(rf"[\u207b{_SUPERSCRIPT}]+")  # the number of a note, or of a unit's power
_UNIT_POWER: Final = re.compile(
    "(?<![^\\W\\d_])(?P<unit>[kcdm]?m)\\s?(?P<power>[\u00b2\u00b3])(?!\\w)", re.I
)  # m\u00b2, km\u00b2, m\u00b3
_FRACTION: Final = re.compile("(?P<whole>\\d+)?\\s?(?P<part>[\u00bc-\u00be\u2150-\u215e])", re.A)
_MINUS: Final = re.compile("(?:(?<=^)|(?<=[\\s(]))[\u2010-\u2014](?=[$\u20ac\u00a3\u00a5]?\\.?\\d)", re.M)
_MARKS: Final = str.maketrans({"\u2212": "-", "\u2019": "'", "\u066b": ".", "\u066c": ","})


def plain(text: str) -> str:
    """In lower case; minus signs, apostrophes and spaces of every kind become plain ones."""
    normal = unicodedata.normalize("NFKC", text).lower().translate(_MARKS)
    return " ".join(normal.split())


def as_numbers(text: str) -> str:
    """Plain; 3 1/2 as one sign is 3.5, 10 to the 9th is 1e9, numbers of notes go, digits of every script are 0 to 9."""
    if text.isascii():
        return plain(_POWER.sub(_power, text))
    powers = _NOTE.sub(" ", _UNIT_POWER.sub(_power_of_unit, _POWER.sub(_power, text)))
    said = plain(_MINUS.sub("-", _FRACTION.sub(_fraction, powers)))
    return said if said.isascii() else "".join(map(_digit, said))


def _power(found: re.Match[str]) -> str:
    digits = "".join("-" if sign in "\u207b-" else str(unicodedata.digit(sign)) for sign in found["power"])
    return f"{found['digits'] or '1'}e{digits}"


def _power_of_unit(found: re.Match[str]) -> str:
    return f"{found['unit']}{unicodedata.digit(found['power'])}"


def _fraction(found: re.Match[str]) -> str:
    return f"{int(found['whole'] or 0) + unicodedata.numeric(found['part']):.6g} "


def _digit(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)
