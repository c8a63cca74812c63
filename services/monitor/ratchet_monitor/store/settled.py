"""What settled days add up to (stretches.py), out of memory where it is held, out of the store where it is not."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from sys import getsizeof
from typing import Any, Final, NamedTuple

from ratchet_monitor.adding import Adding, Sums
from ratchet_monitor.blocks import Blocks
from ratchet_monitor.buckets import Tally
from ratchet_monitor.columns import View
from ratchet_monitor.counted import Counted
from ratchet_monitor.held import Held
from ratchet_monitor.hours import HOUR, Keeping, day_of
from ratchet_monitor.runs import Run, RunOf
from ratchet_monitor.spreads import COUNTS
from ratchet_monitor.store.contents import Columns, MongoContents
from ratchet_monitor.store.planning import whose
from ratchet_monitor.stretches import DAY, Asked, Stretch

OF_KINDS: Final[tuple[View, ...]] = ("kinds",)
FEW: Final = 4  # stretches of days that are read one by one; more are read in one go
NUMBER: Final = 64  # bytes of two numbers in a dictionary
TRIPLE: Final = 200  # and of a few more
TALLY: Final = 1_200
SPREAD: Final = 600


class SumsOf(NamedTuple):
    """Of a task in one of the intervals that were asked for."""

    interval: int
    task_type: str
    sums: Sums


class _Made(NamedTuple):
    """Of a stretch, by task."""

    by_task: Mapping[str, Any]
    size: int


Make = Callable[[Stretch, Sequence[Columns]], tuple[Any, int]]  # and its bytes


class Settled:
    def __init__(self, of_hours: MongoContents, of_days: MongoContents, held: Held, keeping: Keeping) -> None:
        self._of_hours, self._of_days, self._held, self._keeping = of_hours, of_days, held, keeping

    async def sums(
        self, tenant: str, asked: Asked, stretches: Sequence[Stretch], views: Collection[View], part: str = "settled"
    ) -> list[SumsOf]:
        """In the order of the intervals, and of the tasks. What was added up is shared: it is not to be changed.
        `part`: what is asked for of the same time besides has another name."""
        form = ("sums", *sorted(views))

        def make(_: Stretch, columns: Sequence[Columns]) -> tuple[Any, int]:
            adding = Adding()
            for its in columns:
                adding.include(its.views)
            added = adding.views(views)
            return added, sum(map(len, added.values()))

        now = datetime.now(UTC)
        made = await self._made(tenant, stretches, form, views, make, now)
        parts: dict[tuple[int, str], list[tuple[Stretch, Mapping[View, bytes]]]] = {}
        for stretch, its in made.items():
            for task, added in its.by_task.items():
                parts.setdefault((asked.interval(stretch.first), task), []).append((stretch, added))
        found = []
        for (interval, task), several in sorted(parts.items(), key=lambda one: one[0]):
            key = (tenant, part, asked.task_type, task, asked.bounds[interval], form)
            marks = tuple(stretch for stretch, _ in several)
            sums = self._held.find(key, marks, now)
            if sums is None:
                adding = Adding()
                for _, added in several:
                    adding.include(added)
                sums = adding.sums()
                until = min(stretch.kept_until(self._keeping) for stretch, _ in several)
                self._held.keep(key, marks, sums, weight(sums), until)
                await asyncio.sleep(0)
            found.append(SumsOf(interval, task, sums))
        return found

    async def runs(self, tenant: str, asked: Asked, stretches: Sequence[Stretch]) -> list[RunOf]:
        """Days of a task between two bounds as one; hours by their stretches. Not to be changed."""
        now = datetime.now(UTC)
        by_hour = [one for one in stretches if one.by_hour]
        several: dict[tuple[int, str], list[Stretch]] = {}
        for one in stretches:
            if not one.by_hour:
                several.setdefault((asked.interval(one.first), one.task_type), []).append(one)
        keys = {place: (tenant, "run", place[1], its[0].first, its[-1].last) for place, its in several.items()}
        until = {place: min(one.kept_until(self._keeping) for one in its) for place, its in several.items()}
        held = {place: self._held.find(keys[place], tuple(its), now) for place, its in several.items()}
        missing = [one for place, its in several.items() if held[place] is None for one in its]
        made = await self._made(tenant, [*missing, *by_hour], ("kinds",), OF_KINDS, _run, now)
        found = []
        for place, its in several.items():
            run = held[place]
            if run is None:
                run = _joined([counted for one in its for counted in made[one].by_task.values()], its)
                self._held.keep(keys[place], tuple(its), run, run.size, until[place])
                await asyncio.sleep(0)  # probes and consumers have their turn
            found.append(RunOf(place[1], its[0].first, run, tuple(its), until[place]))
        return [
            *found,
            *(
                RunOf(task, one.first, run, one, one.kept_until(self._keeping))
                for one in by_hour
                for task, run in made[one].by_task.items()
            ),
        ]

    async def _made(
        self,
        tenant: str,
        stretches: Sequence[Stretch],
        form: tuple[str, ...],
        views: Collection[View],
        make: Make,
        now: datetime,
    ) -> dict[Stretch, _Made]:
        """What `make` makes of each, held or made now."""
        made: dict[Stretch, _Made] = {}
        for stretch in stretches:
            its = self._held.find((tenant, form, *stretch[:4]), stretch.marks, now)
            if its is not None:
                made[stretch] = its
        missing = [stretch for stretch in stretches if stretch not in made]
        if missing:
            read = await self._read(tenant, missing, views)
            for stretch in missing:
                each = {task: make(stretch, columns) for task, columns in read[stretch].items()}
                size = sum(size for _, size in each.values())
                made[stretch] = _Made({task: its for task, (its, _) in each.items()}, size)
                key = (tenant, form, *stretch[:4])
                self._held.keep(key, stretch.marks, made[stretch], size, stretch.kept_until(self._keeping))
                await asyncio.sleep(0)  # probes and consumers have their turn
        return {stretch: made[stretch] for stretch in stretches}

    async def _read(
        self, tenant: str, stretches: Sequence[Stretch], views: Collection[View]
    ) -> dict[Stretch, dict[str, list[Columns]]]:
        found: dict[Stretch, dict[str, list[Columns]]] = {stretch: {} for stretch in stretches}
        of_days = [stretch for stretch in stretches if not stretch.by_hour]
        place = {(task, day): stretch for stretch in of_days for task, day, _ in stretch.marks}
        for task, first, last in ranges_of(of_days):
            async for its in self._of_days.columns(whose(tenant, task), views, first, last):
                if (stretch := place.get((its.task_type, its.start))) is not None:
                    found[stretch].setdefault(its.task_type, []).append(its)
        by_hour = [stretch for stretch in stretches if stretch.by_hour]
        for task, first, last in hours_of(by_hour):
            async for its in self._of_hours.columns(whose(tenant, task), views, first, last):
                for stretch in by_hour:
                    if stretch.holds(its.task_type, its.start):
                        found[stretch].setdefault(its.task_type, []).append(its)
        return found


def _run(stretch: Stretch, columns: Sequence[Columns]) -> tuple[Run, int]:
    counted = Counted(Blocks(stretch.first, stretch.last, HOUR if stretch.by_hour else DAY))
    for its in columns:
        counted.include(its.task_type, its.start, its.counted)
    run = counted.run()
    return run, run.size


def _joined(runs: Sequence[Run], stretches: Sequence[Stretch]) -> Run:
    """Of days of a task, in their order."""
    counted = Counted(Blocks(stretches[0].first, stretches[-1].last, DAY))
    for run in runs:
        counted.add_run(stretches[0].task_type, run)
    return counted.run()


def ranges_of(stretches: Sequence[Stretch]) -> list[tuple[str, datetime, datetime]]:
    """Of stretches of days: what is read for them, as a task, or empty for all, from a day on, and before another."""
    if len(stretches) <= FEW:
        return [(one.task_type, one.first, one.last) for one in stretches]
    tasks = {one.task_type for one in stretches}
    task = tasks.pop() if len(tasks) == 1 else ""
    return [(task, min(one.first for one in stretches), max(one.last for one in stretches))]


def hours_of(stretches: Sequence[Stretch]) -> list[tuple[str, datetime, datetime]]:
    """As `ranges_of`, of stretches by hours: those of a day in one go."""
    days: dict[datetime, list[Stretch]] = {}
    for one in stretches:
        days.setdefault(day_of(one.first), []).append(one)
    found = []
    for several in days.values():
        tasks = {one.task_type for one in several}
        task = tasks.pop() if len(tasks) == 1 else ""
        found.append((task, min(one.first for one in several), max(one.last for one in several)))
    return found


def weight(sums: Sums) -> int:
    """Bytes in memory, about, and rather too many."""
    cells = sum(_of_tally(cell.tally) for cell in (*sums.totals, *sums.heard))
    spreads = 0
    for one in sums.spoken:
        spreads += SPREAD + sum(_of_dict(getattr(one.spread, name), NUMBER) for name in COUNTS)
    return cells + spreads


def _of_tally(tally: Tally) -> int:
    several = (tally.calibration, tally.reliability, tally.strata)
    return TALLY + _of_dict(tally.latencies, NUMBER) + sum(_of_dict(one, TRIPLE) for one in several)


def _of_dict(counts: Mapping[Any, Any], each: int) -> int:
    return getsizeof(counts) + each * len(counts)
