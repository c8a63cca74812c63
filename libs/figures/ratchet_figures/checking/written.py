"""The figures of a text, each with what it may stand for, by its digits, scale, unit, sign and words beside it. Pure.

`fell by 3 %` is minus 3 %, `fell to 3 %` is not. In `3 to 5 %` both are per cent, in `$3-5 million` both are millions.
"""

import re
from collections.abc import Collection
from decimal import Decimal, DecimalException
from typing import Final

from ratchet_figures.checking.conventions import has_decimal_comma
from ratchet_figures.checking.directions import bound_of, falls
from ratchet_figures.checking.east import CURRENCIES as EASTERN
from ratchet_figures.checking.east import LETTERS as LETTERS_BESIDE
from ratchet_figures.checking.masking import masked
from ratchet_figures.checking.ranges import joined
from ratchet_figures.checking.reading import Reading, Sign, Written
from ratchet_figures.checking.spelled import spelled_in
from ratchet_figures.checking.units import (
    BARE,
    BASIS_POINTS,
    CODE,
    CURRENCIES,
    DAYS,
    LETTERS,
    LONG_SCALES,
    MONEY_WORD,
    PERCENT,
    PERCENT_WORD,
    POINT_WORD,
    POINTS,
    SAFE_LETTERS,
    SCALE,
    SCALES,
    SIGN,
    TIMES,
)

LONGEST_LABEL: Final = 8  # words: a line that has more, or words of sentences, is no row of a table

NEAR: Final = 300  # characters of a line that are looked at to either side
MOST_DIGITS: Final = 60

_WORD: Final = re.compile(r"[^\W\d_]+")
_OF_SENTENCES: Final = re.compile(
    r"\b(?:an?|the|was|were|is|are|has|had|have|its?|by|to|with|at|rose|fell|grew|increased|decreased|declined|will|would"
    r"|we|they)\b",
    re.I,
)

_GAP: Final = "\u00a0\u202f\u2009"
_DIGITS: Final = (
    rf"\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d{{1,2}}(?:,\d\d)+,\d{{3}}(?!\d)(?:\.\d+)?|\d{{1,3}}(?:\.\d{{3}})+,\d+|[1-9]\d{{0,2}}(?:\.\d{{3}}){{2,}}(?![\d.]*\d)"
    rf"|\d{{1,3}}(?:[{_GAP}]\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)*|\.\d+"
)
_FIGURE: Final = re.compile(
    rf"(?P<minus>(?<![\w)\ue000])(?:[-\u2013+](?!\s)|\u2212\s?))?"
    rf"(?:(?P<sign>{SIGN}|\b(?:{CODE})\b)\s{{0,2}}(?P<inner>[-\u2212\u2013]\s?)?)?"
    rf"(?P<open>\(\s?(?:(?P<sign2>{SIGN})\s?)?)?"
    rf"(?<![^\W{LETTERS_BESIDE}])(?<!\d[.,])(?P<digits>(?>{_DIGITS}))(?P<power>[eE][+-]?\d{{1,2}}(?!\w))?"
    rf"(?P<close>\s?\))?"
    rf"(?:\s?(?P<scale>{SCALE})|(?P<letter>mm|[kmbtKMBT])\b)?"
    rf"(?!(?!(?:x|bps?|pp|p\.p\.|ppts?|{CODE})(?!\w))[^\W_{LETTERS_BESIDE}])"
    rf"(?:[\s-]?(?P<pp>{POINT_WORD})(?![^\W{LETTERS_BESIDE}])"
    rf"|\s{{0,3}}(?P<percent>[%％](?:[ -]points?\b)?)|[\s-](?P<word>{PERCENT_WORD})\b"
    rf"|(?P<x>[x\u00d7])(?!\w)|\s(?P<times>times)\b(?!\s+(?:a|per|in)\b)|\s?(?P<after>{SIGN}(?!\s?\d)|\b(?:{CODE})\b"
    rf"|\b{MONEY_WORD}\b|{'|'.join(EASTERN)})"
    rf"|[\s-](?P<time>trading\s+days?|calendar\s+days?|days?|weeks?|months?|quarters?|years?)\b)?"
    rf"(?P<late>\s?\))?"
)
_DAYS: Final = {"day": Decimal(1), "week": Decimal(7), "month": Decimal("30.4375"), "quarter": Decimal("91.3125")}
_A_YEAR: Final = Decimal("365.25")
_COPULA: Final = re.compile(r"(?:\b(?:was|were|is|are|of|by|to|at|from|and|reached|totall?ed)|[:=|\t])\s*\Z", re.I)
_BY_POINTS: Final = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_NAME_BEFORE: Final = re.compile(r"[^\W\d_]+[-\u2011]\Z")


def figures_in(text: str, names: Collection[str] = ()) -> list[Written]:
    """In order. `names`: of what has digits in its name."""
    clean = masked(text, names)
    comma = has_decimal_comma(clean)
    found = [one for match in _FIGURE.finditer(clean) if (one := _written(clean, match, comma=comma))]
    return joined(clean, sorted([*found, *spelled_in(clean, found)], key=lambda one: one.start))


def in_a_row(text: str, at: int) -> bool:
    """Whether the line there is a table's."""
    line = line_at(text, at)
    few = len(_WORD.findall(line)) <= LONGEST_LABEL and not _OF_SENTENCES.search(line)
    return "|" in line or "\t" in line or few


