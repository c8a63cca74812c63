"""What a caller is told who has used up what he may."""

import math
from datetime import UTC, datetime
from decimal import Decimal

from ratchet_common.errors import RefusedError, UnavailableError
from ratchet_router.limits.allowances import NANO, Allowance, Measure

WHOSE = {"tenant": "this tenant", "key": "this key", "user": "this user"}


class BudgetExhaustedError(RefusedError):
    status = 402
    type = "budget-exhausted"
    title = "The budget is used up"

    def __init__(self, allowance: Allowance, now: float) -> None:
        resets = as_rfc3339(allowance.until)
        super().__init__(
            f"The budget of {WHOSE[allowance.subject]} for the {allowance.period} does not cover this request: "
            f"it is new at {resets}.",
            subject=allowance.subject,
            period=allowance.period,
            resets_at=resets,
        )
        self.headers = {"Retry-After": _seconds(allowance.until - now)}


class TooDearForTheBudgetError(BudgetExhaustedError):
    """It never fits, so nothing is said of when to come again."""

    def __init__(self, allowance: Allowance, needed: int) -> None:
        may_cost, in_all = (f"{Decimal(nano) / NANO:f}" for nano in (needed, allowance.limit))
        RefusedError.__init__(
            self,
            f"This request may cost {may_cost} USD, and the budget of {WHOSE[allowance.subject]} for the "
            f"{allowance.period} is {in_all} USD in all: send less, ask for a shorter answer, or name a cheaper model.",
            subject=allowance.subject,
            period=allowance.period,
        )


class RateLimitedError(RefusedError):
    status = 429
    type = "rate-limited"
    title = "Too much was asked for in too short a time"

    def __init__(self, allowance: Allowance, now: float, free_at: float) -> None:
        measure, resets = allowance.measure.name.lower(), as_rfc3339(free_at)
        super().__init__(
            f"The limit of {WHOSE[allowance.subject]}, {allowance.limit} {measure} a minute, leaves no room for this "
            f"request before {resets}.",
            subject=allowance.subject,
            period=allowance.period,
            resets_at=resets,
        )
        self.headers = {"Retry-After": _seconds(free_at - now)} | rate_headers(allowance, 0)


class TooLargeForTheRateError(RateLimitedError):
    """It never fits, so nothing is said of when to come again."""

    def __init__(self, allowance: Allowance, needed: int) -> None:
        RefusedError.__init__(
            self,
            f"This request needs about {needed} tokens, and {WHOSE[allowance.subject]} may use {allowance.limit} "
            "a minute: send less, or ask for a lower limit of the output.",
            subject=allowance.subject,
            period=allowance.period,
        )
        self.headers = {limit_header(allowance): str(allowance.limit)}  # what is left of it does not matter


class LimitsAwayError(UnavailableError):
    type = "limits-unavailable"
    title = "The limits cannot be checked"


def refusal(allowance: Allowance, needed: int, now: float, free_at: float) -> RefusedError:
    if allowance.measure is Measure.COST and needed > allowance.limit:
        return TooDearForTheBudgetError(allowance, needed)
    if allowance.measure is Measure.COST:
        return BudgetExhaustedError(allowance, now)
    if needed > allowance.limit:
        return TooLargeForTheRateError(allowance, needed)
    return RateLimitedError(allowance, now, free_at)


def limit_header(allowance: Allowance) -> str:
    return f"x-ratelimit-limit-{allowance.measure.name.lower()}"


def rate_headers(allowance: Allowance, remaining: int) -> dict[str, str]:
    """By OpenAI's names; `reset` is how long until all of it is there again."""
    measure = allowance.measure.name.lower()
    remaining = min(max(0, remaining), allowance.limit)
    full_in_s = (allowance.limit - remaining) * 60 / allowance.limit
    return {
        limit_header(allowance): str(allowance.limit),
        f"x-ratelimit-remaining-{measure}": str(remaining),
        f"x-ratelimit-reset-{measure}": f"{full_in_s:.3f}s",
    }


def as_rfc3339(time: float) -> str:
    """To the full second, the later one."""
    return datetime.fromtimestamp(math.ceil(time), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _seconds(duration: float) -> str:
    return str(max(1, math.ceil(duration)))
