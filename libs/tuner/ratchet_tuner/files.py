"""How files of the work folder are written: whole or not at all."""

import os
from pathlib import Path


def put(path: Path, content: bytes) -> None:
    """Whoever reads meanwhile sees the old content; a crash, of the machine too, leaves the old or the new one."""
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def tail(path: Path, size: int) -> str:
    """The end of a file, at most `size` bytes of it; nothing where there is no file."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return file.read().decode(errors="replace").strip()
