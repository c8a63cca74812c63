from dataclasses import replace
from datetime import timedelta

import pytest

from ratchet_feedback.retraining import (
    Hold,
    Limits,
    Tally,
    cools_down_until,
    dismissed,
    held,
    look_again_at,
    reasons,
    reasons_to_retrain,
)
from tests.unit.feedback.said import NOW

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("tally", "due"),
    [
        (Tally(), False),
        (Tally(corrections=49), False),
        (Tally(corrections=50), True),
        (Tally(ratings=29, negative=29), False),
        (Tally(ratings=30, negative=6), False),
        (Tally(ratings=30, negative=7), True),
        (Tally(drifted=True), True),
        (Tally(corrections=500, triggered_at=NOW - 23 * HOUR), False),
        (Tally(corrections=500, triggered_at=NOW - 24 * HOUR), True),
    ],
)
def test_retraining_falls_due(tally: Tally, due: bool) -> None:
    assert bool(reasons_to_retrain(tally, Limits(), NOW)) is due


def test_each_reason_names_its_limit() -> None:
    tally = Tally(corrections=60, ratings=40, negative=10, drifted=True)
    assert reasons(tally, Limits(), NOW) == ("60 corrections (limit 50)", "25% negative of 40 (limit 20%)", "drift")


def test_what_is_due_while_it_cools_down_is_looked_at_when_that_ends() -> None:
    tally = Tally(corrections=50, triggered_at=NOW - HOUR)
    assert cools_down_until(tally, Limits(), NOW) == look_again_at(tally, Limits(), NOW) == NOW + 23 * HOUR


@pytest.mark.parametrize("tally", [Tally(corrections=1, triggered_at=NOW), Tally(corrections=50), Tally()])
def test_nothing_else_is_looked_at_again(tally: Tally) -> None:
    assert look_again_at(tally, Limits(), NOW) is None


DAY = timedelta(days=1)
OLD = Tally(ratings=10, trained_at=NOW - 30 * DAY)


@pytest.mark.parametrize(
    ("tally", "due"),
    [
        (OLD, True),
        (replace(OLD, trained_at=NOW - 29 * DAY), False),
        (replace(OLD, ratings=9), False),  # little new to learn
        (replace(OLD, trained_at=None), False),  # what was never trained is not too old
    ],
)
def test_a_training_is_too_old_once_something_new_was_said(tally: Tally, due: bool) -> None:
    assert bool(reasons(tally, Limits(), NOW)) is due
    assert not reasons(tally, Limits(age=timedelta(0)), NOW)


def test_what_will_be_too_old_is_looked_at_when_it_is() -> None:
    assert look_again_at(replace(OLD, trained_at=NOW - DAY), Limits(), NOW) == NOW + 29 * DAY
    assert reasons(OLD, Limits(), NOW) == ("no training for 30 days (limit 30), and 10 ratings since",)


def test_what_is_held_is_not_triggered_and_looked_at_when_the_hold_ends() -> None:
    tally = Tally(corrections=50, triggered_at=NOW - 23 * HOUR)
    hold = Hold(at=NOW, who="ann", why="a new template comes")
    for_a_day, for_good = replace(tally, hold=replace(hold, until=NOW + DAY)), replace(tally, hold=hold)
    for one in (for_a_day, for_good):
        assert reasons(one, Limits(), NOW)
        assert not reasons_to_retrain(one, Limits(), NOW + 2 * HOUR)
    assert look_again_at(for_a_day, Limits(), NOW) == NOW + DAY
    assert look_again_at(for_good, Limits(), NOW) is None
    assert reasons_to_retrain(for_a_day, Limits(), NOW + DAY)
    assert held(for_good, NOW + 1000 * DAY)


def dismissing(tally: Tally) -> Tally:
    found = dismissed(tally, Limits(), NOW, who="ann", why="known")
    assert found is not None
    return replace(tally, dismissal=found)


def test_corrections_that_were_dismissed_are_a_reason_when_as_many_came_again() -> None:
    tally = dismissing(Tally(corrections=60))
    assert not reasons(tally, Limits(), NOW)
    assert not reasons(replace(tally, corrections=109), Limits(), NOW)
    again = replace(tally, corrections=110)
    assert reasons(again, Limits(), NOW) == ("50 corrections (limit 50) since that was dismissed",)
    assert not reasons(dismissing(again), Limits(), NOW)
    assert not reasons(replace(tally, corrections=5), Limits(), NOW)  # some were taken back


def test_a_share_that_was_dismissed_is_counted_from_then_on() -> None:
    tally = dismissing(Tally(ratings=100, negative=50))
    assert not reasons(replace(tally, ratings=129, negative=79), Limits(), NOW)
    assert reasons(replace(tally, ratings=130, negative=57), Limits(), NOW)
    assert not reasons(replace(tally, ratings=130, negative=56), Limits(), NOW)


def test_of_what_was_not_dismissed_nothing_is_taken_away() -> None:
    tally = dismissing(Tally(corrections=50, ratings=29, negative=29))
    assert reasons(replace(tally, ratings=30), Limits(), NOW) == ("97% negative of 30 (limit 20%)",)
    both = dismissing(replace(tally, ratings=30))
    assert not reasons(replace(both, corrections=99), Limits(), NOW)
    assert reasons(replace(both, corrections=100), Limits(), NOW)  # counted from its own dismissal, not from the later


def test_drift_that_was_dismissed_is_a_reason_when_it_begins_anew() -> None:
    tally = dismissing(Tally(drifted=True, drifted_at=NOW))
    assert not reasons(tally, Limits(), NOW + DAY)
    assert reasons(replace(tally, drifted_at=NOW + HOUR), Limits(), NOW + DAY) == ("drift",)


def test_age_that_was_dismissed_is_a_reason_when_as_much_time_has_passed_again() -> None:
    tally = dismissing(OLD)
    assert look_again_at(tally, Limits(), NOW) == NOW + 30 * DAY
    assert not reasons(tally, Limits(), NOW + 29 * DAY)
    assert reasons(tally, Limits(), NOW + 30 * DAY)


def test_a_training_ends_a_dismissal_and_without_a_reason_there_is_none() -> None:
    tally = replace(dismissing(Tally(corrections=60)), trained_at=NOW + DAY, corrections=50)
    assert reasons(tally, Limits(), NOW + DAY) == ("50 corrections (limit 50)",)
    assert dismissed(Tally(), Limits(), NOW, who="ann", why="") is None
