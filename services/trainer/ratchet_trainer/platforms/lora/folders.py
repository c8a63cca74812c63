"""The work folder of the platform: a folder for each order, named by its token."""

import fcntl
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import PlatformAwayError, PlatformRefusedError, RunGoneError, TrainingFile
from ratchet_tuner.checkpoints import CHECKPOINTS
from ratchet_tuner.files import put
from ratchet_tuner.order import ORDER, TRAIN, VALIDATION
from ratchet_tuner.process import Process
from ratchet_tuner.status import Status, read_status

PROCESS: Final = "process.json"
CANCEL: Final = "cancel.json"
CACHE: Final = "cache"
LOCK: Final = "lora.lock"
NAMES: Final = {Side.TRAIN: TRAIN, Side.VALIDATION: VALIDATION}
TOKEN: Final = re.compile(r"[0-9A-Za-z]{1,64}")
CHUNK: Final = 1024 * 1024
Kind = TypeVar("Kind", bound=msgspec.Struct)


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the starts of a run. `process`: where the last one is a process of this machine."""

    starts: int
    at: datetime
    process: Process | None = None


class Cancelled(msgspec.Struct, frozen=True):
    at: datetime


class Folders:
    def __init__(self, root: Path) -> None:
        self._root = root

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Of all services that share the folder, one looks after its runs at a time: none is started twice."""
        with writable(self._root):
            self._root.mkdir(parents=True, exist_ok=True)
            lock = (self._root / LOCK).open("wb")
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def of(self, token: str) -> Path:
        if not TOKEN.fullmatch(token):
            raise PlatformRefusedError(f"The token {token[:64]!r} is none: it has letters and digits alone.")
        return self._root / token

    def of_run(self, run_id: str) -> Path:
        """Raises RunGoneError."""
        folder = self._root / run_id
        if not TOKEN.fullmatch(run_id) or not (folder / ORDER).is_file():
            raise RunGoneError(f"The platform lora knows no run {run_id[:64]}.")
        return folder

    def ordered(self) -> list[Path]:
        """Those with an order, the oldest first."""
        orders = [(path.stat().st_mtime_ns, path.parent) for path in self._root.glob(f"*/{ORDER}")]
        return [folder for _, folder in sorted(orders)]

    def take(self, token: str, file: TrainingFile) -> str:
        """Copies it, unless it is there whole. Its reference."""
        if file.side not in NAMES:
            raise PlatformRefusedError(f"The platform lora takes no {file.side} file: it trains and validates.")
        folder = self.of(token)
        place = folder / NAMES[file.side]
        if not _is_whole(place, file):
            with writable(folder):
                folder.mkdir(parents=True, exist_ok=True)
                _copy(file, place)
        return f"{token}/{place.name}"

    def clear(self, token: str) -> None:
        """What holds examples goes; what tells of the run stays, and so does what came out."""
        folder = self.of(token)
        with writable(folder):
            for name in NAMES.values():
                (folder / name).unlink(missing_ok=True)
            for name in (CHECKPOINTS, CACHE):
                shutil.rmtree(folder / name, ignore_errors=True)

    def remove(self, folder: Path) -> None:
        """The order goes last: a folder that was half removed when the power went is still known, and removed anew."""
        with writable(folder):
            for path in sorted(folder.iterdir(), key=lambda path: path.name == ORDER):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
            folder.rmdir()


def _is_whole(place: Path, file: TrainingFile) -> bool:
    return place.is_file() and place.stat().st_size == file.bytes and _sha256(place) == file.sha256


def _copy(file: TrainingFile, place: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix=f".{place.name}.", delete=False) as its:
        draft = Path(its.name)  # of its own: another service may copy the same file
    try:
        shutil.copyfile(file.path, draft)
        if _sha256(draft) != file.sha256:
            raise PlatformAwayError("The training file changed while the platform lora copied it: make it anew.")
        draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Raises PlatformAwayError where the disk is full or away: somebody may mend it while the job waits."""
    try:
        yield
    except OSError as error:
        raise PlatformAwayError(
            f"The work folder {folder} (TRAINER_LORA_WORK_DIR) cannot be used ({error.strerror}): make room, or make "
            "it writable."
        ) from error


def launched(folder: Path) -> Launch | None:
    return _read(folder / PROCESS, Launch)


def note_launch(folder: Path, launch: Launch) -> None:
    with writable(folder):
        put(folder / PROCESS, msgspec.json.encode(launch))


def cancelled(folder: Path) -> datetime | None:
    found = _read(folder / CANCEL, Cancelled)
    return found.at if found else None


def note_cancelled(folder: Path, at: datetime) -> None:
    with writable(folder):
        put(folder / CANCEL, msgspec.json.encode(Cancelled(at)))


def status_in(folder: Path) -> Status | None:
    try:
        return read_status(folder)
    except msgspec.DecodeError as error:
        raise _unreadable(folder, "status.json") from error


def _read(path: Path, kind: type[Kind]) -> Kind | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise _unreadable(path.parent, path.name) from error


def _unreadable(folder: Path, name: str) -> PlatformAwayError:
    return PlatformAwayError(
        f"{name} of the run {folder.name} of the platform lora cannot be read: look into {folder}."
    )
