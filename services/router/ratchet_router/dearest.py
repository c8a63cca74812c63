"""What the dearest of those who could have answered would have charged. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from ratchet_catalogue.prices import ZERO, Prices
from ratchet_common.events import Usage
from ratchet_router.planned import Plan


class Charged(NamedTuple):
    """A call, by the prices of the one that answered."""

    prices: Prices
    usage: Usage

    @property
    def usd(self) -> Decimal:
        return self.prices.of(self.usage)


def dearest(plan: Plan, calls: Sequence[Charged]) -> Decimal:
    """USD of all calls that led to an answer, by one and the same model. Each is priced by itself: a price may depend
    on its length."""
    return dearest_of([model.prices for model in plan.ranking.models], calls)


def dearest_of(others: Sequence[Prices], calls: Sequence[Charged]) -> Decimal:
    cost = sum((call.usd for call in calls), ZERO)
    compared = (
        sum((call.usd if prices is call.prices else prices.of(call.usage) for call in calls), ZERO) for prices in others
    )
    return max((cost, *compared))
