import asyncio
import os
import signal
from pathlib import Path

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


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """Work that reads it is at it once it can be opened for writing, and until that is closed."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


async def opened(pipe: Path) -> int:
    return await asyncio.to_thread(os.open, pipe, os.O_WRONLY)


async def test_long_work_ends_with_its_caller_and_what_waited_behind_it_may_come_again(pipe: Path) -> None:
    async with Workers(1) as workers:
        pid = await workers.run(os.getpid)
        unwanted = asyncio.create_task(workers.run_while_wanted(Path.read_bytes, pipe))
        writing = await opened(pipe)
        behind = [asyncio.create_task(workers.run(os.getpid)) for _ in range(4)]
        careful = asyncio.create_task(workers.run_or_blame(os.getpid))
        await asyncio.sleep(0)
        unwanted.cancel()
        with pytest.raises(asyncio.CancelledError):
            await unwanted
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        with pytest.raises(BrokenPipeError):
            os.write(writing, b"x")
        os.close(writing)
        died, *others = await asyncio.gather(*behind, return_exceptions=True)
        assert isinstance(died, RetryLaterError)
        assert pid not in {*others, await careful}


async def test_long_work_that_has_not_begun_is_cancelled_alone(pipe: Path) -> None:
    async with Workers(1) as workers:
        before = asyncio.create_task(workers.run(Path.read_bytes, pipe))
        writing = await opened(pipe)
        waiting = [asyncio.create_task(workers.run(os.getpid)) for _ in range(4)]
        unwanted = asyncio.create_task(workers.run_while_wanted(os.abort))
        await asyncio.sleep(0)
        unwanted.cancel()
        os.write(writing, b"all of it")
        os.close(writing)
        assert await before == b"all of it"
        assert len(set(await asyncio.gather(*waiting))) == 1


async def test_a_process_that_dies_leaves_nobody_waiting_even_where_a_caller_was_cancelled(pipe: Path) -> None:
    async with Workers(1) as workers:
        pid = await workers.run(os.getpid)
        running = asyncio.create_task(workers.run(Path.read_bytes, pipe))
        writing = await opened(pipe)
        waiting = [asyncio.create_task(workers.run(os.getpid)) for _ in range(8)]
        await asyncio.sleep(0)
        for unwanted in waiting[::2]:
            unwanted.cancel()
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(RetryLaterError):
            await running
        os.close(writing)
        came = await asyncio.gather(*waiting[1::2], return_exceptions=True)
        assert pid not in came
        assert any(isinstance(one, int) for one in came)


async def test_nothing_is_left_behind() -> None:
    async with Workers(1) as workers:
        pid = await workers.run(os.getpid)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
