"""Files in a directory that several processes share: each appears whole or not at all, and never changes."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

DRAFT: Final = ".draft-"
FORGOTTEN_AFTER_S: Final = 24 * 3600.0


def path_at(url: str) -> Path | None:
    """Of a file: URL whose path is absolute; None for any other."""
    try:
        parts = urlsplit(url)
    except ValueError:  # no URL at all
        return None
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not parts.path.startswith("/"):
        return None
    return Path(unquote(parts.path))


@contextmanager
def draft_in(directory: Path) -> Iterator[Path]:
    """A path to write to; what is there at the end and was not kept goes."""
    handle, name = tempfile.mkstemp(prefix=DRAFT, dir=directory)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def keep(draft: Path, place: Path) -> None:
    """Blocks while it syncs."""
    draft.chmod(0o640)  # services of the same group read it
    sync(draft)
    draft.replace(place)
    sync(place.parent)


def sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def old_files(directory: Path, pattern: str, older_than_s: float = FORGOTTEN_AFTER_S) -> Iterator[Path]:
    """What is younger may just be coming into use."""
    limit = time.time() - older_than_s
    for path in directory.glob(pattern):
        with suppress(FileNotFoundError):  # another process was quicker
            if path.is_file() and path.stat().st_mtime < limit:
                yield path


def forget_drafts(directory: Path) -> None:
    """What a process that was killed left behind, a day later."""
    for path in old_files(directory, f"{DRAFT}*"):
        path.unlink(missing_ok=True)
