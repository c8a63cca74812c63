"""How a run is told to stop: by SIGTERM, or by Ctrl-C."""

import signal
from types import FrameType

from ratchet_tuner.failing import StoppedError


class Stop:
    """Raises where the main thread is at work; asked again after each step, for where a library swallowed that."""

    def __init__(self) -> None:
        self.asked = False

    def listen(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._heard)

    def deafen(self) -> None:
        """The end is being written down: it is short, and shall not be torn."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)

    def _heard(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        raise StoppedError
