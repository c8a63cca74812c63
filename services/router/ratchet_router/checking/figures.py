"""Figures as people write them, and what they may stand for. Pure.

"$3.4 million" stands for 3,400,000 and shows it to the nearest 100,000; "1.234" is 1,234 or 1.234, by who wrote it;
"12 %" is 12 as well as .12. Signs are left out: a fall of 3 % is minus 3 in a table.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

THOUSAND: Final = 1e3
SCALE_WORDS: Final = {
    1e3: "k thousand thousands tausend tsd mille mil mila duizend тыс тысяч тысячи tys tysięcy",
    1e5: "lakh lakhs",
    1e6: "m mn mm mio million millions millionen millón millones milione milioni milhão milhões miljoen mln miljon "
    "miljoner milion miliony milionów milyon млн миллион миллиона миллионов",
    1e7: "crore crores",
    1e9: "b bn billion billions mrd milliarden milliarde milliard milliards miliardi mld bilhões miljard md miljarder "
    "miliard milyar млрд миллиард миллиарда миллиардов",
    1e12: "t tn trillion trillions billionen",
}
EAST_ASIAN_SCALES: Final = {
    **dict.fromkeys(("千万", "천만"), 1e7),
    **dict.fromkeys(("百万", "백만"), 1e6),
    **dict.fromkeys(("億", "亿", "억"), 1e8),
    **dict.fromkeys(("万", "萬", "만"), 1e4),
    **dict.fromkeys(("千", "천"), 1e3),
    **dict.fromkeys(("兆", "조"), 1e12),
}  # the longer ones first
SCALES: Final = {word: scale for scale, words in SCALE_WORDS.items() for word in words.split()}
SURE_FROM: Final = 3  # letters; a shorter one may be a unit as well: 5 m, 3 t
PERCENT: Final = frozenset({"%", "percent", "per cent", "pct", "prozent"})
YEARS: Final = range(1900, 2101)
UNSPACED: Final = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
GAP: Final = " \u00a0\u202f\u2009"

# Begins with the digit itself, so that the search skips what is none. What is part of a name ("Q3") is no figure, but
# where words are not set apart by spaces any sign may stand before one.
_FIGURE = re.compile(
    rf"(\d(?<![^\W_{UNSPACED}]\d)(?<![^\W\d_]-\d)"
    rf"(?:\d{{0,2}}(?:[{GAP}]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d*(?:[.,'\u2019]\d+)*))"
    rf"(?:\)?[{GAP}]?(%|per cent\b|[^\W\d_]{{1,11}}(?![^\W_])))?"
)
_IN_PARTS = re.compile(
    rf"(?<![\d.,])(?:\d[\d.,]{{0,15}}\s?(?:{'|'.join(EAST_ASIAN_SCALES)})){{1,4}}(?:\d{{1,4}}(?![\d.,年月日]))?"
)
_PART = re.compile(r"(\d[\d.,]*)\s?(\D*)")
_SPACES = re.compile(rf"[{GAP}]")
_APOSTROPHES = re.compile("['\u2019]")
Reading = tuple[float, float]  # a value, and the step of the last digit that is shown


class Figure(NamedTuple):
    """`written`: its digits; `word`: what stands behind them, in lower case. `start`, `end`: of both in the text."""

    start: int
    end: int
    written: str
    word: str

    @property
    def percent(self) -> bool:
        return self.word in PERCENT

    @property
    def scale(self) -> float:
        """Of the word behind it, 1 where that is none of a scale."""
        return SCALES.get(self.word) or EAST_ASIAN_SCALES.get(self.word, 1.0)

    @property
    def may_be_unscaled(self) -> bool:
        return self.scale == 1 or len(self.word) < SURE_FROM

    @property
    def bare(self) -> bool:
        """A whole number with neither scale nor per cent."""
        return self.written.isdecimal() and self.scale == 1 and not self.percent

    @property
    def may_be_year(self) -> bool:
        return self.bare and len(self.written) == 4 and int(self.written) in YEARS

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Without the scale."""
        return tuple(readings(self.written))


