"""An estimate as one file, by ADR 7."""

from pathlib import Path
from typing import Final

from ratchet_estimate.estimate import Estimate
from ratchet_modelfile import Format

KIND = "estimate"


class EstimateFileError(ValueError):
    """The file is not the one that was named, or not an estimate that this version reads."""


ESTIMATE_FILE: Final = Format(b"ratchet estimate\n", "estimate", EstimateFileError, max_bytes=30 * 1024 * 1024)


def save(estimate: Estimate, path: Path) -> str:
    """Returns the file's SHA-256 in hex."""
    return ESTIMATE_FILE.write(KIND, estimate, path)


def load(path: Path, sha256: str) -> Estimate:
    """Raises EstimateFileError where the file is another one or malformed, or cannot be read."""
    _, estimate = ESTIMATE_FILE.decode(ESTIMATE_FILE.read_checked(path, sha256), {KIND: Estimate})
    assert isinstance(estimate, Estimate)  # noqa: S101  so `decode` promises
    return estimate
