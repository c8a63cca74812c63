"""Numbers as people write them, compared as people would."""

import math
import re
import unicodedata
from dataclasses import dataclass, field

from ratchet_scoring.reading_numbers import as_numbers
from ratchet_scoring.units import SCALES

TOLERANCE = 0.005  # of the larger of both: what rounding to three figures loses
MAX_CHARS = 64  # a longer text is prose

DIGITS = "|".join(
    (
        r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?",  # 1.234.567
        r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?",  # 12,34,567
        r"\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?",  # 1,234.5
        r"\d{1,3}(?:[. ]\d{3})+,\d+",  # 1.234,5
        r"\d+,\d{1,2}",  # 1234,5
        r"\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?",
        r"\.\d+",
    )
)
_SCALE = "|".join(SCALES)
_NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+])?\s*(?P<digits>{DIGITS})\s*(?P<scale>{_SCALE})?\.?\s*(?P<percent>%)?"
    r"(?P<close>\))?(?P<after>%)?",
    re.A,
)
_DECIMAL_COMMA = re.compile(r",\d{1,2}\Z|\.\d{3}[.,]", re.A)
_CODES = re.compile(r"\b(?:usd|eur|gbp|chf|jpy|cny|inr|cad|aud)\b")
_SIGNS = {"us$": "usd", "$": "$", "€": "eur", "£": "gbp", "₹": "inr"}  # ¥ is of two
_DOLLARS = {"$", "usd", "cad", "aud"}


@dataclass(frozen=True, slots=True)
class Quantity:
    value: float
    percent: bool = False  # written with a percent sign; `value` is what stands before it
    currency: str = field(default="", compare=False)  # its code, or "$" for any dollar; empty: none is written


def quantity(thing: object) -> Quantity | None:
    """The number that `thing` is, or that its whole text says: "$1,234.50", "(12 %)", "-3", "1.234,5", "EUR 20",
    "$3.2 million", "4.8bn"."""
    if isinstance(thing, str):
        return _parse(thing) if len(thing) <= MAX_CHARS else None
    if isinstance(thing, bool) or not isinstance(thing, int | float):
        return None
    try:
        value = float(thing)
    except OverflowError:
        return None
    return Quantity(value) if math.isfinite(value) else None


def same_quantity(one: Quantity, other: Quantity) -> bool:
    """Within the tolerance, and in no other currency. Where one side only has a percent sign, 12 % is 12 and .12."""
    if not _may_be_one_currency(one.currency, other.currency):
        return False
    if _close(one.value, other.value):
        return True
    if one.percent == other.percent:
        return False
    percent, plain = (one, other) if one.percent else (other, one)
    return _close(percent.value / 100, plain.value)


def value_of(digits: str) -> float:
    """Of what `DIGITS` matches."""
    if _DECIMAL_COMMA.search(digits):
        digits = digits.replace(".", "").replace(",", ".")
    return float(re.sub("[,' ]", "", digits))


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-12)


def _parse(text: str) -> Quantity | None:
    said = as_numbers(text)
    found = _NUMBER.fullmatch(_bare(said))
    if not found or bool(found["open"]) != bool(found["close"]):
        return None
    value = value_of(found["digits"]) * SCALES.get(found["scale"] or "", 1.0)
    negative = found["sign"] == "-" or found["open"]
    percent = bool(found["percent"] or found["after"])
    value = -value if negative else value
    return Quantity(value, percent, _currency(said)) if math.isfinite(value) else None


def _currency(said: str) -> str:
    code = _CODES.search(said)
    return code[0] if code else next((its for sign, its in _SIGNS.items() if sign in said), "")


def _may_be_one_currency(one: str, other: str) -> bool:
    return not one or not other or one == other or ("$" in (one, other) and {one, other} <= _DOLLARS)


def _bare(said: str) -> str:
    """Without currency signs and codes."""
    kept = "".join("" if unicodedata.category(letter) == "Sc" else letter for letter in said.replace("us$", "$"))
    return " ".join(_CODES.sub("", kept).split()).replace("( ", "(").replace(" )", ")").strip().rstrip(".")
