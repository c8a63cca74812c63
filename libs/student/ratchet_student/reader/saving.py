"""A reader as one file, by ADR 7."""

from pathlib import Path
from typing import Final

from ratchet_student.reader.model import Reader
from ratchet_student.storage import STUDENT_FILE

KIND: Final = "reader"


def save(reader: Reader, path: Path) -> str:
    """Returns the file's SHA-256 in hex."""
    return STUDENT_FILE.write(KIND, reader, path)


def load(path: Path, sha256: str) -> Reader:
    """Raises StudentFileError where the file is another one or malformed, or cannot be read."""
    _, reader = STUDENT_FILE.decode(STUDENT_FILE.read_checked(path, sha256), {KIND: Reader})
    if not isinstance(reader, Reader):
        raise TypeError("The file's kind and its model differ.")
    return reader
