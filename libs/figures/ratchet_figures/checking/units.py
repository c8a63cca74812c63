"""The units that figures are written with: currencies, per cent, points, times, and words of scale."""

import re
from decimal import Decimal
from typing import Final

from ratchet_figures.checking import east

PERCENT: Final = "percent"
POINTS: Final = "points"  # of per cent; 25 basis points are 0.25
TIMES: Final = "times"
DAYS: Final = "days"
BARE: Final = ""

_CURRENCIES: Final = {
    "USD": "$ usd us$ dollar dollars us-dollar",
    "EUR": "€ eur euro euros",
    "GBP": "£ gbp pound pounds sterling pfund",
    "JPY": "¥ jpy yen",
    "CNY": "cny rmb yuan renminbi",
    "INR": "₹ inr rupee rupees",
    "CHF": "chf francs franken",
    "CAD": "c$ ca$ cad",
    "AUD": "a$ au$ aud",
    "HKD": "hk$ hkd",
    "SGD": "s$ sgd",
    "SEK": "sek",
    "NOK": "nok",
    "DKK": "dkk",
    "KRW": "₩ krw",
    "BRL": "r$ brl",
}
CURRENCIES: Final = {word: code for code, words in _CURRENCIES.items() for word in words.split()} | east.CURRENCIES
_SHARED_SIGN: Final = {"USD": {"CAD", "AUD", "HKD", "SGD"}, "JPY": {"CNY"}}  # `$` may be of any of them, and `¥`

_SCALES: Final = {
    10**3: "thousand thousands tausend tsd milliers mille mila miles",
    10**5: "lakh lakhs",
    10**6: "million millions mn mln mio millionen millones milioni milhões",
    10**7: "crore crores",
    10**9: "billion billions bn bln milliarden milliarde milliard milliards mrd miliardi",
    10**12: "trillion trillions tn billionen",
}
SCALES: Final = {word: Decimal(scale) for scale, words in _SCALES.items() for word in words.split()} | east.SCALES
LONG_SCALES: Final = {"billion": Decimal(10**12), "billions": Decimal(10**12)}  # where a comma stands before decimals
_ABBREVIATED: Final = ("tsd", "mio", "mrd", "mln", "mn")
SCALE: Final = (
    rf"(?:(?i:{'|'.join(_ABBREVIATED)})\b\.?|(?i:{'|'.join(' '.join(_SCALES.values()).split())})\b"
    rf"|{'|'.join(east.SCALES)})"
)
LETTERS: Final = {  # right behind the digits; the last three, and capitals, of money only: 3M, 4K and 5G are names
    "k": Decimal(10**3),
    "m": Decimal(10**6),
    "mm": Decimal(10**6),
    "b": Decimal(10**9),
    "t": Decimal(10**12),
}
SAFE_LETTERS: Final = ("k", "m")

SIGN: Final = r"(?:US|CA|AU|HK|[CASR])?\$|[€£¥₹₩]"
CODE: Final = r"USD|EUR|GBP|JPY|CNY|RMB|INR|CHF|CAD|AUD|HKD|SGD|SEK|NOK|DKK|KRW|BRL"
ANY_CURRENCY: Final = re.compile(
    rf"(?<![A-Za-z])(?:{SIGN})|\b(?:{CODE}|dollars?|euros?|pounds?|yen|yuan|rupees?|francs|franken)\b"
    rf"|{'|'.join(east.CURRENCIES)}",
    re.I,
)
PERCENT_WORD: Final = (
    r"(?i:per\s?cent(?:age)?(?:[ -]points?)?|prozent(?:punkte?n?)?|v\.\s?H|pour[\s-]?cent|por\s?ciento|per\s?cento)"
)
POINT_WORD: Final = (
    r"(?i:bps?|basis[ -]points?|basispunkte?n?|points?\s+de\s+base|points?\s+de\s+pourcentage|pp|p\.p\.|ppts?"
    rf"|percentage[ -]points?|{'|'.join(east.POINTS)})"
)
BASIS_POINTS: Final = re.compile(r"b|points?\s+de\s+base", re.I)
MONEY_WORD: Final = r"(?i:US-Dollars?|dollars?|euros?|pounds?(?:\s+sterling)?|pfund|yen|yuan|rupees?|francs?|franken)"
ANY_PERCENT: Final = re.compile(r"[%％]|\bper\s?cent\b|\bpercentages?\b|\bprozent|\bpour\s?cent\b", re.I)


def same_currency(written: str, other: str) -> bool:
    return written == other or other in _SHARED_SIGN.get(written, ()) or written in _SHARED_SIGN.get(other, ())


def currencies_in(text: str) -> frozenset[str]:
    return frozenset(code for found in ANY_CURRENCY.findall(text) if (code := CURRENCIES.get(found.casefold())))
