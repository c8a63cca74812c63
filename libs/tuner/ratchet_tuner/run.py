"""One run in one work folder, from its order to its end, whatever that is."""

import sys
import traceback
from pathlib import Path
from typing import Final

import msgspec

from ratchet_tuner.base_folder import checked_base
from ratchet_tuner.failing import CannotTuneError, StoppedError
from ratchet_tuner.order import read_order
from ratchet_tuner.report import Report
from ratchet_tuner.sole import alone_in
from ratchet_tuner.status import State, read_status
from ratchet_tuner.stopping import Stop
from ratchet_tuner.surroundings import settle

DONE: Final = 0
FAILED: Final = 3  # for good: whoever starts it again gets the same
STOPPED: Final = 143  # as the system says it of a process that SIGTERM ended


def run(work: Path) -> int:
    """The exit status. One that has succeeded already is left as it is. Raises AnotherIsAtItError."""
    with alone_in(work):
        if _succeeded(work):
            return DONE
        stop, report = Stop(), Report(work)
        stop.listen()
        with report.beating():
            try:
                _learn(work, report, stop)
            except StoppedError:
                state, reason, exit_status = State.CANCELLED, "It was told to stop.", STOPPED
            except CannotTuneError as error:
                state, reason, exit_status = State.FAILED, str(error), FAILED
            except Exception as error:  # noqa: BLE001  the edge of the process
                state, reason, exit_status = State.FAILED, _unforeseen(error), FAILED
            else:
                return DONE
            stop.deafen()
            report.say(reason, "info" if state is State.CANCELLED else "error")
            report.write(state=state, reason=reason)
            return exit_status


def _succeeded(work: Path) -> bool:
    try:
        status = read_status(work)
    except msgspec.DecodeError:
        return False
    return status is not None and status.state is State.SUCCEEDED


def _learn(work: Path, report: Report, stop: Stop) -> None:
    order = read_order(work)
    checked_base(order)
    settle(order, work)
    try:
        from ratchet_tuner.learning import learn  # seconds and gigabytes, and only with the extra
    except ImportError as error:
        raise CannotTuneError(
            f"{error.name} is not installed: install the tuner with its extra, pip install 'ratchet-tuner[gpu]'."
        ) from error
    learn(work, order, report, stop)


def _unforeseen(error: Exception) -> str:
    """Where it happened goes to the log of the process. What it said does not: libraries quote what they work on."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    sys.stderr.write(f"{frames}{type(error).__name__}\n")
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"It broke off: {type(error).__name__} in {Path(place.filename).name}, line {place.lineno}."
