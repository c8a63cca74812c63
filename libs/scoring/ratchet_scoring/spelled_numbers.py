"""Numbers that are written as words, up to ninety-nine: "twelve metres", "twenty-five". Longer ones stay words."""

import re
from typing import Final

_UP_TO_TWENTY: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES: Final = {word: value for value, word in enumerate(_UP_TO_TWENTY)} | {
    word: 10 * value for value, word in enumerate(_TENS, 2)
}
_HUNDRED: Final = "hundred"  # "two hundred" and "hundred and two" are neither 2 nor 100
_ONES: Final = "|".join(_UP_TO_TWENTY[1:10])
_NUMBER: Final = re.compile(
    rf"(?<![\w-])(?<!{_HUNDRED} )(?<!{_HUNDRED} and )"
    rf"(?:(?P<tens>{'|'.join(_TENS)})(?:[\s-](?P<ones>{_ONES}))?|(?P<small>{'|'.join(_UP_TO_TWENTY)}))"
    rf"\b(?![\s-]{_HUNDRED})"
)


def as_digits(said: str, *, one: bool) -> str:
    """`said`: plain, see `reading_numbers`. `one`: that word too, which is a pronoun more often than a number; where it
    is all that is said, it is a number.
    """
    alone = said.strip(" .!") == "one"
    return _NUMBER.sub(lambda found: found[0] if found[0] == "one" and not (one or alone) else _digits(found), said)


def _digits(found: re.Match[str]) -> str:
    return str(_VALUES[found["small"] or found["tens"]] + _VALUES.get(found["ones"] or "", 0))
