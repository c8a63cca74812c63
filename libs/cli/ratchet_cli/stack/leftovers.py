"""Children of a run that was killed: remembered in a file while they run, ended at the next start."""

import time
from collections.abc import Iterable
from pathlib import Path

import msgspec
import psutil

from ratchet_cli.stack.child import Child

SAME_START_S = 1.0  # a process that got the pid anew started later than this
PATIENCE_S = 10.0


class Remembered(msgspec.Struct, frozen=True):
    name: str
    pid: int
    started_at: float  # seconds since the epoch


def remember(file: Path, children: Iterable[Child]) -> None:
    rows = [Remembered(child.name, child.pid, psutil.Process(child.pid).create_time()) for child in children]
    written = file.with_suffix(".new")
    written.write_bytes(msgspec.json.encode(rows))
    written.replace(file)


def clear(file: Path) -> list[str]:
    """Ends what a killed run left behind. Returns the names of what it found running."""
    left = [(row, process) for row in _read(file) if (process := still_running(row))]
    for _, process in left:
        process.kill()
    deadline = time.monotonic() + PATIENCE_S
    while any(still_running(row) for row, _ in left) and time.monotonic() < deadline:
        time.sleep(0.02)
    file.unlink(missing_ok=True)
    return [row.name for row, _ in left]


def still_running(row: Remembered) -> psutil.Process | None:
    """The remembered process; None when it is gone, or when its pid belongs to another one by now."""
    try:
        process = psutil.Process(row.pid)
        same = abs(process.create_time() - row.started_at) < SAME_START_S
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _read(file: Path) -> list[Remembered]:
    try:
        return msgspec.json.decode(file.read_bytes(), type=list[Remembered])
    except (FileNotFoundError, msgspec.DecodeError):  # nothing remembered, or cut short by a power failure
        return []
