"""A time is counted: its hours and days are read, or runs of them that were counted before."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Protocol

from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.blocks import Blocks
from ratchet_monitor.counted import Counted
from ratchet_monitor.runs import Run


class Columns(Protocol):
    """Of an hour or a day; or of several in a row that were counted before."""

    @property
    def task_type(self) -> str: ...
    @property
    def start(self) -> datetime: ...
    @property
    def counted(self) -> bytes | Run:
        """Its view `kinds`, or the run."""


class Buckets(Protocol):
    def kinds(
        self,
        tenant: str,
        since: datetime,
        task_type: str = "",
        *,
        cuts: Collection[datetime] = (),
        bounds: Collection[datetime] = (),
        until: datetime | None = None,
        held: bool = True,
    ) -> AsyncIterator[Columns]:
        """All from the hour `since` on, before the hour `until`, as hours or whole days, none of which reaches over one
        of `cuts`, or as runs of them, none of which reaches over one of `bounds`. An empty `task_type` stands for all.
        `held`: runs that were counted before may stand for hours and days."""


async def count(counted: Counted, buckets: Buckets, tenant: str, task_type: str = "", *, by_hour: bool = False) -> None:
    """All answers of the blocks' time; vectors are none, and are left out."""
    await count_each([counted], buckets, tenant, task_type, cuts=counted.blocks.starts if by_hour else ())


async def count_each(
    several: Sequence[Counted], buckets: Buckets, tenant: str, task_type: str = "", *, cuts: Collection[datetime] = ()
) -> None:
    """As `count`, of times that follow each other, the earliest first, in one go. No day lies in two of them."""
    times = [one.blocks for one in several]
    for held in (True, False):
        async for number, its in told_each(times, buckets, tenant, task_type, cuts=cuts, held=held):
            add(several[number], its)
        if not any(one.folded for one in several):
            return
        if held:  # which kinds are told apart then depends on what came first: as without runs
            for one in several:
                one.clear()


async def told_each(
    times: Sequence[Blocks],
    buckets: Buckets,
    tenant: str,
    task_type: str = "",
    *,
    cuts: Collection[datetime] = (),
    held: bool = True,
) -> AsyncIterator[tuple[int, Columns]]:
    """What `count_each` adds up, and to which of the times."""
    begins = [one.since for one in times]
    found = buckets.kinds(tenant, begins[0], task_type, cuts=cuts, bounds=begins[1:], until=times[-1].until, held=held)
    async for its in found:
        if its.task_type != EMBEDDING:
            yield bisect_right(begins, its.start) - 1, its
            await asyncio.sleep(0)  # probes and consumers have their turn


def add(counted: Counted, its: Columns) -> None:
    if isinstance(its.counted, Run):
        counted.add_run(its.task_type, its.counted)
    else:
        counted.include(its.task_type, its.start, its.counted)
