"""The scale that a table says its amounts have: `(in millions)`, `€m`, `(EUR thousand)`, `in Mio. €`. Pure."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ratchet_figures.checking.units import CODE, SCALES

_WORDS: Final = r"(?:thousand|million|billion)s?"
_GERMAN: Final = r"Tausend|Tsd|Millionen|Mio|Milliarden|Mrd"
_IN_SCALE: Final = re.compile(
    r"\bin\s+(?:\w+\s+){0,3}?(?P<in>thousands|millions|billions)\b|(?P<of>thousands|millions|billions)\s+of\s+\w+"
    rf"|[$€£]\s?(?P<sign>{_WORDS})\b|[$€£]\s?(?P<letter>m|bn|k)\b"
    rf"|(?<![\d.,]\s)(?<![\d.,])\b(?:{CODE})\s(?P<code>{_WORDS})\b|\bin\s+(?P<single>{_WORDS})\s(?:{CODE}|euros?|dollars?|pounds?)\b"
    r"|[$€£]?\s?['’]?(?<!\d)(?P<zeros>000)['’]?s\b|[$€£]\s?['’](?P<more>000)\b"
    rf"|\bin\s+(?:(?:{CODE}|[$€£])\s?)?(?P<german>{_GERMAN})\b|\b(?P<thousand>TEUR|kEUR|T€|k€|TCHF|TUSD)(?!\w)(?!\s?\d)"
    r"|\b(?P<million>MEUR|M€|MUSD|MCHF|MSEK|MNOK|MDKK)(?!\w)(?!\s?\d)",
    re.I,
)
_LETTERS: Final = {"m": "million", "bn": "billion", "k": "thousand"}


def scale_in(text: str) -> Decimal | None:
    """The first that is said."""
    return next(scales_in(text), None)


def scales_in(text: str) -> Iterator[Decimal]:
    for found in _IN_SCALE.finditer(text):
        if found["zeros"] or found["more"] or found["thousand"]:
            yield Decimal(1000)
        elif found["million"]:
            yield Decimal(10**6)
        else:
            names = ("in", "of", "sign", "code", "single", "german")
            word = next((found[name] for name in names if found[name]), "") or _LETTERS[found["letter"].casefold()]
            yield SCALES[word.casefold()]
