import asyncio
import os
import signal

import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_common.workers import DeadlyWorkError, Workers


async def test_work_runs_elsewhere_and_a_process_that_dies_is_replaced() -> None:
    async with Workers(1) as workers:
        pid = await workers.run(os.getpid)
        assert pid != os.getpid()
        with pytest.raises(RetryLaterError, match="died while it ran kill"):
            await workers.run(os.kill, pid, signal.SIGKILL)
        assert await workers.run(os.getpid) != pid


async def test_work_that_ends_its_process_is_told_from_work_beside_it() -> None:
    async with Workers(1) as workers:
        first = await workers.run(os.getpid)
        deadly, beside = await asyncio.gather(
            workers.run_or_blame(os.abort), workers.run_or_blame(os.getpid), return_exceptions=True
        )
        assert isinstance(deadly, DeadlyWorkError)
        assert isinstance(beside, int)
        assert beside != first


async def test_an_error_of_the_work_is_its_callers() -> None:
    async with Workers(1) as workers:
        with pytest.raises(ValueError, match="invalid literal"):
            await workers.run(int, "x")
        assert await asyncio.gather(*(workers.run(int, str(n)) for n in range(100))) == list(range(100))


async def test_nothing_is_left_behind() -> None:
    async with Workers(1) as workers:
        pid = await workers.run(os.getpid)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
