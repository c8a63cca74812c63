"""What the month will have cost: by days that are known, and how often the interval holds."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from ratchet_monitor.forecast import DAY, HISTORY, LEAST, forecast

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)  # a Monday
TODAY = NOON.date()


def spent(days: int, usd: float = 10.0, weekend: float | None = None) -> dict[date, float]:
    past = [TODAY - DAY * back for back in range(1, days + 1)]
    return {day: weekend if weekend is not None and day.weekday() >= 5 else usd for day in past}


def test_equal_days_go_on_as_they_were() -> None:
    found = forecast(spent(HISTORY) | {TODAY: 5.0}, NOON)
    assert found.month == "2026-06"
    assert found.spent == 14 * 10 + 5
    assert found.expected == pytest.approx(30 * 10)
    assert (found.low, found.high) == pytest.approx((300, 300))
    assert found.days_seen == HISTORY


def test_weekends_have_a_level_of_their_own_once_two_weeks_were_seen() -> None:
    found = forecast(spent(HISTORY, 10.0, weekend=1.0), NOON)
    workdays, weekends = 12 - 0.5, 4  # what is left of June after Monday noon
    assert found.expected == pytest.approx(found.spent + 10 * workdays + weekends)
    assert "all days alike" in forecast(spent(6), NOON).why


@pytest.mark.parametrize("days", range(LEAST))
def test_too_few_days_foresee_nothing_and_say_so(days: int) -> None:
    found = forecast(spent(days), NOON)
    assert (found.expected, found.low, found.high, found.days_seen) == (None, None, None, days)
    assert str(LEAST) in found.why


def test_days_without_traffic_count_from_the_first_that_cost_anything() -> None:
    found = forecast({TODAY - DAY * 4: 8.0}, NOON)
    assert found.days_seen == 4
    assert found.expected is not None
    assert found.spent <= found.expected <= found.spent + 8 * 16


def test_the_last_moment_of_a_month_leaves_nothing_to_foresee() -> None:
    last = datetime(2026, 6, 30, 23, 59, 59, 999_999, tzinfo=UTC)
    found = forecast({last.date() - DAY * back: 10.0 for back in range(HISTORY + 1)}, last)
    assert found.expected == pytest.approx(found.spent, abs=1e-5)


def test_the_same_numbers_foresee_the_same() -> None:
    rng = np.random.default_rng(3)
    days = {TODAY - DAY * back: float(rng.gamma(4)) for back in range(1, 30)}
    assert forecast(days, NOON) == forecast(dict(reversed(days.items())), NOON)


def test_the_interval_holds_about_as_often_as_it_says() -> None:
    """400 months of days that scatter by half, with quiet weekends, foreseen from their middle."""
    rng, held, runs = np.random.default_rng(11), 0, 400
    for _ in range(runs):
        first = TODAY - DAY * HISTORY
        days = [first + DAY * ahead for ahead in range(HISTORY + 16)]
        costs = {day: float(rng.gamma(4) * (1 if day.weekday() >= 5 else 4)) for day in days}
        known = {day: usd for day, usd in costs.items() if day < TODAY}
        found = forecast(known, datetime(2026, 6, 15, tzinfo=UTC))
        came = sum(usd for day, usd in costs.items() if day.month == TODAY.month)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= came <= found.high
    assert 0.74 <= held / runs <= 0.86


@pytest.mark.parametrize("history", [LEAST, 5, 10])
def test_it_holds_as_often_where_few_days_are_known(history: int) -> None:
    """400 months of days that scatter by a third: without what few days leave open of their spread, .63 to .74."""
    rng, held, runs = np.random.default_rng(12), 0, 400
    for _ in range(runs):
        costs = {TODAY + DAY * ahead: float(rng.gamma(9)) for ahead in range(-history, 16)}
        found = forecast({day: usd for day, usd in costs.items() if day < TODAY}, NOON - DAY / 2)
        came = sum(usd for day, usd in costs.items() if day.month == TODAY.month)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= came <= found.high
    assert 0.74 <= held / runs <= 0.86


def test_another_months_days_are_not_of_this_one() -> None:
    first = datetime(2026, 6, 1, tzinfo=UTC)
    found = forecast({first.date() - DAY * back: 10.0 for back in range(1, HISTORY + 1)}, first)
    assert found.spent == 0
    assert found.expected == pytest.approx(300)
