"""Does a value, rounded to the digits that a text shows, give what the text shows? Pure."""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Final, Literal

Bound = Literal["", "about", "above", "below", "nearly"]
FAR: Final = Decimal("0.1")  # of what is told: nobody calls 1,250 about 1,000, or nearly 2,000
NOISE: Final = 12  # significant digits that arithmetic with binary numbers keeps

_EXACT: Final = Context(prec=80)
_ROUNDINGS: Final = (ROUND_HALF_UP, ROUND_HALF_EVEN)


def rounds_to(value: Decimal, shown: Decimal, step: Decimal, bound: Bound = "") -> bool:
    """Half up or half to even. `step`: what one of the last digit shown is worth.

    `about` 80 may be 80.4 or, where the 0 is rounded, 83; what is `above` 80 is neither below it nor 90; `nearly` 80 is
    above 72.
    """
    if any(rounded == shown for rounded in _rounded(value, step)):
        return True
    wide = _trailing(shown, step)
    if bound in ("about", "nearly") and abs(_EXACT.subtract(value, shown)) > _EXACT.multiply(shown, FAR):
        return False
    if bound == "about":
        return any(rounded == shown for rounded in _rounded(value, wide))
    if bound == "above":
        return shown <= value < _EXACT.add(shown, wide)
    return bound in ("below", "nearly") and _EXACT.subtract(shown, wide) < value <= shown


def rounded_to(value: Decimal, step: Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    parts = _EXACT.divide(value, step)
    return _EXACT.multiply(parts.to_integral_value(rounding), step)


def _rounded(value: Decimal, step: Decimal) -> Iterator[Decimal]:
    for one in (value, Context(prec=NOISE).create_decimal(value)):
        for rounding in _ROUNDINGS:
            yield rounded_to(one, step, rounding)


def _trailing(shown: Decimal, step: Decimal) -> Decimal:
    """The step of the last digit that is not 0."""
    wide = step
    while shown and rounded_to(shown, wide * 10, ROUND_FLOOR) == rounded_to(shown, wide * 10, ROUND_CEILING):
        wide *= 10
    return wide
