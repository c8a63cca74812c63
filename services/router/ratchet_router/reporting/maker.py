"""Jobs of reports in processes of their own, one a job, each with a bound on its memory and on its time."""

import asyncio
import os
import sys
from asyncio import subprocess
from typing import Final

import msgspec

from ratchet_common.errors import RetryLaterError
from ratchet_router.bound_process import environment
from ratchet_router.reporting.jobs import Done, HasRefused, Job, done_of, encoded

PROGRAM: Final = "ratchet_router.reporting.maker_process"


class DiedError(RetryLaterError):
    """It ended without a word: killed from outside, or by what it was given."""


class Maker:
    """`command`: what is run, with the pid of this process and the bytes of memory behind it."""

    def __init__(self, *, seconds: float, memory: int, command: tuple[str, ...] = ()) -> None:
        self._seconds, self._memory = seconds, memory
        self._command = command or (sys.executable, "-I", "-m", PROGRAM)

    async def done(self, job: Job) -> Done:
        """To be called in the main thread. Raises DiedError. Cancelled, it ends its process."""
        process = await subprocess.create_subprocess_exec(
            *self._command,
            str(os.getpid()),
            str(self._memory),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a library's words may quote the report
            env=environment(),
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(self._seconds):
                said, _ = await process.communicate(encoded(job))
        except TimeoutError:
            return HasRefused("too_slow", f"Making it took more than {self._seconds:g} seconds: ask for less.")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        try:
            done: Done = done_of(said)
        except msgspec.DecodeError:
            raise DiedError("The process that makes reports ended without a word.") from None
        return done
