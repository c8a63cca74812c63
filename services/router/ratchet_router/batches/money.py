"""Money for a portion of a batch: set aside before it goes out, settled by what its answers came to.

A provider answers a batch hours later, so what it will cost is held in the budgets themselves, under the portion's
name. Holding and settling count once each, however often a worker that died half-way is followed by another.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from ratchet_router.batches.asked import AskedItem
from ratchet_router.batches.batch import Hold, Item, Portion
from ratchet_router.batches.store import Held
from ratchet_router.batches.working import Working
from ratchet_router.limits.allowances import Allowance
from ratchet_router.limits.refusals import BudgetExhaustedError


@dataclass(frozen=True, slots=True)
class Ready:
    item: Item
    asked: AskedItem


@dataclass(frozen=True, slots=True)
class Due:
    """What one budget is to cover."""

    budget: Allowance
    user: str | None
    cost: Decimal


class NotCoveredError(Exception):
    """A budget is too small. `user`: whose requests it is about; None: all of them."""

    def __init__(self, user: str | None, refusal: BudgetExhaustedError) -> None:
        super().__init__()
        self.user, self.refusal = user, refusal


async def set_aside(held: Held, index: int, ready: Sequence[Ready], working: Working) -> bool:
    """False: not now. Replicas hold parts of a budget for a few seconds, so that little money is looked for again once.

    Raises NotCoveredError, RetryLaterError.
    """
    portion = held.batch.portions[index]
    due = _due(ready, working)
    if not due:
        return True
    portion.holds = sorted({*portion.holds, *(Hold(one.budget.key, one.user) for one in due)}, key=str)
    await working.store.save(held)  # first: whatever is held is settled
    for one in due:
        try:
            await working.budgets.hold(one.budget, portion.name, one.cost)
        except BudgetExhaustedError as error:
            if not await _is_short_for_long(held, portion, working):
                return False
            raise NotCoveredError(one.user, error) from error
    return True


async def _is_short_for_long(held: Held, portion: Portion, working: Working) -> bool:
    now = working.now()
    if portion.short_since is None:
        portion.short_since = now
        await working.store.save(held)
    return now - portion.short_since >= timedelta(seconds=working.poll_s)


async def settle(held: Held, portion: Portion, index: int, working: Working) -> None:
    """Once all of its requests have their results. Raises RetryLaterError."""
    if not portion.holds:
        return
    spent = await working.store.spent(held.batch, index)
    for hold in portion.holds:
        cost = sum(spent.values(), Decimal(0)) if hold.user is None else spent.get(hold.user, Decimal(0))
        await working.budgets.settle(hold.budget, portion.name, cost)


def _due(ready: Sequence[Ready], working: Working) -> list[Due]:
    """Of each user, and then of the tenant and the key: what a user may not spend is no matter for these."""
    costs: dict[str, Decimal] = defaultdict(Decimal)
    found: dict[str, tuple[Allowance, str | None]] = {}
    for one in ready:
        for budget in working.budgets.budgets(one.asked.who):
            user = one.asked.who.person if budget.subject == "user" else None
            found[budget.key] = (budget, user)
            costs[budget.key] += one.asked.expected_usd
    due = [Due(budget, user, costs[key]) for key, (budget, user) in found.items()]
    return sorted(due, key=lambda one: one.user is None)
