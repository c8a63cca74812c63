"""One SHA-256 for all files of a folder."""

import hashlib
from pathlib import Path
from typing import Final

CHUNK: Final = 1024 * 1024


def folder_sha256(folder: Path) -> str:
    """Over the files in the order of their names: name, size and content of each, so that nothing can change places."""
    digest = hashlib.sha256()
    for path in sorted_files(folder):
        name = path.relative_to(folder).as_posix().encode()
        digest.update(b"%d %b %d\n" % (len(name), name, path.stat().st_size))
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def sorted_files(folder: Path) -> list[Path]:
    return sorted(
        (path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.relative_to(folder).parts
    )
