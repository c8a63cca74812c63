"""Numbers as people write them, compared as people would."""

import math
import re
import unicodedata
from dataclasses import dataclass

from ratchet_scoring.units import SCALES

TOLERANCE = 0.005  # of the larger of both: what rounding to three figures loses
MAX_CHARS = 64  # a longer text is prose

DIGITS = "|".join(
    (
        r"\d{1,3}(?:[,' ]\d{3})+(?:\.\d+)?",  # 1,234.5
        r"\d{1,3}(?:[. ]\d{3})+,\d+",  # 1.234,5
        r"\d+,\d{1,2}",  # 1234,5
        r"\d+(?:\.\d+)?(?:e[+-]?\d{1,3})?",
        r"\.\d+",
    )
)
_SCALE = "|".join(SCALES)
_NUMBER = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+])?\s*(?P<digits>{DIGITS})\s*(?P<scale>{_SCALE})?\s*(?P<percent>%)?"
    r"(?P<close>\))?(?P<after>%)?",
    re.A,
)
_DECIMAL_COMMA = re.compile(r",\d{1,2}\Z|\.\d{3},", re.A)
_CODES = re.compile(r"\b(?:usd|eur|gbp|chf|jpy|cny|inr|cad|aud)\b")


@dataclass(frozen=True, slots=True)
class Quantity:
    value: float
    percent: bool = False  # written with a percent sign; `value` is what stands before it


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
    """Within the tolerance. Where one side only has a percent sign, 12 % is 12 as well as .12."""
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


def plain(text: str) -> str:
    """In lower case; minus signs, apostrophes and spaces of every kind become plain ones."""
    normal = unicodedata.normalize("NFKC", text).lower().replace("\u2212", "-").replace("\u2019", "'")
    return " ".join(normal.split())


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-12)


def _parse(text: str) -> Quantity | None:
    found = _NUMBER.fullmatch(_bare(text))
    if not found or bool(found["open"]) != bool(found["close"]):
        return None
    value = value_of(found["digits"]) * SCALES.get(found["scale"] or "", 1.0)
    negative = found["sign"] == "-" or found["open"]
    percent = bool(found["percent"] or found["after"])
    return Quantity(-value if negative else value, percent) if math.isfinite(value) else None


def _bare(text: str) -> str:
    """Without currency signs and codes."""
    kept = "".join("" if unicodedata.category(letter) == "Sc" else letter for letter in plain(text))
    return " ".join(_CODES.sub("", kept).split()).replace("( ", "(").replace(" )", ")").strip().rstrip(".")
