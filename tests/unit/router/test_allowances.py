import math
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.limits import Limits
from ratchet_router.limits.allowances import (
    MICRO,
    MINUTE_US,
    Measure,
    allowances,
    calendar_window,
    free_in_s,
    in_bucket,
    nano,
    worth_us,
)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("period", "now", "window", "until"),
    [
        ("day", "2026-11-26T00:00:00", "2026-11-26", "2026-11-27T00:00:00"),
        ("day", "2026-11-26T23:59:59.999999", "2026-11-26", "2026-11-27T00:00:00"),
        ("day", "2026-12-31T12:00:00", "2026-12-31", "2027-01-01T00:00:00"),
        ("month", "2026-11-26T10:00:00", "2026-11", "2026-12-01T00:00:00"),
        ("month", "2026-12-31T23:59:59", "2026-12", "2027-01-01T00:00:00"),
        ("month", "2027-01-31T00:00:00", "2027-01", "2027-02-01T00:00:00"),
        ("month", "2028-02-29T00:00:00", "2028-02", "2028-03-01T00:00:00"),
    ],
)
def test_days_and_months_are_those_of_utc(period: str, now: str, window: str, until: str) -> None:
    assert calendar_window(period, at(now)) == (window, at(until))  # type: ignore[arg-type]


@given(st.floats(1.7e9, 4e9), st.sampled_from(["day", "month"]))
def test_the_next_window_begins_where_one_ends(now: float, period: str) -> None:
    window, until = calendar_window(period, now)  # type: ignore[arg-type]
    assert until > now
    later, _ = calendar_window(period, until)  # type: ignore[arg-type]
    before, _ = calendar_window(period, until - 0.001)  # type: ignore[arg-type]
    assert before == window != later


def test_limits_become_allowances_each_with_its_own_key() -> None:
    limits = Limits(day_usd=Decimal("1.5"), month_usd=Decimal(20), requests_per_minute=60, tokens_per_minute=9_000)
    found = list(allowances(limits, "acme", "user", "0a1b", at("2026-11-26T10:00:00")))
    assert [(one.measure, one.period, one.limit) for one in found] == [
        (Measure.COST, "day", 1_500_000_000),
        (Measure.COST, "month", 20_000_000_000),
        (Measure.REQUESTS, "minute", 60),
        (Measure.TOKENS, "minute", 9_000),
    ]
    assert [one.key for one in found] == [
        "user|0a1b|2026-11-26|acme",
        "user|0a1b|2026-11|acme",
        "user|0a1b|requests|acme",
        "user|0a1b|tokens|acme",
    ]


def test_a_budget_of_nothing_is_a_limit_too() -> None:
    (found,) = allowances(Limits(day_usd=Decimal(0)), "acme", "tenant", "", at("2026-11-26T10:00:00"))
    assert found.limit == 0


def test_money_is_rounded_up_to_the_nano() -> None:
    assert nano(Decimal("0.0000000001")) == 1
    assert nano(Decimal("0.000000001")) == 1


limits, amounts = st.integers(1, 10**9), st.integers(0, 10**9)


@given(limits, amounts, st.integers(0, 2**50))
def test_an_empty_bucket_holds_what_was_not_taken_of_it(limit: int, amount: int, now_us: int) -> None:
    amount = min(amount, limit)
    left = in_bucket(now_us + worth_us(amount, limit), now_us, limit)
    rounding = -(-limit // MINUTE_US)  # a microsecond's worth
    assert limit - amount - rounding <= left <= limit - amount


@given(limits, amounts)
def test_a_bucket_holds_what_is_needed_when_it_was_said_to(limit: int, needed: int) -> None:
    needed = min(needed, limit)
    now_us = 0
    full_at = worth_us(limit, limit)
    then_us = now_us + math.ceil(free_in_s(needed, 0, limit) * MICRO) + 1
    assert in_bucket(full_at, then_us, limit) >= needed
