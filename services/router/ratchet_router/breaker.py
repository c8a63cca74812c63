"""Which models are not asked for a while, since they failed? Each replica remembers for itself.

A model that fails several times in a row, or too large a share of the time, is left alone for a while (open). Then one
request tries it (the probe) while the others still pass it by; if it answers, all may come again, and it is the first
choice where it was before.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from ratchet_providers.failing import ErrorKind

IN_A_ROW: Final = 3
SHARE, OF_AT_LEAST = 0.5, 20  # of the last ones
FIRST_REST_S, LONGEST_REST_S = 10.0, 120.0
ALONE_EVERY_S: Final = 1.0  # one that rests is asked all the same, where nothing else remains
PROBE_S: Final = 60.0  # a probe that was not heard of for so long is none
COUNTED: Final[frozenset[ErrorKind]] = frozenset(
    {
        "unreachable",
        "timeout",
        "overloaded",
        "unavailable",
        "cut",
        "malformed",
        "unauthorized",
        "no_such_model",
        "quota",
    }
)


@dataclass(slots=True)
class _State:
    in_a_row: int = 0
    good: float = 0.0  # the last ones, fading
    bad: float = 0.0
    rests_until: float = 0.0
    leave_until: float = 0.0  # as the provider asked
    kind: ErrorKind = "unavailable"
    rest_s: float = FIRST_REST_S
    is_open: bool = False
    probing_since: float = field(default=-PROBE_S)
    alone_at: float = -ALONE_EVERY_S


class Breakers:
    """`clock`: monotonic seconds. Rests vary by a quarter, so that replicas do not come back all at once."""

    def __init__(self, clock: Callable[[], float], *, seed: int | None = None) -> None:
        self._clock, self._random = clock, random.Random(seed)  # noqa: S311  spreads load, hides nothing
        self._states: dict[str, _State] = {}  # of those that failed since they were last well

    def down(self) -> frozenset[str]:
        """Those that nobody shall ask now. One that is due for its probe is not among them."""
        if not self._states:
            return frozenset()
        now = self._clock()
        return frozenset(name for name, state in self._states.items() if now < state.rests_until)

    def takes(self, name: str, *, nothing_else: bool = False) -> bool:
        """May it be asked? Of one that was open, only one caller at a time may: whoever asks here and hears yes.

        `nothing_else`: nothing else remains, so that even one that rests gets its one caller now and then, unless its
        provider has said when to come again.
        """
        state = self._states.get(name)
        if state is None or not (state.is_open or self._clock() < state.rests_until):
            return True
        now = self._clock()
        if now < (state.leave_until if nothing_else else state.rests_until):
            return False
        passes_by = now < state.rests_until or self._is_probing(state)
        if passes_by and not (nothing_else and now - state.alone_at >= ALONE_EVERY_S):
            return False
        if nothing_else:
            state.alone_at = now
        state.probing_since = now
        return True

    def is_probed(self, name: str) -> bool:
        """One caller tries it at this moment, and what comes of that will be known soon."""
        state = self._states.get(name)
        return state is not None and self._is_probing(state)

    def _is_probing(self, state: _State) -> bool:
        return self._clock() - state.probing_since < PROBE_S

    def is_open(self, name: str) -> bool:
        """It has failed too often, and has not answered since."""
        state = self._states.get(name)
        return state is not None and state.is_open

    def rests(self, name: str) -> bool:
        """Not all may come."""
        state = self._states.get(name)
        return state is not None and (state.is_open or self._clock() < state.rests_until)

    def wait_s(self, name: str) -> float:
        state = self._states.get(name)
        return max(0.0, state.rests_until - self._clock()) if state else 0.0

    def why(self, name: str) -> ErrorKind:
        """What it failed with last."""
        state = self._states.get(name)
        return state.kind if state else "unavailable"

    def shows(self, name: str) -> None:
        """A stream of it has begun. It may yet break off, but all may come: nobody waits for the end of the probe."""
        if (state := self._states.get(name)) is not None:
            state.is_open, state.rests_until, state.probing_since = False, state.leave_until, -PROBE_S

    def answered(self, name: str) -> None:
        state = self._states.get(name)
        if state is None:
            return
        state.good = state.good * 0.95 + 1
        state.bad *= 0.95
        state.in_a_row, state.is_open, state.rests_until, state.leave_until = 0, False, 0.0, 0.0
        state.probing_since = -PROBE_S
        if state.bad < 0.5:  # forgotten
            del self._states[name]

    def failed(self, name: str, kind: ErrorKind, retry_after_s: float | None = None) -> None:
        """`retry_after_s`: as the provider asks; it is left alone that long."""
        if kind not in COUNTED and kind != "rate_limited":
            self._not_its_fault(name)
            return
        state = self._states.setdefault(name, _State())
        now = self._clock()
        state.kind = kind
        if retry_after_s:
            state.leave_until = max(state.leave_until, now + min(retry_after_s, LONGEST_REST_S))
            state.rests_until = max(state.rests_until, state.leave_until)
        if kind in COUNTED:
            self._count(state, now)
        state.probing_since = -PROBE_S

    def left(self, name: str) -> None:
        """The caller went before there was an answer: if it was the probe, another may be."""
        self._not_its_fault(name)

    def _not_its_fault(self, name: str) -> None:
        if (state := self._states.get(name)) is not None:
            state.probing_since = -PROBE_S

    def _count(self, state: _State, now: float) -> None:
        if now < state.rests_until and state.is_open and now - state.probing_since >= PROBE_S:
            return  # it was asked before that: one outage is not many
        state.in_a_row += 1
        state.good *= 0.95
        state.bad = state.bad * 0.95 + 1
        of_all = state.good + state.bad
        # of a fading sum no more than 20 can be left, so half of that is as good as full
        often = of_all >= OF_AT_LEAST / 2 and state.bad / of_all >= SHARE
        if state.is_open or state.in_a_row >= IN_A_ROW or often:
            rest = state.rest_s if state.is_open or state.in_a_row > IN_A_ROW else FIRST_REST_S
            state.rest_s = min(rest * 2, LONGEST_REST_S)
            state.is_open = True
            state.rests_until = max(state.rests_until, now + rest * self._random.uniform(0.75, 1.0))