def line_at(text: str, at: int) -> str:
    """As far as it is near."""
    start, end = max(0, at - NEAR), min(len(text), at + NEAR)
    return text[max(start, text.rfind("\n", start, at) + 1) : end if (found := text.find("\n", at, end)) < 0 else found]


def _written(text: str, found: re.Match[str], *, comma: bool) -> Written | None:
    """`comma`: the text writes it before decimals."""
    unit, factor = _unit(found)
    scale, letter_counts = _scale(found, unit, long=comma)
    ends_in_letter = found["letter"] and not letter_counts
    bare = unit == BARE and not found["scale"]
    if ends_in_letter or (bare and not letter_counts and _is_name(text, found)):
        return None
    parsed = _number(found["digits"], found["power"], comma=comma)
    start, end = _span(found)
    if parsed is None:
        return Written(start, end, ())
    value, step = parsed
    times = scale * factor
    reading = Reading(value * times, step * times, unit, _sign(text, found), scale, factor)
    return Written(start, end, (reading,), bound_of(text, start))


def _span(found: re.Match[str]) -> tuple[int, int]:
    """Without a bracket that stands alone."""
    start, end = found.span()
    whole = found["open"] is not None and (found["close"] or found["late"])
    if found["open"] is not None and not whole:
        start = found.start("digits") if not found["sign2"] else found.start("sign2")
    if found["open"] is None and found["late"]:
        end = found.start("late")
    if found["open"] is None and found["close"]:
        end = found.start("close")
    return start, end


def _unit(found: re.Match[str]) -> tuple[str, Decimal]:
    """With what its value is multiplied by in it."""
    one = Decimal(1)
    if found["open"] is None and found["close"]:  # the bracket closes another: what stands behind is not of the figure
        sign = found["sign"]
        return (CURRENCIES[sign.casefold()] if sign else BARE), one
    if (percent := found["percent"] or found["word"]) is not None:
        return (POINTS if re.search("point|punkt", percent, re.I) else PERCENT), one
    if found["pp"]:
        return POINTS, Decimal("0.01") if BASIS_POINTS.match(found["pp"]) else one
    if found["x"] or found["times"]:
        return TIMES, one
    if found["time"]:
        word = found["time"].split()[-1].rstrip("s").casefold()
        return DAYS, _DAYS.get(word, _A_YEAR)
    sign = found["sign"] or found["sign2"] or found["after"]
    if sign:
        return CURRENCIES.get(" ".join(sign.casefold().split()[:1]), BARE), one
    return BARE, one


def _scale(found: re.Match[str], unit: str, *, long: bool) -> tuple[Decimal, bool]:
    """And whether a letter stands for it. `long`: a billion has twelve zeros."""
    if found["open"] is None and found["close"]:
        return Decimal(1), False
    if found["scale"]:
        word = found["scale"].casefold().rstrip(".")
        return (LONG_SCALES.get(word) if long else None) or SCALES[word], False
    letter = found["letter"]
    if letter and (len(unit) == 3 or letter in SAFE_LETTERS):
        return LETTERS[letter.casefold()], True
    return Decimal(1), False


def _is_name(text: str, found: re.Match[str]) -> bool:
    """F-150, COVID-19."""
    return bool(_NAME_BEFORE.search(text, max(0, found.start("digits") - 20), found.start("digits")))


def _sign(text: str, found: re.Match[str]) -> Sign:
    before = (found["minus"] or "").strip()
    if before not in ("", "+") or found["inner"]:
        return "minus"
    if found["open"] is not None and (found["close"] or found["late"]):
        return _in_brackets(text, found)
    return "falls" if before != "+" and falls(text, *_span(found)) else "plain"


def _in_brackets(text: str, found: re.Match[str]) -> Sign:
    """Minus in a table, behind a verb, or where sign or unit stand outside; else a sentence's brackets may be meant."""
    outside = found["sign"] or (found["close"] and (found["percent"] or found["scale"] or found["word"]))
    row = in_a_row(text, found.start())
    if outside or row or _COPULA.search(text, max(0, found.start() - 12), found.start()):
        return "minus"
    return "either"


def _number(digits: str, power: str | None, *, comma: bool) -> tuple[Decimal, Decimal] | None:
    """And the step of its last digit. `comma`: 1.204 is a thousand and more."""
    plain = re.sub(rf"[{_GAP}]", "", digits)
    if len(plain) > MOST_DIGITS:
        return None
    try:
        value = Decimal(_plain(plain, comma=comma) + (power or ""))
    except DecimalException:
        return None
    exponent = value.as_tuple().exponent
    return (value, Decimal(1).scaleb(exponent)) if isinstance(exponent, int) else None


def _plain(digits: str, *, comma: bool) -> str:
    """As computers write it; what is left of other marks is no number."""
    commas, points = digits.count(","), digits.count(".")
    if commas and points and digits.rfind(",") > digits.rfind("."):
        return digits.replace(".", "").replace(",", ".")  # 1.234,5
    if points > 1 or (comma and points and not commas):
        if _BY_POINTS.fullmatch(digits):
            return digits.replace(".", "")
    elif commas == 1 and not points and (comma or len(digits.partition(",")[2]) in (1, 2)):
        return digits.replace(",", ".")
    elif commas and re.fullmatch(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?", digits):
        return digits.replace(",", "")
    return digits
