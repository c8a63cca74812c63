"""A folder as one file: an uncompressed tar whose bytes follow from names and contents alone."""

import tarfile
from pathlib import Path

from ratchet_tuner.digest import sorted_files


def pack(folder: Path, archive: Path) -> None:
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted_files(folder):
            entry = tarfile.TarInfo(path.relative_to(folder).as_posix())  # no time, no owner
            entry.size, entry.mode = path.stat().st_size, 0o644
            with path.open("rb") as content:
                tar.addfile(entry, content)
