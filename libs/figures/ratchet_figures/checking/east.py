"""Signs of languages that set no blanks between words: a figure may stand right beside them."""

from decimal import Decimal
from typing import Final

LETTERS: Final = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"  # for a character class
SCALES: Final = {
    "千万": Decimal(10**7),
    "百万": Decimal(10**6),
    "億": Decimal(10**8),
    "亿": Decimal(10**8),
    "억": Decimal(10**8),
    "兆": Decimal(10**12),
    "万": Decimal(10**4),
    "萬": Decimal(10**4),
    "만": Decimal(10**4),
    "千": Decimal(10**3),
}  # the longer ones first
CURRENCIES: Final = {
    "美元": "USD",
    "ドル": "USD",
    "欧元": "EUR",
    "ユーロ": "EUR",
    "円": "JPY",
    "元": "CNY",
    "원": "KRW",
}
POINTS: Final = ("个百分点", "百分点", "ポイント", "%p")
