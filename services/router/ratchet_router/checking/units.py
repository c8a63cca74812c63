"""In which unit a figure stands: per cent, or a currency by its sign. Pure.

Dollars of all countries are one, so are yen and yuan, which share a sign. Other units (kilometres, hours) are not read.
"""

import re
from typing import Final

from ratchet_router.checking.figures import Figure

NONE: Final = ""
PERCENT: Final = "%"
WORDS: Final = {
    "$": "usd us$ dollar dollars dólares dólar dollari",
    "\u20ac": "eur euro euros",
    "\u00a3": "gbp pound pounds sterling",
    "\u00a5": "jpy cny rmb yen yuan \u5186 \u5143 \u65e5\u5143",
    "\u20b9": "inr rs rupee rupees",
    "CHF": "chf francs franken",
}
SIGNS: Final = {word: sign for sign, words in WORDS.items() for word in (sign.lower(), *words.split())}
LONGEST_BEFORE: Final = 6  # characters

_SIGN = "[$\u20ac\u00a3\u00a5\u20b9]"
_BEFORE = re.compile(rf"({_SIGN}|\b(?:USD|EUR|GBP|JPY|CNY|RMB|INR|CHF|Rs))\.?\s?\(?\Z", re.I)
_AFTER = re.compile(rf"[\s-]?({_SIGN}(?!\s?\d)|[\u5186\u5143]|[^\W\d_]{{2,8}}(?!\w))")
_ANY = re.compile(rf"{_SIGN}|[\u5186\u5143]|\b(?:{'|'.join(word for word in SIGNS if word.isalpha())})\b", re.I)


def unit_of(figure: Figure, text: str) -> str:
    """NONE where it has none that is known."""
    if figure.percent:
        return PERCENT
    before = _BEFORE.search(text, max(0, figure.start - LONGEST_BEFORE), figure.start)
    after = None if before else _AFTER.match(text, figure.end)
    found = before or after
    return SIGNS.get(found[1].lower(), NONE) if found else NONE


def currencies_in(text: str) -> frozenset[str]:
    return frozenset(SIGNS[found.lower()] for found in _ANY.findall(text))
