"""What is to be computed for a report, as it travels between its steps."""

from typing import Self

import msgspec

from ratchet_figures.choosing import Choice, OfPrices, OfStatements


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """As `Choice`, of each kind apart: what is of both kinds at once cannot be read back."""

    of_prices: tuple[OfPrices, ...] = ()
    of_statements: tuple[OfStatements, ...] = ()
    reasons: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def requests(self) -> tuple[OfPrices | OfStatements, ...]:
        return (*self.of_prices, *self.of_statements)

    @classmethod
    def of(cls, choice: Choice, *because: str) -> Self:
        """`because`: further reasons."""
        return cls(
            of_prices=tuple(one for one in choice.requests if isinstance(one, OfPrices)),
            of_statements=tuple(one for one in choice.requests if isinstance(one, OfStatements)),
            reasons=(*choice.reasons, *because),
            unknown=choice.unknown,
        )
