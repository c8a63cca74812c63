"""Stretches of time that change only when a day in them is built anew: what they add up to can be held. Pure.

A day that was summed up, and none of whose hours has changed since, is settled. Settled days of a task and a week are a
stretch: when one of them is built anew, as late feedback makes it, six others are read again and not a month. A day of
which a part is asked for is a stretch by its hours, of all tasks that are asked for. Of a day that goes on, or has
changed, six hours of a task are one, by how often each hour was built.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from ratchet_monitor.hours import HOUR, Keeping, day_of

DAY = timedelta(days=1)
WEEK_DAYS = 7
HOURS_TOGETHER = 6
Day = tuple[str, datetime]  # of a task; or an hour of it
Built = tuple[str, datetime, int]  # a task's day, or hour, and how often it was built


class Stretch(NamedTuple):
    """From `first` on, before `last`. `task_type`: empty for all, where it is by hours. `marks`: the days that are in
    it, or the hours where its day is not settled, each as often as it was built."""

    task_type: str
    first: datetime
    last: datetime
    by_hour: bool
    marks: tuple[Built, ...]

    def holds(self, task_type: str, at: datetime) -> bool:
        return self.task_type in ("", task_type) and self.first <= at < self.last

    def kept_until(self, keeping: Keeping) -> datetime:
        """When the first of its documents may go."""
        return keeping.hour_until(self.first) if self.by_hour else keeping.bucket_until(day_of(self.first))


class Asked(NamedTuple):
    """`bounds`: no stretch reaches over one of them; the first one is the beginning. `cut`: days that are told by their
    hours. `until`: None for now."""

    task_type: str
    bounds: Sequence[datetime]
    cut: Collection[datetime]
    until: datetime | None = None

    def interval(self, at: datetime) -> int:
        return bisect_right(self.bounds, at) - 1


class Plan(NamedTuple):
    """`by_hour`: days that are read from the store by their hours, as far as they are no part of a stretch."""

    stretches: Sequence[Stretch]
    cut: Collection[datetime]
    changed: Collection[Day]

    @property
    def by_hour(self) -> list[datetime]:
        return sorted({*self.cut, *(day for _, day in self.changed)})

    def is_read(self, task_type: str, at: datetime) -> bool:
        day = day_of(at)
        return day in self.cut or (task_type, day) in self.changed


def planned(asked: Asked, built: Mapping[Day, int], changed: Collection[Day]) -> Plan:
    """`built`: days that were summed up; `changed`: those that are to be, within the time."""
    of_changed = {day for _, day in changed}
    on: dict[datetime, list[Built]] = {}
    weeks: dict[tuple[str, int, int], list[Built]] = {}
    for (task, day), times in sorted(built.items(), key=lambda one: (one[0][1], one[0][0])):
        mark = (task, day, times)
        if day in asked.cut:
            on.setdefault(day, []).append(mark)
        elif (task, day) not in changed:
            week = (day.toordinal() - 1) // WEEK_DAYS  # from Monday on
            weeks.setdefault((task, asked.interval(day), week), []).append(mark)
    whole = [Stretch(task, its[0][1], its[-1][1] + DAY, False, tuple(its)) for (task, _, _), its in weeks.items()]
    told = [day for day in sorted(on) if day not in of_changed]
    parts = [
        Stretch(asked.task_type, first, last, True, tuple(on[day]))
        for day in told
        for first, last in _within(asked, day)
    ]
    return Plan([*whole, *parts], set(asked.cut) - set(told), changed)


def opened(asked: Asked, plan: Plan, built: Mapping[Day, int]) -> list[Stretch]:
    """Of hours that are read, as far as `built` tells how often each was."""
    several: dict[tuple[str, datetime, datetime], list[Built]] = {}
    ends = {at: _within(asked, at, HOURS_TOGETHER * HOUR) for at in {_together(hour) for _, hour in built}}
    for (task, hour), times in sorted(built.items()):
        if plan.is_read(task, hour):
            first, last = next(its for its in ends[_together(hour)] if its[0] <= hour < its[1])
            several.setdefault((task, first, last), []).append((task, hour, times))
    return [Stretch(task, first, last, True, tuple(its)) for (task, first, last), its in several.items()]


def _together(hour: datetime) -> datetime:
    """The first one of those that are a stretch with it."""
    return hour - hour.hour % HOURS_TOGETHER * HOUR


def _within(asked: Asked, start: datetime, length: timedelta = DAY) -> list[tuple[datetime, datetime]]:
    """The parts of a day, or of another time, from bound to bound."""
    first = max(start, asked.bounds[0])
    last = min(start + length, asked.until) if asked.until else start + length
    ends = [first, *(one for one in asked.bounds if first < one < last), last]
    return [(one, other) for one, other in pairwise(ends) if one < other]
