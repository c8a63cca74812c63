from datetime import timedelta

import pytest

from ratchet_feedback.retraining import Limits, Tally, cools_down_until, look_again_at, reasons, reasons_to_retrain
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
    assert reasons(tally, Limits()) == ("60 corrections (limit 50)", "25% negative of 40 (limit 20%)", "drift")


def test_what_is_due_while_it_cools_down_is_looked_at_when_that_ends() -> None:
    tally = Tally(corrections=50, triggered_at=NOW - HOUR)
    assert cools_down_until(tally, Limits(), NOW) == look_again_at(tally, Limits(), NOW) == NOW + 23 * HOUR


@pytest.mark.parametrize("tally", [Tally(corrections=1, triggered_at=NOW), Tally(corrections=50), Tally()])
def test_nothing_else_is_looked_at_again(tally: Tally) -> None:
    assert look_again_at(tally, Limits(), NOW) is None
