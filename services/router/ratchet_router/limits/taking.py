"""How a slice grows: by what the store has left, sized for those who wait for it."""

import asyncio
import time
from collections.abc import Callable
from itertools import product
from typing import Literal, Protocol, get_args

from prometheus_client import Counter

from ratchet_common.errors import RetryLaterError
from ratchet_router.limits.allowances import PERIODS, Allowance, Subject, free_in_s
from ratchet_router.limits.refusals import LimitsAwayError, refusal
from ratchet_router.limits.slices import Slice, size

PATIENCE_S = 1.0  # with the store, for one slice
REST_S = 1.0  # after it did not answer: nobody asks it
TRIES = 20  # others may take between a look and the taking

REFUSED = Counter("ratchet_limits_refused", "Requests refused by a limit", ("subject", "measure", "period"))
for _subject, (_measure, _periods) in product(get_args(Subject), PERIODS.items()):
    for _period in _periods:
        REFUSED.labels(_subject, _measure.name.lower(), _period)  # there from the start: a rate sees no step from none
UNASKED = Counter("ratchet_limits_unasked", "Slices used without the store, which was away")
WithoutStore = Literal["closed", "open"]


class Source(Protocol):
    """Amounts are those of the allowance. Each may raise RetryLaterError."""

    async def left(self, allowance: Allowance, now: float) -> int: ...
    async def take(self, allowance: Allowance, amount: int, now: float) -> bool: ...


class Taking:
    """`without_store`: what a request may do whose slice is used up while the store is away.

    `beyond` is told of slices that were used unasked.
    """

    def __init__(
        self, source: Source, now: Callable[[], float], *, without_store: WithoutStore, beyond: Callable[[Slice], None]
    ) -> None:
        self._source, self._now, self._open, self._beyond = source, now, without_store == "open", beyond
        self._rests_until = 0.0

    async def fill(self, one: Slice, needed: int) -> None:
        """For one of those that wait for this slice: whoever comes first takes for all of them.

        Raises BudgetExhaustedError, RateLimitedError, LimitsAwayError.
        """
        self._unless_refused(one, needed)
        async with one.lock:
            if one.left < max(needed, one.waiting):
                self._unless_refused(one, needed)
                await self._take_patiently(one, needed)

    async def top_up(self, one: Slice) -> None:
        """Ahead of need. Raises RetryLaterError."""
        async with one.lock:
            now = self._now()
            left = await self._source.left(one.allowance, now)
            amount = size(left, one.allowance.limit, 0)
            if amount and await self._source.take(one.allowance, amount, now):
                one.grant(amount, left - amount)

    async def _take_patiently(self, one: Slice, needed: int) -> None:
        if time.monotonic() < self._rests_until:
            self._without_store(one, needed)
            return
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._take(one, needed)
        except (RetryLaterError, TimeoutError):
            self._rests_until = time.monotonic() + REST_S
            self._without_store(one, needed)

    async def _take(self, one: Slice, needed: int) -> None:
        allowance = one.allowance
        for _ in range(TRIES):
            now = self._now()
            left = await self._source.left(allowance, now)
            if left + one.left < needed:
                one.refuse(needed, now, _free_at(one, needed, left, now))
                self._unless_refused(one, needed)
            amount = size(left, allowance.limit, max(needed, one.waiting) - one.left)
            if amount == 0:  # others wait for more than there is, and this one for less
                return
            if await self._source.take(allowance, amount, now):
                one.grant(amount, left - amount)
                return
        raise LimitsAwayError("Too many replicas take from the same limit: try again in a moment.")

    def _unless_refused(self, one: Slice, needed: int) -> None:
        now, allowance = self._now(), one.allowance
        if one.refuses(needed, now):
            REFUSED.labels(allowance.subject, allowance.measure.name.lower(), allowance.period).inc()
            raise refusal(allowance, needed, now, one.free_at)

    def _without_store(self, one: Slice, needed: int) -> None:
        if one.left >= needed:
            return
        if not self._open:
            raise LimitsAwayError("The limits of this caller cannot be checked now: try again in a moment.")
        UNASKED.inc()
        one.lend(needed)
        self._beyond(one)


def _free_at(one: Slice, needed: int, left: int, now: float) -> float:
    allowance = one.allowance
    return now + free_in_s(needed - one.left, left, allowance.limit) if allowance.is_rate else allowance.until
