"""Burn rates beside the tables of the SRE Workbook, chapter 5."""

import pytest

from ratchet_monitor.alerts.burning import MONTH_MINUTES, PAIRS, Pair, budget_used, burn_rate, minutes_to_alert


@pytest.mark.parametrize(
    ("errors", "rate", "days"), [(1, 1, 30), (2, 2, 15), (10, 10, 3), (1000, 1000, 0.03)], ids=["1", "2", "10", "1000"]
)
def test_how_fast_the_budget_of_three_nines_is_used_up(errors: int, rate: float, days: float) -> None:
    """Of 1,000 answers: .1 %, .2 %, 1 % and all of them. The table says 43 minutes of the last."""
    burns = burn_rate(errors, 1000, 0.999)
    assert burns == pytest.approx(rate)
    assert budget_used(burns, round(days * 1440)) == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize(
    ("pair", "budget", "long", "short", "severity"),
    [
        (PAIRS[0], 0.02, 60, 5, "critical"),
        (PAIRS[1], 0.05, 360, 30, "critical"),
        (PAIRS[2], 0.10, 4320, 360, "warning"),
    ],
)
def test_the_usual_pairs_are_those_recommended(pair: Pair, budget: float, long: int, short: int, severity: str) -> None:
    assert budget_used(pair.factor, pair.long_minutes) == pytest.approx(budget)
    assert (pair.long_minutes, pair.short_minutes, pair.severity) == (long, short, severity)
    assert pair.short_minutes * 12 == pair.long_minutes  # "1/12 the duration of the long window"


def test_burning_five_per_cent_in_an_hour_is_a_rate_of_36() -> None:
    assert budget_used(36, 60) == pytest.approx(0.05)


def test_an_outage_is_seen_the_sooner_the_worse_it_is() -> None:
    """Detection time: (1 - SLO) / error ratio x window x burn rate."""
    assert minutes_to_alert(1.0, 0.999, PAIRS[0]) == pytest.approx(60 * 14.4 * 0.001)  # 52 s, where all is down
    assert minutes_to_alert(0.1, 0.999, PAIRS[0]) == pytest.approx(8.64)
    assert minutes_to_alert(0.001, 0.999, PAIRS[0]) == float("inf")


def test_nothing_burns_no_budget() -> None:
    assert burn_rate(0, 0, 0.99) == 0.0
    assert MONTH_MINUTES == 43_200
