"""Work that burns CPU runs in worker processes, never in the event loop."""

import asyncio
import ctypes
import multiprocessing
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from ratchet_common.errors import RetryLaterError

P = ParamSpec("P")
R = TypeVar("R")

WAITING_PER_PROCESS = 64
PR_SET_PDEATHSIG = 1


class Workers:
    """A bounded pool of processes. Start and stop it with `async with`; they die with their parent."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._places = asyncio.Semaphore(processes * WAITING_PER_PROCESS)
        self._pool = self._make()

    def _make(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._processes, mp_context=context, initializer=_die_with_parent)

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`work` must be a function of a module, its arguments and result picklable.

        Raises RetryLaterError when the process died under it (killed, out of memory).
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
                raise RetryLaterError(f"The worker process died while it ran {work.__name__}.") from error

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
