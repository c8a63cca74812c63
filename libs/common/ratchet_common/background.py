"""Loops that run beside the requests: relays, workers, refreshes. A failed round is logged, counted and tried again."""

import asyncio
import logging
import re
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from itertools import dropwhile, islice, takewhile

from ratchet_common import telemetry
from ratchet_common.errors import RetryLaterError

log = logging.getLogger(__name__)
LONGEST_PAUSE_S = 10.0
CANCEL_AGAIN_S = 1.0
SHOWN_FRAMES = 3
WORKER_FRAME = re.compile(r'  File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<name>\S+)')

Round = Callable[[], Awaitable[object]]  # something true: there may be more at once


class Loop:
    """One round after another; between them it sleeps until poked or until `every` seconds have passed.

    `idle`: the more rounds in a row found nothing to do, the longer it sleeps, up to so many seconds. `gather`: so long
    it waits for more after a poke, that many pokes in a row are not as many rounds. `share`: of the time, that rounds
    may take; after one that took long it rests as much longer.
    """

    def __init__(
        self, round_: Round, *, every: float, idle: float | None = None, gather: float = 0, share: float = 1
    ) -> None:
        self._round, self._every, self._idle, self._gather = round_, every, idle or every, gather
        self._rests = 1 / share - 1
        self._poked = asyncio.Event()

    def poke(self) -> None:
        self._poked.set()

    async def run(self, service: str, name: str) -> None:
        failures = 0
        telemetry.LOOP_FAILURES.labels(service, name)  # there from the start: a rate sees no step that begins with one
        pause = self._every
        while True:
            self._poked.clear()
            began = time.monotonic()
            try:
                more = await self._round()
                failures = 0
                pause = self._every if more else min(2 * pause, self._idle)
            except Exception as error:  # noqa: BLE001  the edge of the process: a loop outlives what happens in it
                failures += 1
                more = False
                telemetry.LOOP_FAILURES.labels(service, name).inc()
                log.warning("%s: a round of %s failed: %s", service, name, described(error))
            if more:
                await asyncio.sleep(0)  # a round that waited for nothing shall not keep all others from their turn
            else:
                await asyncio.sleep(0 if failures else self._rests * (time.monotonic() - began))
                await self._pause(pause, failures)

    async def _pause(self, seconds: float, failures: int) -> None:
        if failures:
            await asyncio.sleep(min(self._every * 2 ** min(failures, 10), LONGEST_PAUSE_S))
            return
        try:
            async with asyncio.timeout(seconds):
                await self._poked.wait()
        except TimeoutError:
            return
        await asyncio.sleep(self._gather)


def once(work: Round) -> Round:
    """Rounds that do the work until it has succeeded once, and nothing afterwards."""
    done = False

    async def round_() -> None:
        nonlocal done
        if not done:
            await work()
            done = True

    return round_


@asynccontextmanager
async def running(service: str, loops: Mapping[str, Loop]) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(loop.run(service, name), name=f"{service}:{name}") for name, loop in loops.items()]
    try:
        yield
    finally:
        await cancelled(tasks)


async def cancelled(tasks: Collection[asyncio.Task[None]]) -> None:
    """Until all have ended: `asyncio.wait_for` of Python 3.11 may swallow a cancellation that meets a result."""
    going = {task for task in tasks if not task.done()}
    while going:
        for task in going:
            task.cancel()
        _, going = await asyncio.wait(going, timeout=CANCEL_AGAIN_S)
        if going:
            log.warning("Cancelled, and not ended yet: %s", ", ".join(sorted(task.get_name() for task in going)))


def described(error: BaseException) -> str:
    """Kind and place of an error. Its text only where it is ours: a foreign one may quote what people wrote."""
    if isinstance(error, RetryLaterError):
        return str(error)
    frames = _in_worker(error) or [
        f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)
    ]
    return f"{type(error).__name__} at " + " < ".join(reversed(frames[-SHOWN_FRAMES:]))


def _in_worker(error: BaseException) -> list[str]:
    """Where it was raised in a worker process, which sends its traceback as text: without the error's own."""
    told = getattr(error.__cause__, "tb", None)
    if not isinstance(told, str):
        return []
    lines = dropwhile(lambda line: not line.startswith("Traceback"), told.splitlines())
    within = takewhile(lambda line: line.startswith("  "), islice(lines, 1, None))  # its message begins at the margin
    return [f"{one['file']}:{one['line']} {one['name']}" for line in within if (one := WORKER_FRAME.fullmatch(line))]
