"""Work that burns CPU runs in worker processes, never in the event loop."""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing.context import BaseContext
from types import TracebackType
from typing import Any, Final, ParamSpec, Self, TypeVar

from ratchet_common.collecting import seldom
from ratchet_common.errors import RefusedError, RetryLaterError

P = ParamSpec("P")
R = TypeVar("R")

NEXT = 1  # that lies ready in the pool while all processes are at work
PR_SET_PDEATHSIG = 1

MakeWorkers = Callable[[int], "Workers"]  # so many processes


class WorkerDiedError(RetryLaterError):
    """Killed, or out of memory: by this work, or by what else ran in the pool."""


class DeadlyWorkError(RefusedError):
    """The work has ended every process that ran it, where another lived."""

    type = "cannot-be-processed"
    title = "The content cannot be processed"


SPAWNED: Final = multiprocessing.get_context("spawn")


class Workers:
    """A bounded pool of processes. Start and stop it with `async with`; they die with their parent.

    `context`: how they begin. A service's threads forbid plain forks.
    """

    def __init__(self, processes: int, context: BaseContext = SPAWNED) -> None:
        self._processes, self._context = processes, context
        self._one_suspect = asyncio.Lock()
        self._places = asyncio.Semaphore(processes + NEXT)
        self._pool = self._make()
        self._closed = False

    def _make(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._processes, mp_context=self._context, initializer=_begin)

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """`work` must be a function of a module, its arguments and result picklable.

        Raises WorkerDiedError when the process died under it. Begun work goes on where its caller is cancelled.
        """
        with _told_as_died(work):
            _, done = await self._begin(work, args, kwargs)
            return await asyncio.shield(done)

    async def run_while_wanted(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `run`, for long work: it ends when its caller is cancelled, and every process of the pool with it.

        Nothing tells which of them is at it: whatever else was there gets WorkerDiedError.
        """
        with _told_as_died(work):
            pool, done = await self._begin(work, args, kwargs)
            try:
                return await asyncio.shield(done)
            except asyncio.CancelledError:
                if not done.done():
                    await self._end(pool)
                raise

    async def run_or_blame(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `run`; what a process died under is tried once more in one of its own, so that nothing else is blamed.

        Raises DeadlyWorkError when it dies there too, WorkerDiedError when no process lives there at all.
        """
        try:
            return await self.run(work, *args, **kwargs)
        except WorkerDiedError:
            async with self._one_suspect, Workers(1, self._context) as alone:
                await alone.run(os.getpid)
                try:
                    return await alone.run(work, *args, **kwargs)
                except WorkerDiedError as error:
                    raise DeadlyWorkError(f"{work.__name__} ends each process that runs it.") from error

    async def _begin(
        self, work: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[ProcessPoolExecutor, asyncio.Future[R]]:
        """Waits outside the pool and cancels nothing inside: where a cancelled call lies, a broken pool forgets others.

        A place is free again when its work has ended, not when nobody waits for it any more.
        """
        if kwargs:
            raise TypeError("Work in another process takes positional arguments only.")
        await self._places.acquire()
        if self._closed:
            self._places.release()
            raise WorkerDiedError("The worker processes have been stopped.")
        pool = self._pool
        try:
            done = asyncio.wrap_future(pool.submit(work, *args))
        except BrokenProcessPool:
            self._places.release()
            self._replace(pool)
            raise
        done.add_done_callback(partial(self._ended, pool))
        return pool, done

    def _ended(self, pool: ProcessPoolExecutor, done: asyncio.Future[Any]) -> None:
        self._places.release()
        if not done.cancelled() and isinstance(done.exception(), BrokenProcessPool):
            self._replace(pool)

    def _replace(self, pool: ProcessPoolExecutor) -> None:
        if pool is self._pool and not self._closed:
            self._pool = self._make()

    async def _end(self, pool: ProcessPoolExecutor) -> None:
        """Returns once its processes are dead: they write nothing after that."""
        processes = list((pool._processes or {}).values())
        self._replace(pool)
        for process in processes:
            process.kill()
        await asyncio.to_thread(_join_all, processes)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """What is being done ends with its process."""
        self._closed = True
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        await asyncio.to_thread(_join_all, processes)


@contextmanager
def _told_as_died(work: Callable[..., object]) -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise WorkerDiedError(f"The worker process died while it ran {work.__name__}.") from error


def _join_all(processes: Sequence[multiprocessing.process.BaseProcess]) -> None:
    for process in processes:
        process.join(5)
        if process.is_alive():
            process.kill()


def _begin() -> None:
    """Its first work loads much that stays: the collector looked at it again and again."""
    seldom()
    _die_with_parent()


def _die_with_parent() -> None:
    """Ctrl-C is the parent's business. Where the system has no parent-death signal the pool's pipe ends the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
