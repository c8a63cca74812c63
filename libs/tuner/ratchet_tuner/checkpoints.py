"""From where a run goes on that was killed: the last checkpoint that was written whole."""

import shutil
from pathlib import Path
from typing import Final

CHECKPOINTS: Final = "checkpoints"
PREFIX: Final = "checkpoint-"  # with the step, as the trainer names them
WHOLE: Final = "whole"


def mark_whole(work: Path, step: int) -> None:
    (work / CHECKPOINTS / f"{PREFIX}{step}" / WHOLE).touch()


def last_whole(work: Path) -> tuple[Path, int] | None:
    """With its step. What was begun after it goes: it may be half written."""
    found: tuple[Path, int] | None = None
    for folder in (work / CHECKPOINTS).glob(f"{PREFIX}*"):
        step = int(folder.name.removeprefix(PREFIX))
        if not (folder / WHOLE).exists():
            shutil.rmtree(folder)
        elif found is None or step > found[1]:
            found = folder, step
    return found


def forget(work: Path) -> None:
    shutil.rmtree(work / CHECKPOINTS, ignore_errors=True)
