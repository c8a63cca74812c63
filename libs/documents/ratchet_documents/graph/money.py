"""In which currency and scale amounts are: `(in EUR millions)`, `in thousands of euros`, `€m`, `USD'000`. Pure."""

import re
from typing import Final, NamedTuple

SCALES: Final = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SHORT: Final = {"k": 1e3, "000": 1e3, "m": 1e6, "mn": 1e6, "mm": 1e6, "mio": 1e6, "bn": 1e9, "mrd": 1e9}
_OTHERS: Final = {  # German and French ones
    "tsd": 1e3,
    "tausend": 1e3,
    "millionen": 1e6,
    "milliarden": 1e9,
    "t": 1e3,
    "millier": 1e3,
    "milliard": 1e9,
}
CODES: Final = (
    *("USD", "EUR", "GBP", "JPY", "CHF", "CNY", "RMB", "HKD", "SGD", "AUD", "NZD", "CAD", "SEK", "NOK", "DKK", "ISK"),
    *("PLN", "CZK", "HUF", "RON", "TRY", "ILS", "INR", "KRW", "TWD", "BRL", "MXN", "ZAR", "AED", "SAR", "THB", "IDR"),
)
_SIGNS: Final = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "US$": "USD", "A$": "AUD", "C$": "CAD"} | {
    "HK$": "HKD", "NZ$": "NZD", "S$": "SGD", "R$": "BRL", "NT$": "TWD",
}  # fmt: skip
_WORDS: Final = {
    "u.s. dollars": "USD", "us dollars": "USD", "dollars": "USD", "euros": "EUR", "euro": "EUR",
    "pounds sterling": "GBP", "pounds": "GBP", "yen": "JPY", "swiss francs": "CHF", "renminbi": "CNY",
    "us-dollar": "USD", "schweizer franken": "CHF", "franken": "CHF", "francs suisses": "CHF",
}  # fmt: skip
_SIGN: Final = r"(?:(?<![A-Za-z])(?:US|HK|NZ|NT|A|C|S|R)\$|[$€£¥])"
_CODE: Final = rf"(?<![A-Za-z])(?:{'|'.join(CODES)})(?![A-Za-z])"
_WORD: Final = rf"\b(?:{'|'.join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))})\b"
CURRENCY: Final = rf"(?:{_SIGN}|{_CODE})"
_LONG: Final = r"(?:thousand|million|billion)s?\b"
_SHORTLY: Final = r"(?:['’]?\s?000['’]?s?\b|(?:mio|mrd)\b\.?|mn\b|mm\b|bn\b|m\b|k\b)"
_GERMAN: Final = r"(?:(?:mio|mrd|tsd)\b\.?|(?:tausend|millionen|milliarden)\b)"
_STATED: Final = re.compile(
    rf"\bin\s+(?P<scale>(?:thousands|millions|billions)\b)"
    rf"(?:\s+of\s+(?:(?P<of>{CURRENCY}|{_WORD})|(?P<other>\w)))?"
    rf"|(?<![\d.,])(?<![\d.,]\s)(?P<currency>{CURRENCY}|{_WORD})(?:,?\s+in)?\s?(?P<its>{_LONG}|{_SHORTLY})(?!\s?\d)"
    rf"|\b(?:in\s+)(?P<of_them>{_LONG}|{_GERMAN})\s+(?P<money>{CURRENCY}|{_WORD})"
    rf"|(?<![\d.,])(?<![\d.,]\s)\b(?P<german>{_GERMAN})\s?(?P<its_money>{CURRENCY}|{_WORD})"
    rf"|\ben\s+(?P<french>milliers|millions|milliards)\s+(?:d['’]\s?|de\s+)(?P<of_money>{CURRENCY}|{_WORD})"
    rf"|(?<![\w.,])(?<![\d.,]\s)(?P<letter>[TKM])\s?(?P<by_letter>EUR|CHF|USD|€)(?![\w])",
    re.I,
)
_ANY_SIGN: Final = re.compile(_SIGN)
_BEFORE: Final = re.compile(rf"\(?(?P<currency>{CURRENCY}|{_WORD})[,;]?\s*\(?\s*\Z", re.I)
_WHOLE: Final = re.compile(
    rf"\(\s*(?:(?:amounts|figures|alle\s+angaben|montants)\s+)?(?:(?:in|en)\s+)?(?:{CURRENCY}|{_WORD})\s*\)"
    rf"|\b(?:in|en)\s+(?:(?:whole|full|vollen|ganzen)\s+)?(?:{CURRENCY}|{_WORD})(?=\s*(?:$|\n|[|,;.)]))",
    re.I,
)
_END: Final = re.compile(r"[.;](?=\s+[^\W\da-zäöü_]|\s*\Z)|\n")
_OF_ALL: Final = re.compile(
    r"\b(?:amounts|figures|values|sums|financial\s+(?:statements|information|data)|report|unless\s+otherwise"
    r"|beträge|angaben|werte|zahlen|montants|chiffres)\b",
    re.I,
)
_FIGURE: Final = re.compile(r"(?<!\d)(?!000(?!\d)|(?:19|20)\d\d(?!\d)|3[01](?!\d))\d")  # but for days of a year's end
_MONEY: Final = ("of", "currency", "money", "its_money", "of_money", "by_letter")  # groups
_SCALE: Final = ("scale", "its", "of_them", "german", "french", "letter")


class Money(NamedTuple):
    """`scale` 0, `currency` empty: not told. `stated`: the currency stands beside the scale, and signs say no other."""

    scale: float = 0.0
    currency: str = ""
    stated: bool = False


def money_in(text: str) -> Money:
    """The first that the text tells. `In thousands of stores` tells no scale of money."""
    found = next((one for one in _STATED.finditer(text) if not one["other"]), None)
    sign = _ANY_SIGN.search(text)
    currency = code_of(sign[0]) if sign else ""
    if found is None:
        return Money(0.0, currency)
    said = next((found[name] for name in _MONEY if found[name]), "")
    if not said and (before := _BEFORE.search(text, 0, found.start())):
        said = before["currency"]
    scale = scale_of(next(found[name] for name in _SCALE if found[name]))
    return Money(scale, code_of(said), stated=True) if said else Money(scale, currency)


def money_of_all(text: str) -> Money:
    """What a sentence says of all amounts of its document: `All amounts are in USD thousands unless otherwise said.`"""
    for sentence in _END.split(text) if _OF_ALL.search(text) else ():
        if _OF_ALL.search(sentence) and not _FIGURE.search(sentence) and (told := money_in(sentence)).scale:
            return told
    return Money()


def says_whole(text: str) -> bool:
    """Amounts are in a currency without a scale: `(in EUR)`, `in whole euros`. Where a scale is told it is that."""
    return _WHOLE.search(text) is not None and not money_in(text).scale


def scale_of(word: str) -> float:
    said = re.sub(r"[\s'’.]", "", word.casefold())
    word = said.rstrip("s")
    return SCALES.get(word) or _SHORT.get(word) or _OTHERS[word]


def code_of(currency: str) -> str:
    """ISO 4217 of a sign, a code or a word."""
    said = " ".join(currency.split())
    code = _SIGNS.get(said.upper()) or _WORDS.get(said.casefold()) or said.upper()
    return "CNY" if code == "RMB" else code
