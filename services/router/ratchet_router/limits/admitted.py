"""A request before and after: what it is expected to need, and what it came to."""

from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from ratchet_router.limits.allowances import NANO, Measure, nano
from ratchet_router.limits.refusals import rate_headers
from ratchet_router.limits.slices import Slice

Needs = tuple[int, int, int]  # by Measure


class Estimate(msgspec.Struct, frozen=True):
    """What a request is expected to cost in USD, and its tokens, read and written."""

    cost: Decimal
    tokens: int

    @property
    def needs(self) -> Needs:
        return nano(self.cost), 1, self.tokens


class Admitted(msgspec.Struct):
    """A request that may be made. Settle it once, whatever becomes of it; what is never settled stays reserved."""

    slices: Sequence[Slice]
    needs: Needs
    beyond: Callable[[Slice], None]  # told of slices that more was used of than there was
    settled: bool = False

    def settle(self, cost: Decimal, tokens: int) -> None:
        """What it came to, in USD. It counts as one request in any case; a second time changes nothing."""
        if self.settled or not self.slices:
            return
        self.settled = True
        used = (nano(cost), 1, tokens)
        for one in self.slices:
            one.settle(self.needs[one.measure], used[one.measure])
            if one.left < 0:
                self.beyond(one)

    def usd_left(self) -> Decimal | None:
        """What its budgets leave for it, as of the last look into the store; None where there is none."""
        budgets = [one for one in self.slices if one.measure == Measure.COST]
        reserved = self.needs[Measure.COST]
        left = [reserved + max(0, one.left) + one.elsewhere for one in budgets]
        return Decimal(min(left)) / NANO if left else None

    def headers(self) -> dict[str, str]:
        """x-ratelimit-…, of the rates that leave least; `remaining` is as of the last look into the store."""
        found: dict[str, str] = {}
        for measure in (Measure.REQUESTS, Measure.TOKENS):
            of = [one for one in self.slices if one.measure == measure]
            if of:
                least = min(of, key=lambda one: one.left + one.elsewhere)
                found |= rate_headers(least.allowance, least.left + least.elsewhere)
        return found
