"""What worker processes look for in a finished training file."""

from pathlib import Path

from ratchet_trainer.base_models import STUDENT_FORMAT
from ratchet_trainer.formats.checking import Checked, FileLimits, checked
from ratchet_trainer.formats.known import FORMATS


def inspect(path: Path, format_name: str, limits: FileLimits) -> Checked:
    with path.open("rb") as lines:
        if format_name == STUDENT_FORMAT:  # never leaves this machine, and nobody else has rules for it
            return Checked(lines=sum(1 for _ in lines), bytes=path.stat().st_size)
        return checked(lines, FORMATS[format_name], limits)
