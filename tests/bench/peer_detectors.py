"""The detectors that are compared: ours, and river's as they come, each with one stream to watch.

KSWIN is left out: an update of it takes a hundred times as long as those of the others.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

from river import drift
from river.drift import binary

from ratchet_monitor.drift.detector import Detector, State

LATELY: Final = 100  # observations


class Watch(Protocol):
    def rose(self, error: float) -> bool:
        """After this observation: has the error risen? A detector that says so has started anew."""


class Ours:
    def __init__(self, stake: float) -> None:
        self._detector, self._stake = Detector(State(tolerance=0.0)), stake

    def rose(self, error: float) -> bool:
        change = self._detector.add(error, self._stake)
        return change is not None and change.rose


class Rivers:
    """Some of river's detectors cry at falls too: an alarm counts where the last errors lie above those before."""

    def __init__(self, make: Callable[[], Any], *, of_yes_and_no: bool = False) -> None:
        self._make, self._of_yes_and_no = make, of_yes_and_no
        self._start()

    def rose(self, error: float) -> bool:
        self._seen += 1
        self._total += error
        self._lately.append(error)
        self._detector.update(bool(error) if self._of_yes_and_no else error)
        if not self._detector.drift_detected:
            return False
        lately = self._lately[-LATELY:]
        before = self._seen - len(lately)
        risen = not before or sum(lately) / len(lately) > (self._total - sum(lately)) / before
        self._start()
        return risen

    def _start(self) -> None:
        self._detector, self._seen, self._total = self._make(), 0, 0.0
        self._lately: list[float] = []


PEERS: Final[dict[str, Callable[[], Watch]]] = {
    "ADWIN": lambda: Rivers(drift.ADWIN),
    "Page-Hinkley": lambda: Rivers(lambda: drift.PageHinkley(mode="up")),
    "DDM": lambda: Rivers(binary.DDM, of_yes_and_no=True),
    "HDDM_A": lambda: Rivers(binary.HDDMA, of_yes_and_no=True),
    "HDDM_W": lambda: Rivers(binary.HDDMW, of_yes_and_no=True),
}
