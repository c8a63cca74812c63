"""What the dearest of those who could have answered would have charged. Pure."""

from decimal import Decimal

from ratchet_common.events import Usage
from ratchet_router.planned import Plan
from ratchet_router.target import Target


def dearest(plan: Plan, by: Target, usage: Usage, cost: Decimal) -> Decimal:
    """USD. `cost`: what it was by the one that answered."""
    others = (model.prices.of(usage) for model in plan.ranking.models if model.prices is not by.prices)
    return max((cost, *others))
