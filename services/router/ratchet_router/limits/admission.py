"""May this caller ask this now? Decided here from slices of what is allowed, which replicas take from the store.

Before a request what it is expected to need is reserved, afterwards what it used is settled. Only a request that finds
its slice used up waits for the store. What replicas let through together is never more than the limit, but for what
answers need above what was expected of them: docs/adr/0012 states the bound.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from ratchet_common.background import Loop
from ratchet_common.errors import RefusedError
from ratchet_router.limits.admitted import Admitted, Estimate, Needs
from ratchet_router.limits.allowances import Allowance, Measure, free_in_s, nano
from ratchet_router.limits.file import LimitsFile
from ratchet_router.limits.refusals import BudgetExhaustedError, LimitsAwayError
from ratchet_router.limits.settling import Ledger, Settling
from ratchet_router.limits.slices import NEVER, Slice
from ratchet_router.limits.subjects import Subjects, Who
from ratchet_router.limits.taking import TRIES, Source, Taking, WithoutStore

ROUND_EVERY_S = 1.0
CLOCK_EVERY_S = 30.0
SIDE_BY_SIDE = 16


class LimitsStore(Source, Ledger, Protocol):
    async def clock_ahead_s(self) -> float: ...
    async def hold(self, allowance: Allowance, name: str, amount: int) -> bool:
        """False: it does not cover that. What is held under the name already stays as it is."""

    async def settle(self, key: str, name: str, used: int) -> None:
        """What was held under the name is over, and so much was used. Where nothing is held it changes nothing."""


@dataclass(frozen=True, slots=True)
class Standing:
    allowance: Allowance
    left: int
    resets_at: float  # Unix time: a new budget, or a full bucket


class Admission:
    """`tracked`: how many tenants, keys and users it keeps in mind. Run its `loop` beside the requests."""

    def __init__(
        self,
        store: LimitsStore,
        file: LimitsFile,
        *,
        tracked: int,
        without_store: WithoutStore,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._clock = store, clock
        self._subjects = Subjects(file, most=tracked)
        self._settling = Settling(store, self.now)
        self._taking = Taking(store, self.now, without_store=without_store, beyond=self._settling.beyond)
        self._low: list[Slice] = []
        self._ahead_s, self._clock_due = 0.0, 0.0
        self.loop = Loop(self.round, every=ROUND_EVERY_S)

    def now(self) -> float:
        """The store's time: windows begin and end for all replicas at once."""
        return self._clock() + self._ahead_s

    def use(self, file: LimitsFile) -> None:
        """Other limits from now on. What has been used stays used."""
        self._subjects.use(file)

    async def admit(self, who: Who, estimate: Estimate) -> Admitted:
        """Raises BudgetExhaustedError, RateLimitedError, LimitsAwayError."""
        needs = estimate.needs
        for _ in range(TRIES):
            slices = self._subjects.slices(who, self.now())
            short = [one for one in slices if one.left < needs[one.measure]]
            if not short:
                return self._reserved(slices, needs)
            await self._fill(short, needs)
        raise LimitsAwayError("Too many requests wait for the same limit: try again in a moment.")

    def budgets(self, who: Who) -> list[Allowance]:
        """Those that money is set aside from, for what is answered hours later."""
        slices = self._subjects.slices(who, self.now())
        return [one.allowance for one in slices if one.measure == Measure.COST]

    async def hold(self, budget: Allowance, name: str, cost: Decimal) -> None:
        """Sets so many USD aside under a name, until they are settled: in the store, for it outlives this replica.

        Once more under the same name changes nothing. Raises BudgetExhaustedError, RetryLaterError.
        """
        if not await self._store.hold(budget, name, nano(cost)):
            raise BudgetExhaustedError(budget, self.now())

    async def settle(self, budget: str, name: str, cost: Decimal) -> None:
        """What it came to, in USD, by the budget's key. A second time changes nothing. Raises RetryLaterError."""
        await self._store.settle(budget, name, nano(cost))

    async def _fill(self, short: Sequence[Slice], needs: Needs) -> None:
        """Counts as waiting until it looks at its slices again, so that others do not take what was meant for it."""
        for one in short:
            one.waiting += needs[one.measure]
        try:
            await _all(self._taking.fill(one, needs[one.measure]) for one in short)
        finally:
            for one in short:
                one.waiting -= needs[one.measure]

    def _reserved(self, slices: Sequence[Slice], needs: Needs) -> Admitted:
        for one in slices:
            if one.reserve(needs[one.measure]):
                one.refill_below = NEVER  # asked for once
                self._low.append(one)
                self.loop.poke()
        return Admitted(slices, needs, self._settling.beyond)

    async def standing(self, who: Who) -> list[Standing]:
        """What is left in the store and here; what other replicas hold and do not use comes back within seconds."""
        now = self.now()
        slices = self._subjects.slices(who, now)
        stored = await asyncio.gather(*(self._store.left(one.allowance, now) for one in slices))
        return [_standing(one, left, now) for one, left in zip(slices, stored, strict=True)]

    async def round(self) -> None:
        """In the background: larger slices for those that run low, unused ones back. Raises RetryLaterError."""
        await self._set_clock()
        low, self._low = self._low, []
        for first in range(0, len(low), SIDE_BY_SIDE):
            await _all(self._taking.top_up(one) for one in low[first : first + SIDE_BY_SIDE])
        self._settling.hear(self._subjects.hoarded(self.now()))
        self._subjects.leave_idle(self.now())
        self._settling.hear(self._subjects.left_behind())
        await self._settling.tell()

    async def _set_clock(self) -> None:
        if time.monotonic() >= self._clock_due:
            self._ahead_s = await self._store.clock_ahead_s()
            self._clock_due = time.monotonic() + CLOCK_EVERY_S

    async def close(self) -> None:
        """Gives back what was not used; what is in flight counts as it was expected. Raises RetryLaterError."""
        self._subjects.leave_all()
        self._settling.hear(self._subjects.left_behind(in_flight_too=True))
        await self._settling.tell()


async def _all(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Side by side; raises the failure that lasts longest once all have ended."""
    ended = await asyncio.gather(*work, return_exceptions=True)
    failures = [failure for failure in ended if isinstance(failure, BaseException)]
    if failures:
        raise max(failures, key=_lasting)


def _lasting(failure: BaseException) -> tuple[bool, float]:
    """What is no refusal comes first: nobody foresaw it."""
    if not isinstance(failure, RefusedError):
        return True, 0.0
    return False, float(failure.headers.get("Retry-After", "inf"))


def _standing(one: Slice, stored: int, now: float) -> Standing:
    allowance = one.allowance
    left = min(max(0, stored + one.left), allowance.limit)  # what came back late refills what is full by now
    resets = now + free_in_s(allowance.limit, left, allowance.limit) if allowance.is_rate else allowance.until
    return Standing(allowance, left, resets)
