import asyncio

import pytest

from ratchet_common.alarms import Within, alarms


async def test_who_is_in_time_hears_nothing() -> None:
    with Within(0.2):
        await asyncio.sleep(0)
    await asyncio.sleep(0.3)


async def test_who_waits_too_long_is_told_so() -> None:
    with pytest.raises(TimeoutError), Within(0.05):
        await asyncio.sleep(10)
    await asyncio.sleep(0)  # the task itself goes on


async def test_the_inner_limit_leaves_the_outer_alone() -> None:
    with Within(10):
        with pytest.raises(TimeoutError), Within(0.05):
            await asyncio.sleep(10)
        await asyncio.sleep(0)


async def test_the_outer_limit_goes_through_the_inner() -> None:
    with pytest.raises(TimeoutError), Within(0.05), Within(10):
        await asyncio.sleep(10)


async def test_one_that_is_cancelled_from_outside_is_not_late() -> None:
    async def waits() -> None:
        with Within(10):
            await asyncio.sleep(10)

    task = asyncio.create_task(waits())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_one_that_is_late_and_cancelled_is_cancelled() -> None:
    async def waits() -> None:
        with Within(0.05):
            try:
                await asyncio.sleep(10)
            finally:
                task.cancel()

    task = asyncio.create_task(waits())
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_inside_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError), Within(10):
        raise KeyError


async def test_each_rings_once_and_one_that_is_off_never() -> None:
    rung: list[str] = []
    alarms(asyncio.get_running_loop()).set("a", 0.01, lambda: rung.append("a"))
    alarms(asyncio.get_running_loop()).set("b", 0.01, lambda: rung.append("b"))
    alarms(asyncio.get_running_loop()).set("c", 0.02, lambda: rung.append("c"))
    alarms(asyncio.get_running_loop()).off("b")
    await asyncio.sleep(0.3)
    assert sorted(rung) == ["a", "c"]
    alarms(asyncio.get_running_loop()).set("d", 0.01, lambda: rung.append("d"))  # after a time without any
    await asyncio.sleep(0.3)
    assert rung[-1] == "d"
