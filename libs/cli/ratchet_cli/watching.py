"""Something is looked at until it has ended; a gateway that is away meanwhile is waited for."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from ratchet_cli.router_calls import AwayError, Router
from ratchet_common.errors import CannotStartError

FIRST_LOOK_S, LONGEST_LOOK_S = 0.2, 10.0
PATIENCE_S: Final = 600.0  # with a gateway that does not answer, since it did last
GROWTH: Final = 1.5


class LeftError(CannotStartError):
    """Whoever waited has gone; what was waited for goes on."""


@contextmanager
def left_by_ctrl_c(what: str, again: str) -> Iterator[None]:
    """`again`: the command that says how far it is. Raises LeftError."""
    try:
        yield
    except KeyboardInterrupt:
        raise LeftError(f"{what} goes on without you: `{again}` says how far it is.") from None


def watched(
    gateway: Router, path: str, has_ended: Callable[[Any], bool], *, answered_before: bool = False
) -> Iterator[Any]:
    """What it is at each look, the last time as it has ended. A gateway that never answered is not waited for.

    Raises CannotStartError.
    """
    pause, answered, away = FIRST_LOOK_S, time.monotonic() if answered_before else None, False
    while True:
        try:
            found = gateway.get(path)
        except AwayError as error:
            if answered is None or time.monotonic() - answered > PATIENCE_S:
                raise
            if not away:
                sys.stderr.write(f"ratchet: {error} It is asked again for {PATIENCE_S / 60:g} minutes.\n")
            away = True
        else:
            answered, away = time.monotonic(), False
            yield found
            if has_ended(found):
                return
        time.sleep(pause)
        pause = min(pause * GROWTH, LONGEST_LOOK_S)
