"""What a figure that a text writes may stand for."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from ratchet_figures.checking.rounding import Bound

Sign = Literal[
    "plain", "minus", "falls", "either"
]  # `falls`: by a word; `either`: in brackets that may be a sentence's


@dataclass(frozen=True, slots=True)
class Reading:
    """`value` without a sign, in `unit`; `step`: what one of the last digit is worth."""

    value: Decimal
    step: Decimal
    unit: str  # a currency's code, or one of `units`
    sign: Sign
    scale: Decimal = Decimal(1)  # by a word behind it
    factor: Decimal = Decimal(1)  # by the unit: .01 of basis points, 7 of weeks

    @property
    def scaled(self) -> bool:
        """A word of scale says that it is rounded."""
        return self.scale != 1


@dataclass(frozen=True, slots=True)
class Written:
    """`readings`: what it may stand for, the likeliest first; none where no number can be made of its digits."""

    start: int
    end: int
    readings: tuple[Reading, ...]
    bound: Bound = ""

    @property
    def signed(self) -> Decimal:
        if not self.readings:
            return Decimal("NaN")
        first = self.readings[0]
        return -first.value if first.sign in ("minus", "falls") else first.value
