"""A figure as a text shows it: 12.3%, 1.23, $81.5 billion. Rounded half to even, of the digits that the value has."""

from decimal import Decimal
from typing import Final

from ratchet_figures.checking.rounding import rounded_to
from ratchet_figures.figure import Figure, Unit

DIGITS: Final[dict[Unit, int]] = {"share": 1, "ratio": 2, "money": 1, "count": 0}
_SIGNS: Final = {"USD": "$", "EUR": "€", "GBP": "£"}
_SCALES: Final = ((Decimal(10**12), " trillion"), (Decimal(10**9), " billion"), (Decimal(10**6), " million"))


def shown(figure: Figure, digits: int | None = None) -> str:
    """`digits` behind the point; money counts them at its scale."""
    return shown_value(figure.value, figure.unit, figure.currency, digits)


def shown_value(value: float, unit: Unit, currency: str | None = None, digits: int | None = None) -> str:
    exact, places = Decimal(repr(float(value))), DIGITS[unit] if digits is None else digits
    if unit == "share":
        return f"{_fixed(exact * 100, places)}%"
    if unit == "money":
        return _money(exact, currency or "", places)
    return _fixed(exact, places)


def _money(value: Decimal, currency: str, places: int) -> str:
    scale, word = next((its for its in _SCALES if abs(value) >= its[0]), (Decimal(1), ""))
    amount = _fixed(abs(value) / scale, places)
    sign = _SIGNS.get(currency) or (f"{currency} " if currency else "")
    return f"{'-' if value < 0 else ''}{sign}{amount}{word}"


def _fixed(value: Decimal, places: int) -> str:
    return f"{rounded_to(value, Decimal(1).scaleb(-places)):,.{places}f}"
