"""Every settled day lies in one stretch, and every other one is read by its hours."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from ratchet_monitor.stretches import DAY, Asked, opened, planned

BEGAN = datetime(2026, 11, 2, tzinfo=UTC)  # a Monday
TASKS = ("summary", "qa")


def days(n: int) -> list[datetime]:
    return [BEGAN + number * DAY for number in range(n)]


def test_a_stretch_is_a_week_of_a_task() -> None:
    built = {("summary", day): 1 for day in days(16)}
    plan = planned(Asked("", [BEGAN], ()), built, ())
    assert [(one.first - BEGAN, one.last - one.first) for one in plan.stretches] == [
        (0 * DAY, 7 * DAY),
        (7 * DAY, 7 * DAY),
        (14 * DAY, 2 * DAY),
    ]
    assert not plan.by_hour


def test_a_day_that_changed_leaves_its_stretch_and_the_others_stay_as_they_were() -> None:
    built = {(task, day): 1 for day in days(14) for task in TASKS}
    changed = ("qa", days(14)[9])
    before = planned(Asked("", [BEGAN], ()), built, ()).stretches
    plan = planned(Asked("", [BEGAN], ()), built, [changed])
    assert len(set(before) & set(plan.stretches)) == 3
    assert plan.by_hour == [changed[1]]
    assert plan.is_read("qa", changed[1])
    assert not plan.is_read("summary", changed[1])


def test_a_day_that_is_cut_is_told_by_its_hours_from_bound_to_bound() -> None:
    built = {(task, day): 1 for day in days(3) for task in TASKS}
    noon, until = BEGAN + timedelta(hours=12), BEGAN + 2 * DAY + timedelta(hours=6)
    asked = Asked("", [BEGAN + timedelta(hours=3), noon], {BEGAN, BEGAN + 2 * DAY}, until)
    by_hour = [one for one in planned(asked, built, ()).stretches if one.by_hour]
    assert [(one.first - BEGAN, one.last - BEGAN) for one in by_hour] == [
        (timedelta(hours=3), timedelta(hours=12)),
        (timedelta(hours=12), DAY),
        (2 * DAY, 2 * DAY + timedelta(hours=6)),
    ]
    assert {mark[0] for mark in by_hour[0].marks} == set(TASKS)


def test_a_day_that_is_cut_is_read_where_any_of_its_tasks_changed_and_where_none_was_summed_up() -> None:
    cut = {BEGAN, BEGAN + DAY}
    plan = planned(Asked("", [BEGAN], cut), {("summary", BEGAN): 1}, [("qa", BEGAN)])
    assert not plan.stretches
    assert plan.by_hour == sorted(cut)
    assert plan.is_read("summary", BEGAN)


@pytest.mark.parametrize("seed", range(20))
def test_each_day_lies_in_one_place(seed: int) -> None:
    rng = random.Random(seed)
    there = days(40)
    built = {(task, day): rng.randrange(1, 4) for task in TASKS for day in there if rng.random() < 0.8}
    changed = {one for one in built if rng.random() < 0.1}
    bounds = sorted([BEGAN + timedelta(hours=rng.randrange(30)), *rng.sample(there[3:], 2)])
    cut = {bounds[0].replace(hour=0), *rng.sample(there, 3)}
    plan = planned(Asked("", bounds, cut), built, changed)
    whole = [mark for one in plan.stretches if not one.by_hour for mark in one.marks]
    assert len(whole) == len(set(whole))
    assert {(task, day) for task, day, _ in whole} == {one for one in built if one not in changed and one[1] not in cut}
    for one in plan.stretches:
        assert not any(one.first < bound < one.last for bound in bounds)
        assert (one.last - one.first) <= 7 * DAY
    of_parts = {one.first.replace(hour=0) for one in plan.stretches if one.by_hour}
    assert of_parts.isdisjoint(plan.by_hour)
    assert cut <= of_parts | set(plan.by_hour)


def test_hours_that_are_read_lie_in_one_stretch_each_of_six_hours_at_most() -> None:
    """And none reaches over a bound; what is settled, or was not asked for, lies in none."""
    hour = timedelta(hours=1)
    since, noon, until = BEGAN + 7 * hour, BEGAN + 9 * hour, BEGAN + 33 * hour
    asked = Asked("", [since, noon], {BEGAN}, until)
    plan = planned(asked, {("qa", BEGAN + DAY): 4}, [("summary", BEGAN + DAY)])
    built = {(task, since + n * hour): n + 1 for task in TASKS for n in range(26)}
    found = opened(asked, plan, built)
    marks = [mark for one in found for mark in one.marks]
    of_qa = {(task, at): n for (task, at), n in built.items() if task == "summary" or at < BEGAN + DAY}
    assert len(marks) == len(of_qa)
    assert {(task, at): n for task, at, n in marks} == of_qa
    for one in found:
        assert one.by_hour
        assert one.last - one.first <= 6 * hour
        assert since <= one.first < one.last <= until
        assert not one.first < noon < one.last
        assert all(one.holds(task, at) for task, at, _ in one.marks)


def test_an_hour_that_is_built_anew_leaves_the_other_stretches_as_they_were() -> None:
    asked = Asked("", [BEGAN], ())
    plan = planned(asked, {}, [(task, BEGAN) for task in TASKS])
    built = {(task, BEGAN + timedelta(hours=n)): 1 for task in TASKS for n in range(24)}
    before = opened(asked, plan, built)
    after = opened(asked, plan, built | {("qa", BEGAN + timedelta(hours=13)): 2})
    assert len(before) == 2 * 4
    assert len(set(before) & set(after)) == 7
