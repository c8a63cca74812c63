"""Something is looked at until it has ended; a gateway that is away meanwhile is waited for."""

import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from ratchet_cli.router_calls import AwayError, Router

FIRST_LOOK_S, LONGEST_LOOK_S = 0.2, 10.0
PATIENCE_S: Final = 600.0  # with a gateway that does not answer, since it did last
GROWTH: Final = 1.5


def watched(gateway: Router, path: str, has_ended: Callable[[Any], bool]) -> Iterator[Any]:
    """What it is at each look, the last time as it has ended. Raises CannotStartError."""
    pause, answered = FIRST_LOOK_S, time.monotonic()
    while True:
        try:
            found = gateway.get(path)
        except AwayError:
            if time.monotonic() - answered > PATIENCE_S:
                raise
        else:
            answered = time.monotonic()
            yield found
            if has_ended(found):
                return
        time.sleep(pause)
        pause = min(pause * GROWTH, LONGEST_LOOK_S)
