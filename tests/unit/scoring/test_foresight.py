from dataclasses import replace

import numpy as np
import pytest

from ratchet_scoring.anytime import FEWEST, interval
from ratchet_scoring.estimates import Estimate, difference, mean
from ratchet_scoring.foresight import HORIZON, Outlook, days_left, days_left_of_bets, in_words
from ratchet_scoring.moments import moments, nothing
from ratchet_scoring.weighed_bets import Kept, WeighedComparer

UNKNOWN = (None, None, None)


def known(outlook: Outlook) -> tuple[float | None, float | None, float | None]:
    return outlook.early, outlook.likely, outlook.late


def undecided(n: int, rate: float = 0.8) -> Estimate:
    """n units of each arm, which are alike so far."""
    hits = round(n * rate)
    arm = mean(moments(np.repeat([0.0, 1.0], [n - hits, hits])))
    return difference(arm, arm)


def test_the_verdict_comes_within_those_days_by_the_interval() -> None:
    """From 200 units of each arm that show no difference, a hundred new ones a day, and a gain that is true."""
    random = np.random.default_rng(1)
    found = days_left(undecided(200), units=400, units_a_day=100, minimum_effect=0.05, alpha=0.05)
    start, took = moments(np.repeat([0.0, 1.0], [40, 160])), []
    for _ in range(100):
        arms, days = [start, start], 0
        while not _decided(difference(mean(arms[0]), mean(arms[1]))):
            arms = [arm + moments(random.binomial(1, rate, 50)) for arm, rate in zip(arms, (0.85, 0.80), strict=True)]
            days += 1
        took.append(days)
    assert found.early is not None
    assert found.late is not None
    assert np.mean([found.early <= days <= found.late + 1 for days in took]) == pytest.approx(0.8, abs=0.1)
    assert found.likely == pytest.approx(np.median(took), rel=0.2)


def _decided(seen: Estimate) -> bool:
    low, high = interval(seen, minimum_effect=0.05)
    return low > 0 or high < 0


def gone_on(random: np.random.Generator, comparer: WeighedComparer, units: int) -> None:
    for treated in random.random(units) < 0.5:
        comparer.add(bool(treated), float(random.random() < (0.85 if treated else 0.80)))


def test_the_verdict_comes_within_those_days_by_the_bets() -> None:
    random, start = np.random.default_rng(3), WeighedComparer(share=0.5)
    gone_on(random, start, 400)
    kept = start.kept()
    found = days_left_of_bets(kept, units_a_day=100, minimum_effect=0.05)
    took = [_days(random, kept) for _ in range(30)]
    assert found.early is not None
    assert found.late is not None
    assert np.mean([found.early <= days <= found.late + 1 for days in took]) == pytest.approx(0.8, abs=0.15)
    assert found.likely == pytest.approx(np.median(took), rel=0.3)


def _days(random: np.random.Generator, kept: Kept) -> int:
    comparer = WeighedComparer.resumed(kept)
    for day in range(1, 100):
        gone_on(random, comparer, 100)
        found = comparer.comparison()
        if found.low > 0 or found.high < 0:
            return day
    return 100


def test_a_good_start_and_more_traffic_shorten_it() -> None:
    def likely(seen: Estimate, units_a_day: float) -> float:
        found = days_left(seen, units=1000, units_a_day=units_a_day, minimum_effect=0.05, alpha=0.05)
        assert found.likely is not None
        return found.likely

    alike = undecided(500)
    assert likely(replace(alike, value=0.04), 100) < likely(alike, 100) < likely(replace(alike, value=-0.02), 100)
    assert likely(alike, 1000) == pytest.approx(likely(alike, 100) / 10, rel=0.05)


def test_too_little_traffic_is_not_foreseeable() -> None:
    found = days_left(undecided(150), units=300, units_a_day=1, minimum_effect=0.05, alpha=0.05)
    assert found.likely is None
    assert found.told == f"Not foreseeable: more likely than not it takes over {HORIZON:.0f} days."


@pytest.mark.parametrize(
    ("seen", "units", "units_a_day", "why"),
    [
        (undecided(500), 1000, 0.0, "no units come"),
        (undecided(500), 1000, float("nan"), "no units come"),
        (mean(nothing()), 0, 10.0, "0 units do not show"),
        (undecided(50, rate=1.0), 100, 10.0, "100 units do not show"),
    ],
)
def test_what_cannot_be_known_is_said(seen: Estimate, units: int, units_a_day: float, why: str) -> None:
    found = days_left(seen, units=units, units_a_day=units_a_day, minimum_effect=0.05, alpha=0.05)
    assert known(found) == UNKNOWN
    assert found.told.startswith(f"Not foreseeable: {why}")


def test_no_verdict_before_the_fewest_units() -> None:
    """By far enough apart already, of half the units that are needed: the other half has to come."""
    seen = replace(undecided(FEWEST // 2), value=0.9)
    found = days_left(seen, units=FEWEST, units_a_day=10, minimum_effect=0.05, alpha=0.05)
    assert found.likely == pytest.approx(FEWEST / 10, rel=0.05)


def test_of_bets_too_few_foresee_nothing() -> None:
    few = WeighedComparer(share=0.5)
    gone_on(np.random.default_rng(4), few, 59)
    found = days_left_of_bets(few.kept(), units_a_day=10, minimum_effect=0.05)
    assert known(found) == UNKNOWN
    assert found.told == "Not foreseeable: 59 scored units do not show how much scores vary, 60 would."
    gone_on(np.random.default_rng(5), few, 60)
    assert known(days_left_of_bets(few.kept(), units_a_day=10, minimum_effect=0.05)) != UNKNOWN
    assert known(days_left_of_bets(few.kept(), units_a_day=0, minimum_effect=0.05)) == UNKNOWN


def test_it_says_so_in_a_sentence() -> None:
    found = days_left(undecided(500), units=1000, units_a_day=100, minimum_effect=0.05, alpha=0.05)
    assert (
        found.told
        == f"About {found.likely:.3g} days, between {found.early:.3g} and {found.late:.3g} days in 8 of 10 cases."
    )


@pytest.mark.parametrize(
    ("early", "likely", "late", "told"),
    [
        (0.0182, 0.0182, 0.0182, "An hour or less, in 8 of 10 cases."),
        (0.0182, 0.2, 0.5, "About 5 hours, between an hour or less and 12 hours in 8 of 10 cases."),
        (0.25, 0.5, 0.75, "About 12 hours, between 6 and 18 hours in 8 of 10 cases."),
        (0.25, 1.5, 2.25, "About 1.5 days, between 6 hours and 2.25 days in 8 of 10 cases."),
        (2.0, 3.0, None, "About 3 days, between 2 and more than 365 days in 8 of 10 cases."),
    ],
)
def test_the_outlook_is_told_in_units_that_say_something(
    early: float, likely: float, late: float | None, told: str
) -> None:
    assert in_words(early, likely, late) == told
