"""Where a tuner runs: started, looked for, stopped. Its calls block, and run in a thread."""

from pathlib import Path
from typing import Protocol

from ratchet_tuner.process import Process


class Runner(Protocol):
    """A run is known by its token and its folder, to whatever process of the service asks.

    All raise PlatformAwayError or PlatformRefusedError.
    """

    def start(self, token: str, folder: Path) -> Process | None:
        """The process, where it is one of this machine. Where one is at work already, it goes on alone: the tuner's
        lock in the folder sees to that."""

    def lives(self, token: str, folder: Path) -> bool: ...

    def stop(self, token: str, folder: Path, *, at_once: bool) -> None:
        """Asks it to end, or ends it. One that has ended is no error."""

    def look_at(self, token: str) -> str:
        """Where a person sees why it does not begin."""

    def last_words(self, token: str, folder: Path) -> str:
        """Of one that has died, at most 400 characters: nothing of the examples."""

    def close(self) -> None:
        """What it runs goes on."""
