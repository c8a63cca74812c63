"""The times of a report are counted. One that is over is held, with what was told of it, as long as nothing in it
changes: who looks at this month every day compares it with the same month before."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime

from ratchet_monitor.blocks import Blocks
from ratchet_monitor.counted import Counted
from ratchet_monitor.counting import Buckets, add, told_each
from ratchet_monitor.held import Held
from ratchet_monitor.prompts.grouping import Grouped
from ratchet_monitor.runs import RunOf


async def grouped_each(
    times: Sequence[Blocks],
    buckets: Buckets,
    held: Held,
    tenant: str,
    now: datetime,
    *,
    cuts: Collection[datetime] = (),
) -> list[Grouped]:
    """Of times that follow each other, the earliest first. What is held is shared: it is not to be changed."""
    runs: list[list[RunOf]] = [[] for _ in times]
    rest: dict[int, Counted] = {}  # of what is read from the store
    async for number, its in told_each(times, buckets, tenant, cuts=cuts):
        if isinstance(its, RunOf):
            runs[number].append(its)
        else:
            add(rest.setdefault(number, Counted(times[number])), its)
    found = []
    for number, time in enumerate(times):
        if number in rest or time.until > now:
            found.append(Grouped(await _counted(rest.get(number, Counted(time)), runs[number])))
        else:
            found.append(await _over(time, runs[number], held, tenant, now))
    if not any(one.counted.folded for one in found):
        return found
    sides = [Counted(time) for time in times]  # which kinds are told apart then depends on what came first
    async for number, its in told_each(times, buckets, tenant, cuts=cuts, held=False):
        add(sides[number], its)
    return [Grouped(one) for one in sides]


async def _over(time: Blocks, runs: Sequence[RunOf], held: Held, tenant: str, now: datetime) -> Grouped:
    key, marks = (tenant, "grouped", time), tuple((run.task_type, run.marks) for run in runs)
    found: Grouped | None = held.find(key, marks, now)
    if found is None:
        found = Grouped(await _counted(Counted(time), runs))
        if runs and not found.counted.folded:
            held.keep(key, marks, found, found.counted.size, min(run.until for run in runs))
    return found


async def _counted(counted: Counted, runs: Sequence[RunOf]) -> Counted:
    for run in runs:
        add(counted, run)
        await asyncio.sleep(0)  # probes and consumers have their turn
    return counted
