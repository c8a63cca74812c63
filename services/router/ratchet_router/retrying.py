"""When is the same model asked again, and after how long? Pure but for the dice and the budget's sum.

A retry helps against a hiccup and makes an overload worse. So each provider has a budget: retries may be a fifth of the
first tries, and a few more, whatever happens.
"""

import random
from typing import Final

from ratchet_providers.failing import ErrorKind, ProviderError

AGAIN: Final[frozenset[ErrorKind]] = frozenset(
    {"unreachable", "unavailable", "overloaded", "cut", "malformed", "misspoken"}
)
TRIES_OF_ONE: Final = 2
SHORTEST_S, LONGEST_S = 0.05, 2.0
WORTH_WAITING_S: Final = 20.0  # for a provider that says when to come again, where nothing else remains
OF_FIRST_TRIES, MOST = 0.2, 10.0


class RetryBudget:
    def __init__(self) -> None:
        self._left: dict[str, float] = {}

    def first_try(self, provider: str) -> None:
        self._left[provider] = min(self._left.get(provider, MOST) + OF_FIRST_TRIES, MOST)

    def takes(self, provider: str) -> bool:
        left = self._left.get(provider, MOST)
        if left < 1:
            return False
        self._left[provider] = left - 1
        return True


def pause_before_retry(
    error: ProviderError, tried: int, *, first: bool, others: bool, dice: random.Random
) -> float | None:
    """Seconds until the same model is asked again, None for not again. `tried`: how often it was asked.

    The first choice is worth another try, and so is the last resort; in between the next one is better. Exponential
    with full jitter; a provider's own Retry-After goes before, and is waited for only where nothing else remains.
    """
    helps = error.kind in AGAIN or (error.kind == "rate_limited" and not others)
    if not helps or tried >= TRIES_OF_ONE:
        return None
    if error.retry_after_s is not None:
        return error.retry_after_s if not others and error.retry_after_s <= WORTH_WAITING_S else None
    if others and not first:
        return None
    return dice.uniform(SHORTEST_S, min(LONGEST_S, 0.25 * 2**tried))
