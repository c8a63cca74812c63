"""Where the tests' stores keep their data."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108
ENOUGH = 4 << 30  # bytes


@contextmanager
def store_folder() -> Iterator[Path]:
    """An empty folder that goes at the end, in memory where there is room: on a busy disk a store waits for seconds."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH
    with tempfile.TemporaryDirectory(prefix="ratchet-test-", dir=MEMORY if roomy else None) as name:
        yield Path(name)
