"""Calls to platforms begin no faster than they may, however many jobs fall due at once."""

import asyncio
import time

from ratchet_trainer.platforms.pace import Pace

A_SECOND = 200.0
CALLS = 40


async def test_calls_that_fall_due_together_are_drawn_apart() -> None:
    pace, begun = Pace(A_SECOND), time.monotonic()
    times: list[float] = []

    async def call() -> None:
        await pace.turn()
        times.append(time.monotonic() - begun)

    await asyncio.gather(*(call() for _ in range(CALLS)))
    assert all(at >= number / A_SECOND * 0.99 for number, at in enumerate(sorted(times)))  # a clock's rounding


async def test_a_step_of_several_calls_has_the_time_of_all() -> None:
    pace, begun = Pace(A_SECOND), time.monotonic()
    for _ in range(5):
        await pace.turn(4)
    assert time.monotonic() - begun >= 16 / A_SECOND * 0.99


async def test_who_comes_late_waits_for_nobody_and_saves_nothing_up() -> None:
    pace = Pace(A_SECOND)
    await pace.turn()
    await asyncio.sleep(5 / A_SECOND)
    begun = time.monotonic()
    for _ in range(3):
        await pace.turn()
    assert time.monotonic() - begun >= 2 / A_SECOND * 0.99