def figure_at(text: str, start: int) -> Figure | None:
    found = _FIGURE.match(text, start)
    return _figure(found) if found else None


def figures_in(text: str) -> Iterator[Figure]:
    """What is told in parts (3億5000万, 4万8500) is one."""
    if text.isascii() or not any(scale in text for scale in EAST_ASIAN_SCALES):
        return map(_figure, _FIGURE.finditer(text))
    return iter(_with_those_in_parts(text))


def _with_those_in_parts(text: str) -> list[Figure]:
    parts = [found for found in _IN_PARTS.finditer(text) if len(_PART.findall(found[0])) > 1]
    together = [Figure(found.start(), found.end(), f"{_sum(found[0]):.0f}", "") for found in parts]
    taken = {place for one in together for place in range(one.start, one.end)}
    alone = (_figure(found) for found in _FIGURE.finditer(text) if found.start() not in taken)
    return sorted([*together, *alone])


def _figure(found: re.Match[str]) -> Figure:
    word = found[2].lower() if found[2] else ""
    if word in SCALES or word in PERCENT:
        return Figure(found.start(), found.end(), found[1], word)
    if not word.isascii() and (scale := next((s for s in EAST_ASIAN_SCALES if word.startswith(s)), "")):
        return Figure(found.start(), found.start(2) + len(scale), found[1], scale)
    return Figure(found.start(), found.end(1), found[1], "")


def values_in(text: str) -> Iterator[float]:
    """Everything that its figures may stand for, with their scales and without. 0018 is a part of a longer number."""
    for digits, word in _FIGURE.findall(text):
        if digits.startswith("00"):
            continue
        values = (float(digits),) if digits.isdecimal() else [value for value, _ in readings(digits)]
        yield from values
        if word and (scale := SCALES.get(word.lower())):
            yield from (value * scale for value in values)
    if not text.isascii() and any(scale in text for scale in EAST_ASIAN_SCALES):
        yield from values_in_parts_in(text)


def values_in_parts_in(text: str) -> Iterator[float]:
    """3億5000万: what the parts make together."""
    return (_sum(found[0]) for found in _IN_PARTS.finditer(text))


def _sum(in_parts: str) -> float:
    parts = [(float(digits.replace(",", "").rstrip(".")), word.strip()) for digits, word in _PART.findall(in_parts)]
    return sum(value * EAST_ASIAN_SCALES.get(word, 1.0) for value, word in parts)


def readings(digits: str) -> Iterator[Reading]:
    """Of numbers set apart by spaces each may stand for itself as well."""
    if digits.isdecimal():
        yield float(digits), 1.0
        return
    parts = _SPACES.split(digits)
    if len(parts) > 1:
        yield from readings(parts[-1])
        yield from ((float(part), 1.0) for part in parts[:-1])
    yield from _of_one(_APOSTROPHES.sub("", "".join(parts)))


def _of_one(bare: str) -> Iterator[Reading]:
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        yield float(bare), 1.0
    elif "." in bare and "," in bare:
        yield _value(bare[:last].replace(".", "").replace(",", ""), bare[last + 1 :])
    else:
        yield from _of_one_mark(bare.split(bare[last]), bare[last])


def _of_one_mark(parts: list[str], mark: str) -> Iterator[Reading]:
    """One that groups digits by three, or stands before the decimals, or between day and month."""
    grouped = 1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
    if grouped or (mark == "," and len(parts[-1]) == 3):  # 12,34,567 as in India
        yield _value("".join(parts), "")
    if len(parts) == 2:
        yield _value(parts[0], parts[1])
    elif not grouped:
        yield from (_value(part, "") for part in parts)


def _value(whole: str, decimals: str) -> Reading:
    return float(f"{whole}.{decimals or 0}"), 10.0 ** -len(decimals)
