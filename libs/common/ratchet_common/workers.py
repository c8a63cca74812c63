"""Work that burns CPU runs in worker processes, never in the event loop."""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from ratchet_common.errors import RefusedError, RetryLaterError

P = ParamSpec("P")
R = TypeVar("R")

WAITING_PER_PROCESS = 64
PR_SET_PDEATHSIG = 1


class WorkerDiedError(RetryLaterError):
    """Killed, or out of memory: by this work, or by what else ran in the pool."""


class DeadlyWorkError(RefusedError):
    """The work has ended every process that ran it, where another lived."""

    type = "cannot-be-processed"
    title = "The content cannot be processed"


class Workers:
    """A bounded pool of processes. Start and stop it with `async with`; they die with their parent."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._one_suspect = asyncio.Lock()
        self._places = asyncio.Semaphore(processes * WAITING_PER_PROCESS)
        self._pool = self._make()

    def _make(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._processes, mp_context=context, initializer=_die_with_parent)

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`work` must be a function of a module, its arguments and result picklable.

        Raises WorkerDiedError when the process died under it.
        """
        if kwargs:
            raise TypeError("Workers.run takes positional arguments only.")
        async with self._places:
            pool = self._pool
            try:
                return await asyncio.get_running_loop().run_in_executor(pool, work, *args)
            except BrokenProcessPool as error:
                if pool is self._pool:
                    self._pool = self._make()
                raise WorkerDiedError(f"The worker process died while it ran {work.__name__}.") from error

    async def run_or_blame(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `run`; what a process died under is tried once more in one of its own, so that nothing else is blamed.

        Raises DeadlyWorkError when it dies there too, WorkerDiedError when no process lives there at all.
        """
        try:
            return await self.run(work, *args, **kwargs)
        except WorkerDiedError:
            async with self._one_suspect, Workers(1) as alone:
                await alone.run(os.getpid)
                try:
                    return await alone.run(work, *args, **kwargs)
                except WorkerDiedError as error:
                    raise DeadlyWorkError(f"{work.__name__} ends each process that runs it.") from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        await asyncio.to_thread(_join_all, processes)


def _join_all(processes: Sequence[multiprocessing.process.BaseProcess]) -> None:
    for process in processes:
        process.join(5)
        if process.is_alive():
            process.kill()


def _die_with_parent() -> None:
    """Ctrl-C is the parent's business. Where the system has no parent-death signal the pool's pipe ends the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
