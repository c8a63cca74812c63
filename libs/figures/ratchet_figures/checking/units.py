"""The units that figures are written with: currencies, per cent, points, times, and words of scale."""

import re
from decimal import Decimal
from typing import Final

PERCENT: Final = "percent"
POINTS: Final = "points"  # of per cent; 25 basis points are 0.25
TIMES: Final = "times"
DAYS: Final = "days"
BARE: Final = ""

_CURRENCIES: Final = {
    "USD": "$ usd us$ dollar dollars",
    "EUR": "€ eur euro euros",
    "GBP": "£ gbp pound pounds sterling",
    "JPY": "¥ jpy yen",
    "CNY": "cny rmb yuan renminbi",
    "INR": "₹ inr rupee rupees",
    "CHF": "chf francs",
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
CURRENCIES: Final = {word: code for code, words in _CURRENCIES.items() for word in words.split()}
_SHARED_SIGN: Final = {"USD": {"CAD", "AUD", "HKD", "SGD"}, "JPY": {"CNY"}}  # `$` may be of any of them, and `¥`

SCALES: Final = {
    "thousand": Decimal(10**3),
    "thousands": Decimal(10**3),
    "million": Decimal(10**6),
    "millions": Decimal(10**6),
    "mn": Decimal(10**6),
    "mln": Decimal(10**6),
    "billion": Decimal(10**9),
    "billions": Decimal(10**9),
    "bn": Decimal(10**9),
    "bln": Decimal(10**9),
    "trillion": Decimal(10**12),
    "trillions": Decimal(10**12),
    "tn": Decimal(10**12),
}
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
    rf"(?<![A-Za-z])(?:{SIGN})|\b(?:{CODE}|dollars?|euros?|pounds?|yen|yuan|rupees?|francs)\b", re.I
)
ANY_PERCENT: Final = re.compile(r"%|\bper\s?cent\b|\bpercentages?\b", re.I)


def same_currency(written: str, other: str) -> bool:
    return written == other or other in _SHARED_SIGN.get(written, ()) or written in _SHARED_SIGN.get(other, ())


def currencies_in(text: str) -> frozenset[str]:
    return frozenset(code for found in ANY_CURRENCY.findall(text) if (code := CURRENCIES.get(found.casefold())))
