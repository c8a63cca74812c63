"""What worker processes look for in a finished training file."""

from pathlib import Path
from typing import Final

from ratchet_trainer.formats.checking import Checked, FileLimits, checked, line_fault
from ratchet_trainer.formats.format import Format
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.tuning.base_models import STUDENT_FORMAT

MOST_LEFT_OUT: Final = 0.1  # of the lines: more of them say that something else is wrong


def inspect(path: Path, format_name: str, limits: FileLimits) -> Checked:
    """A few lines that the platform would refuse are taken out of the file, and told: one mail with a word that a model
    keeps for itself shall not keep all others from it.
    """
    if format_name == STUDENT_FORMAT:  # never leaves this machine, and nobody else has rules for it
        with path.open("rb") as lines:
            return Checked(lines=sum(1 for _ in lines), bytes=path.stat().st_size)
    format_ = FORMATS[format_name]
    found = _checked(path, format_, limits)
    if not 0 < found.wrong <= MOST_LEFT_OUT * found.lines:
        return found
    _take_out(path, format_, limits)
    kept = _checked(path, format_, limits)
    kept.left_out = found.wrong
    kept.left_out_because = [f"Example {fault.line}: {fault.reason}." for fault in found.faults]
    return kept


def _checked(path: Path, format_: Format, limits: FileLimits) -> Checked:
    with path.open("rb") as lines:
        return checked(lines, format_, limits)


def _take_out(path: Path, format_: Format, limits: FileLimits) -> None:
    rest = path.with_name(f"{path.name}.rest")
    try:
        with path.open("rb") as lines, rest.open("wb") as kept:
            kept.writelines(line for line in lines if line_fault(line, format_, limits) is None)
        rest.replace(path)
    finally:
        rest.unlink(missing_ok=True)
