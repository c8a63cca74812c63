"""A time that is over is counted once, and held as long as nothing in it changes."""

from collections.abc import AsyncIterator, Hashable
from datetime import datetime
from typing import Any

from ratchet_monitor.buckets import Period
from ratchet_monitor.counted import Counted
from ratchet_monitor.held import Held
from ratchet_monitor.prompts.grouping import Grouped
from ratchet_monitor.reports.sides import grouped_each
from ratchet_monitor.runs import RunOf
from tests.unit.monitor.prompts.make import Made, include, summed_periods
from tests.unit.monitor.reports.make import AT, KEEPING, LAST, THIS, WEEK

TIMES = [one.blocks(KEEPING, AT) for one in (WEEK.before, WEEK)]
PERIODS = summed_periods(Made("short_v1", days=LAST), Made("short_v1", days=THIS), seed=1)


def run_of(period: Period, mark: Hashable = 1) -> RunOf:
    counted = Counted(TIMES[period.start >= WEEK.since])
    include(counted, period)
    return RunOf(period.task_type, period.start, counted.run(), mark, datetime.max.replace(tzinfo=AT.tzinfo))


class Runs:
    """Each day is a run; `marks`: of some days, how often they were built."""

    def __init__(self) -> None:
        self.marks: dict[datetime, int] = {}

    async def kinds(self, *_: Any, **__: Any) -> AsyncIterator[RunOf]:
        for period in PERIODS:
            if period.start >= WEEK.before.since:
                yield run_of(period, self.marks.get(period.start, 1))


async def both(runs: Runs, held: Held, now: datetime = AT) -> list[Grouped]:
    return await grouped_each(TIMES, runs, held, "acme", now)


async def test_a_time_that_is_over_is_counted_once() -> None:
    runs, held = Runs(), Held()
    first = await both(runs, held)
    assert all(one.counted.sums.sum() for one in first)
    assert await both(runs, held) == first  # the very same
    assert (await grouped_each(TIMES, runs, held, "globex", AT))[0] is not first[0]


async def test_once_a_day_in_it_was_built_anew_it_is_counted_anew() -> None:
    runs, held = Runs(), Held()
    last, this = await both(runs, held)
    runs.marks[PERIODS[-1].start] = 2
    again = await both(runs, held)
    assert again[0] is last
    assert again[1] is not this
    assert (again[1].counted.sums == this.counted.sums).all()


async def test_a_time_that_goes_on_is_not_held() -> None:
    runs, held = Runs(), Held()
    last, this = await both(runs, held, WEEK.since)
    again = await both(runs, held, WEEK.since)
    assert again[0] is last
    assert again[1] is not this


async def test_what_is_too_large_is_counted_each_time() -> None:
    runs, held = Runs(), Held(1_000)
    first = await both(runs, held)
    assert all(one is not other for one, other in zip(first, await both(runs, held), strict=True))
    assert not len(held)
