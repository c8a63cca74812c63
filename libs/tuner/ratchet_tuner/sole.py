"""One process tunes in a folder, and no other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ratchet_tuner.failing import AnotherIsAtItError

LOCK: Final = "tuner.lock"


@contextmanager
def alone_in(work: Path) -> Iterator[None]:
    """Raises AnotherIsAtItError. The lock goes with the process, however that ends."""
    with (work / LOCK).open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AnotherIsAtItError(f"Another process tunes in {work}: let it end, or stop it.") from error
        yield
