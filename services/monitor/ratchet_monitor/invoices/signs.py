"""Whether a file's numbers have a point before their decimal places, or a comma: told by all of them together. Pure.

`1.250` is one and a quarter where another line says `12.25`, and twelve hundred and fifty where one says `12,25`.
"""

import re
from collections.abc import Iterable
from typing import Final, Literal

Sign = Literal["point", "comma", "unknown"]

PLAIN: Final = re.compile(r"\d+(\.\d*)?([eE][+-]?\d{1,4})?|\.\d+([eE][+-]?\d{1,4})?")
GROUPED: Final = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
WITH_COMMA: Final = re.compile(r"\d+,\d*|,\d+|[1-9]\d{0,2}(\.\d{3})+,\d*")  # as a decimal sign
GROUPED_BY_POINTS: Final = re.compile(r"[1-9]\d{0,2}(\.\d{3})+")
EITHER: Final = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")  # thousands, or three decimal places


def bare(text: str) -> str:
    """Without the currency."""
    return text.strip().removeprefix("$").removesuffix("USD").strip()


def sign_of(numbers: Iterable[str], otherwise: Sign = "unknown") -> Sign:
    """Of the decimal places. `otherwise`: where none of the numbers tells. Unknown: they contradict each other."""
    found: set[Sign] = {told for text in numbers if (told := _told(bare(text))) != "unknown"}
    if not found:
        return otherwise
    return found.pop() if len(found) == 1 else "unknown"


def _told(said: str) -> Sign:
    if EITHER.fullmatch(said):
        return "unknown"
    if GROUPED.fullmatch(said) or ("." in said and PLAIN.fullmatch(said)):
        return "point"
    return "comma" if WITH_COMMA.fullmatch(said) or GROUPED_BY_POINTS.fullmatch(said) else "unknown"
