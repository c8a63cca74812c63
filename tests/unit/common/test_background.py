import asyncio
import logging
import time

import pytest
from prometheus_client import REGISTRY

from ratchet_common.background import Loop, described, once, running
from ratchet_common.errors import RetryLaterError
from ratchet_common.workers import Workers


class Rounds:
    """Fails so many times, then does its work; `done` is set at each round that did."""

    def __init__(self, *failures: Exception, more: int = 0) -> None:
        self._failures, self._more = list(failures), more
        self.count = 0
        self.done = asyncio.Event()

    async def __call__(self) -> bool:
        self.count += 1
        if self._failures:
            raise self._failures.pop(0)
        self.done.set()
        return self.count <= self._more


def failures(loop: str) -> float:
    return REGISTRY.get_sample_value("ratchet_loop_failures_total", {"service": "notes", "loop": loop}) or 0.0


async def test_a_failing_round_is_logged_counted_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    rounds = Rounds(KeyError("Ann's diagnosis"), RetryLaterError("No store answers."))
    before = failures("work")
    with caplog.at_level(logging.WARNING):
        async with running("notes", {"work": Loop(rounds, every=0.001)}):
            await asyncio.wait_for(rounds.done.wait(), 10)
    assert rounds.count >= 3
    assert failures("work") - before == 2
    assert "No store answers." in caplog.text
    assert "KeyError at" in caplog.text
    assert "diagnosis" not in caplog.text


async def test_a_loop_that_sleeps_is_woken_by_a_poke() -> None:
    rounds = Rounds()
    loop = Loop(rounds, every=3600)
    async with running("notes", {"work": loop}):
        for _ in range(3):
            await asyncio.wait_for(rounds.done.wait(), 10)
            rounds.done.clear()
            loop.poke()
    assert rounds.count >= 3


async def test_while_there_is_more_it_does_not_sleep() -> None:
    rounds = Rounds(more=50)
    async with running("notes", {"work": Loop(rounds, every=3600)}):
        while rounds.count <= 50:
            await asyncio.wait_for(rounds.done.wait(), 10)
            rounds.done.clear()
    assert rounds.count == 51


async def test_after_a_round_that_took_long_it_rests_until_it_has_taken_its_share() -> None:
    ends: list[float] = []
    begins: list[float] = []
    thrice = asyncio.Event()

    async def slowly() -> None:
        begins.append(time.monotonic())
        if len(begins) == 3:
            thrice.set()
        await asyncio.sleep(0.02)
        ends.append(time.monotonic())

    async with running("notes", {"work": Loop(slowly, every=0.001, share=0.2)}):
        await asyncio.wait_for(thrice.wait(), 10)
    rested = [begin - end for end, begin in zip(ends, begins[1:], strict=False)]
    assert all(rest >= 0.08 for rest in rested)


async def test_loops_end_when_they_are_left() -> None:
    rounds = Rounds(more=1_000_000_000)

    async def busily() -> bool:
        await asyncio.sleep(0)
        return await rounds()

    async with running("notes", {"work": Loop(busily, every=1)}):
        await asyncio.wait_for(rounds.done.wait(), 10)
    counted = rounds.count
    await asyncio.sleep(0.01)
    assert rounds.count == counted


def test_an_error_of_ours_is_quoted_and_a_foreign_one_is_placed() -> None:
    assert described(RetryLaterError("No store answers.")) == "No store answers."
    try:
        raise ValueError("Ann's diagnosis")
    except ValueError as error:
        said = described(error)
    assert said.startswith("ValueError at ")
    assert __file__ in said
    assert "Ann" not in said


def breaks(text: str) -> None:
    raise ValueError(text)


async def test_an_error_in_a_worker_process_is_placed_where_it_was_raised_there() -> None:
    async with Workers(1) as workers:
        with pytest.raises(ValueError, match="diagnosis") as raised:
            await workers.run(breaks, 'Ann\'s diagnosis\n  File "of/ann", line 1, in ann')
    said = described(raised.value)
    assert said.startswith(f"ValueError at {__file__}:")
    assert " breaks < " in said
    assert "ann" not in said.lower()


async def test_work_that_is_to_be_done_once_is_tried_until_it_succeeds() -> None:
    tries: list[int] = []

    async def work() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise RetryLaterError("The store is away.")

    round_ = once(work)
    for _ in range(2):
        with pytest.raises(RetryLaterError):
            await round_()
    for _ in range(3):
        await round_()
    assert len(tries) == 3


async def test_a_loop_that_swallows_a_cancellation_is_cancelled_again() -> None:
    swallowed: list[int] = []

    async def stubborn() -> bool:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if len(swallowed) >= 2:
                raise
            swallowed.append(1)
        return True

    async with running("notes", {"work": Loop(stubborn, every=1)}):
        await asyncio.sleep(0)
    assert len(swallowed) == 2


async def test_who_finds_nothing_to_do_looks_less_and_less_often_and_is_woken_all_the_same() -> None:
    looked, found = 0, asyncio.Event()

    async def look() -> bool:
        nonlocal looked
        looked += 1
        return found.is_set()

    loop = Loop(look, every=0.01, idle=3600)
    async with running("test", {"look": loop}):
        await asyncio.sleep(0.5)
        rarely = looked
        assert rarely < 8  # after pauses of 0.02, 0.04, 0.08, 0.16, … seconds
        found.set()
        loop.poke()
        await asyncio.sleep(0.05)
        assert looked > rarely + 1


async def test_many_pokes_at_once_are_one_round() -> None:
    rounds = Rounds()
    loop = Loop(rounds, every=3600, gather=0.01)
    async with running("notes", {"work": loop}):
        await asyncio.wait_for(rounds.done.wait(), 10)
        rounds.done.clear()
        for _ in range(100):
            loop.poke()
            await asyncio.sleep(0)
        await asyncio.wait_for(rounds.done.wait(), 10)
    assert rounds.count == 2
