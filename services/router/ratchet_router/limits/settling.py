"""What the store is yet to be told: slices that were not used up go back, what was used beyond them is taken."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

from ratchet_router.limits.allowances import Allowance
from ratchet_router.limits.slices import Slice


@dataclass(frozen=True, slots=True)
class GivenBack:
    """`receipt`: told twice, it counts once."""

    allowance: Allowance
    amount: int
    receipt: str


class Ledger(Protocol):
    """Each may raise RetryLaterError."""

    async def owe(self, allowance: Allowance, amount: int, now: float) -> None: ...
    async def give_back(self, given: Sequence[GivenBack]) -> None: ...


class Settling:
    """Nothing that was heard is forgotten before the store has it."""

    def __init__(self, ledger: Ledger, now: Callable[[], float]) -> None:
        self._ledger, self._now = ledger, now
        self._beyond: set[Slice] = set()
        self._given: list[GivenBack] = []
        self._owed: list[tuple[Allowance, int]] = []

    def beyond(self, one: Slice) -> None:
        """More was used of it than there was."""
        self._beyond.add(one)

    def hear(self, slices: Iterable[Slice]) -> None:
        for one in slices:
            amount = one.hand_over()
            if one.allowance.until <= self._now():
                continue  # nobody looks at that window any more
            if amount > 0:
                self._given.append(GivenBack(one.allowance, amount, uuid4().hex))
            elif amount < 0:
                self._owed.append((one.allowance, -amount))

    async def tell(self) -> None:
        self.hear([one for one in self._beyond if one.left < one.credit])
        self._beyond.clear()
        while self._owed:
            await self._ledger.owe(*self._owed[-1], self._now())
            self._owed.pop()
        given = list(self._given)
        if given:
            await self._ledger.give_back(given)
            del self._given[: len(given)]
