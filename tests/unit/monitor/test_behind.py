"""What is said where numbers are behind what came."""

from datetime import timedelta

from ratchet_monitor.behind import MOMENT, MOST, Behind, behind
from ratchet_monitor.hours import BucketKey
from ratchet_monitor.turns import Waiting
from tests.unit.monitor.make import HOUR, NOW


def changed(hours_ago: int, since: timedelta) -> Waiting:
    return Waiting(BucketKey("acme", "summary", HOUR - timedelta(hours=hours_ago)), NOW - since)


def test_where_all_that_came_is_in_the_numbers_nothing_is_said() -> None:
    assert behind([], NOW) is None


def test_an_hour_that_changed_a_moment_ago_is_counted_and_not_worth_a_word() -> None:
    a_moment = MOMENT / 2
    assert behind([changed(0, a_moment)], NOW) == Behind(1, NOW - a_moment, "")


def test_hours_that_wait_are_told_in_words() -> None:
    found = behind([changed(hours_ago, timedelta(minutes=hours_ago)) for hours_ago in range(30)], NOW)
    assert found is not None
    assert (found.changed_hours, found.since) == (30, NOW - timedelta(minutes=29))
    assert found.note.startswith(
        "These numbers are not complete: 30 changed hours, the first since 2026-11-23 12:01:00"
    )


def test_more_than_are_counted_are_told_as_such() -> None:
    found = behind([changed(number, timedelta(hours=1)) for number in range(MOST)], NOW)
    assert found is not None
    assert "1,000 changed hours or more" in found.note
