"""A slice: what this replica has taken out of an allowance ahead of its use, so that most requests ask nobody."""

import asyncio
import math
from dataclasses import dataclass, field

from ratchet_router.limits.allowances import Allowance

SHARE = 20  # a slice is a 20th of what is left in the store
FINEST = 500  # and a 500th of the limit at least, so that the last per cents do not take a trip to the store each
REFILL_BELOW = 4  # once a quarter of it is left, the next one is fetched in the background
NEVER = -math.inf
LOOK_AGAIN_S = (0.12, 1.0)  # after a refusal, at the soonest and the latest: others may have given back meanwhile


def size(left: int, limit: int, wanted: int) -> int:
    """How much to take of what is `left` in the store, when those who wait here need `wanted` at least."""
    return min(left, max(left // SHARE, limit // FINEST, wanted))


@dataclass(slots=True, eq=False)
class Slice:
    """`left`: taken and neither used nor reserved. Below zero: used beyond it, as answers cost more than was expected.

    `credit`: what was let through unasked while the store was away, and is still to be taken from it.
    """

    allowance: Allowance
    left: int = 0
    credit: int = 0
    in_flight: int = 0
    elsewhere: int = 0  # what the store had left when it was last asked
    refill_below: float = NEVER
    waiting: int = 0  # needed by requests that wait for a larger slice
    refused_from: float = math.inf  # needs of this size have been refused
    refused_until: float = 0.0  # and are not asked for again before this time
    free_at: float = 0.0  # when such a need can be met
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    measure: int = field(init=False)  # the allowance's, nearer: every request looks at it

    def __post_init__(self) -> None:
        self.measure = int(self.allowance.measure)

    def refuses(self, needed: int, now: float) -> bool:
        return needed >= self.refused_from and now < self.refused_until

    def refuse(self, needed: int, now: float, free_at: float) -> None:
        self.refused_from, self.free_at = needed, free_at
        soonest, latest = LOOK_AGAIN_S
        self.refused_until = now + min(max(free_at - now, soonest), latest)
        self.refill_below = NEVER

    def grant(self, amount: int, left_in_store: int) -> None:
        self.left += amount
        self.elsewhere = left_in_store
        self.refill_below = amount // REFILL_BELOW
        self.refused_from = math.inf

    def lend(self, needed: int) -> None:
        """Lets a request through unasked."""
        amount = needed - self.left
        self.left += amount
        self.credit += amount

    def reserve(self, needed: int) -> bool:
        """True: it runs low."""
        self.left -= needed
        self.in_flight += 1
        return self.left < self.refill_below

    def settle(self, reserved: int, used: int) -> None:
        self.left += reserved - used
        self.in_flight -= 1

    def hand_over(self) -> int:
        """What the store is to be told: above zero goes back, below zero is still to be taken."""
        amount = self.left - self.credit
        self.left = self.credit = 0
        self.refill_below = NEVER
        return amount
