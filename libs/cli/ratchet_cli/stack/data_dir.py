"""The directory that one stack owns while it runs: its lock, its logs, its store."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from ratchet_common.errors import CannotStartError

LOG_KEPT_BYTES = 1024 * 1024


class DataDir:
    """Claims the directory for this process until `release`; the system releases it when the process dies.

    Raises CannotStartError where another process has it, or where nothing can be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.store, self.logs = self.path / "store", self.path / "logs"
        self.processes = self.path / "processes.json"
        try:
            for folder in (self.path, self.store, self.logs):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # it holds what users wrote
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, str(os.getpid()).encode(), 0)
        except OSError as error:
            owner = os.pread(self._lock, 20, 0).decode()
            os.close(self._lock)
            raise (
                _taken(self.path, owner) if isinstance(error, BlockingIOError) else _unwritable(self.path, error)
            ) from error

    def fresh_log(self, name: str) -> Path:
        """An empty log; of the one before, the last MiB is kept beside it."""
        log = self.logs / f"{name}.log"
        if log.exists():
            with log.open("rb") as old:
                old.seek(max(0, log.stat().st_size - LOG_KEPT_BYTES))
                (self.logs / f"{name}.previous.log").write_bytes(old.read())
        log.write_bytes(b"")
        return log

    def release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.release()


def _taken(path: Path, owner: str) -> CannotStartError:
    return CannotStartError(
        f"The data directory {path} is in use by process {owner or '(unknown)'}: stop that one, or name another "
        "directory with --data-dir."
    )


def _unwritable(path: Path, error: OSError) -> CannotStartError:
    return CannotStartError(
        f"The data directory {path} cannot be written to ({error.strerror}): make it writable, or name another one "
        "with --data-dir."
    )
