"""A limit for work in a worker process: the system ends the process when it has passed."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_after(seconds: int) -> Iterator[None]:
    """Windows has no alarm, and no limit."""
    _alarm(seconds)
    try:
        yield
    finally:
        _alarm(0)


def _alarm(seconds: int) -> None:
    if sys.platform != "win32":
        signal.alarm(seconds)
