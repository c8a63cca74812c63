"""Which process it is: its id alone may be another's after a while, so its start belongs to it."""

import os
from typing import Final

import msgspec
import psutil

SAME_START_S: Final = 1.0  # clocks are set while machines run


class Process(msgspec.Struct, frozen=True):
    """`started`: seconds since 1970."""

    pid: int
    started: float

    def lives(self) -> bool:
        """A child of ours that has ended and was not waited for counts as dead."""
        try:
            there = psutil.Process(self.pid)
            same = abs(there.create_time() - self.started) < SAME_START_S
            return same and there.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


def process_of(pid: int) -> Process:
    """Raises psutil.NoSuchProcess."""
    return Process(pid, psutil.Process(pid).create_time())


def this_process() -> Process:
    return process_of(os.getpid())
