"""The part of the composition root that adds feedback up by hour and day: its stores, its loops, and who reads them."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

from ratchet_common.background import Loop
from ratchet_common.mongo import Database
from ratchet_common.whole_calls import WholeDatabase
from ratchet_feedback.rollups.hearing import Hearing
from ratchet_feedback.rollups.rolling import add_up_once, mark_changed
from ratchet_feedback.rollups.sweeping import Sweep
from ratchet_feedback.store.changed import MongoChanged
from ratchet_feedback.store.pieces import MongoPieces
from ratchet_feedback.store.rollups import MongoRollups
from ratchet_feedback.store.sweeping import MongoSweeps

GATHER_S: Final = 1.0
MARK_EVERY_S, MARK_IDLE_S = 5.0, 120.0  # only what another process left behind: a write of our own pokes
ADD_UP_EVERY_S, ADD_UP_IDLE_S = 10.0, 120.0  # until then the pieces are read: nobody waits for it
SWEEP_EVERY_S: Final = 600.0  # whether a round is due, or another replica has left one unfinished
REST: Final = 2.0  # times as long as the work took: the requests have their turn
SWEEP_REST, LONGEST_REST_S = 19.0, 300.0  # nobody waits for a sweep: it shall cost a twentieth of a core at most


class Rolling:
    def __init__(self, database: Database) -> None:
        self.pieces, self.marks, self.rollups = MongoPieces(database), MongoChanged(database), MongoRollups(database)
        self.sweeps = MongoSweeps(database)
        self.hearing = Hearing(self.pieces, self.marks, self.rollups, self.sweeps)
        self.sweep = Sweep(self.sweeps, self.pieces, self.marks, self.rollups, _now, _Pause)

    def loops(self, database: WholeDatabase) -> dict[str, Loop]:
        async def mark() -> bool:
            return await mark_changed(self.pieces, self.marks, _now())

        async def add_up() -> bool:
            return await add_up_once(self.marks, self.pieces, self.rollups, _now())

        marking = Loop(mark, every=MARK_EVERY_S, idle=MARK_IDLE_S, gather=GATHER_S)
        database.on_write("feedback", marking.poke)
        return {
            "changed feedback": marking,
            "hours and days": Loop(partial(_resting, add_up), every=ADD_UP_EVERY_S, idle=ADD_UP_IDLE_S),
            "sweep over hours": Loop(self.sweep.go_on, every=SWEEP_EVERY_S),
        }


async def _resting(work: Callable[[], Awaitable[bool]]) -> bool:
    began = time.monotonic()
    more = await work()
    if more:
        await asyncio.sleep(REST * (time.monotonic() - began))
    return more


class _Pause:
    """So long that what was done since the one before is a small part of all that time."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    async def __call__(self) -> None:
        await asyncio.sleep(min(SWEEP_REST * (time.monotonic() - self._since), LONGEST_REST_S))
        self._since = time.monotonic()


def _now() -> datetime:
    return datetime.now(UTC)
