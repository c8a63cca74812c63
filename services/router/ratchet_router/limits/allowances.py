"""What a subject may use of one measure: a budget for a day or a month, or a rate that refills all the time. Pure.

A budget is counted in a window of the UTC calendar. A rate is a token bucket that holds a minute's worth, kept as one
number (the generic cell rate algorithm): the time at which the bucket will be full again. Within any t seconds no more
is taken of it than limit · (1 + t / 60).
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import Final, Literal

from ratchet_common.limits import Limits

Subject = Literal["tenant", "key", "user"]
Period = Literal["day", "month", "minute"]
NANO = 10**9
MINUTE_S = 60
MICRO = 10**6
MINUTE_US = MINUTE_S * MICRO


class Measure(IntEnum):
    """In this order everywhere: what a request needs is a triple of whole numbers."""

    COST = 0  # nano-USD
    REQUESTS = 1
    TOKENS = 2


PERIODS: Final[Mapping[Measure, tuple[Period, ...]]] = {
    Measure.COST: ("day", "month"),
    Measure.REQUESTS: ("minute",),
    Measure.TOKENS: ("minute",),
}


@dataclass(frozen=True, slots=True)
class Allowance:
    """`limit` and all amounts: nano-USD, requests or tokens. `until`: Unix time of a budget's end; inf for a rate."""

    key: str
    tenant: str
    subject: Subject
    measure: Measure
    period: Period
    limit: int
    until: float

    @property
    def is_rate(self) -> bool:
        return self.period == "minute"


def allowances(limits: Limits, tenant: str, subject: Subject, name: str, now: float) -> Iterator[Allowance]:
    """Of the windows that `now` lies in. `name` tells subjects of one tenant apart, in hexadecimal digits."""
    budgets: list[tuple[Period, Decimal | None]] = [("day", limits.day_usd), ("month", limits.month_usd)]
    for period, usd in budgets:
        if usd is not None:
            window, until = calendar_window(period, now)
            key = f"{subject}|{name}|{window}|{tenant}"
            yield Allowance(key, tenant, subject, Measure.COST, period, nano(usd), until)
    for measure, most in ((Measure.REQUESTS, limits.requests_per_minute), (Measure.TOKENS, limits.tokens_per_minute)):
        if most is not None:
            key = f"{subject}|{name}|{measure.name.lower()}|{tenant}"
            yield Allowance(key, tenant, subject, measure, "minute", most, math.inf)


def calendar_window(period: Period, now: float) -> tuple[str, float]:
    """Its name and its end."""
    day = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "day":
        return day.strftime("%Y-%m-%d"), (day + timedelta(days=1)).timestamp()
    first = day.replace(day=1)
    return first.strftime("%Y-%m"), (first + timedelta(days=31)).replace(day=1).timestamp()


def nano(usd: Decimal) -> int:
    """Rounded up: a budget is never passed by what rounding loses."""
    return math.ceil(usd * NANO)


def worth_us(amount: int, per_minute: int) -> int:
    """How long a bucket takes to refill by `amount`."""
    return -(-amount * MINUTE_US // per_minute)


def in_bucket(full_at_us: int, now_us: int, per_minute: int) -> int:
    """What is left of a minute's worth, given when the bucket will be full."""
    missing_us = max(0, full_at_us - now_us)
    return max(0, (MINUTE_US - missing_us) * per_minute // MINUTE_US)


def free_in_s(needed: int, left: int, per_minute: int) -> float:
    """Until a bucket that holds `left` holds `needed`."""
    return max(0, needed - left) * MINUTE_S / per_minute
