"""Does a failure say something of the model, or only of a caller who waits for less than all others do?

What one tenant's short limits break off must not take a model from everybody else. Pure.
"""

from typing import Final, Protocol

from ratchet_catalogue.provider_table import LimitsTable
from ratchet_providers.base import TimeLimits
from ratchet_providers.failing import ErrorKind

HEARD_OUT: Final = 0.5  # of the usual time: by then something should have come


class SetsLimits(Protocol):
    """A request that may."""

    @property
    def deadline_s(self) -> float | None: ...
    @property
    def limits(self) -> LimitsTable | None: ...


def usual_s(ask: SetsLimits, deadline_s: float) -> float:
    """`deadline_s`, which all have that set none; 0 for a request that sets no limits."""
    return 0.0 if ask.deadline_s is None and ask.limits is None else deadline_s


def is_the_callers(
    kind: ErrorKind, waited_s: float, usual: TimeLimits, theirs: LimitsTable | None, *, streams: bool
) -> bool:
    """`usual`: what the model has of those who set no limits; `theirs`: what this caller has set."""
    if kind == "timeout":
        return waited_s < HEARD_OUT * (min(usual.first_s, usual.gap_s, usual.total_s) if streams else usual.total_s)
    connect_ms = theirs.connect_ms if theirs is not None else None
    if kind == "unreachable" and connect_ms is not None:  # what was refused was refused before
        return connect_ms / 1000 <= waited_s < HEARD_OUT * usual.connect_s
    return False
