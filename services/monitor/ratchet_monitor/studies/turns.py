"""In which order the numbers of units are bet on: as the units were drawn, as far as that can be known. Pure.

A bet is fair where the next unit is the arm's with the arm's share, whatever came before it. That holds in the order in
which units were drawn, and not in the one in which their numbers came to be known: of two arms of which one answers
later, at first only the quick one's come, and bets learn from them what there is to win on the other's.

In the order of drawing the last ones are not complete: a unit that was drawn between them may be heard of yet. They
wait for as long as it took the slowest number to be known, and LONGEST at most. What is slower than that has its place
by when it was known, for both arms alike; what is slower than all before it comes behind what was bet on already. So a
later look goes on where an earlier one ended, and never sees its past otherwise: what holds for a look holds for all of
them. When the wait of the last one is over is told, so that somebody looks then, though nobody asks any more.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LONGEST: Final = timedelta(minutes=10)  # that others wait: people speak a day later, too
BEGINS_WITH: Final = 5  # numbers of each arm: by these it is known how long to wait
NO_TIME: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Told:
    """A unit's number, from 0 to 1. `drawn_at`: when the answer that it is about was asked for."""

    arm: str
    key: str
    drawn_at: datetime
    known_at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Turns:
    """`until`: when all that wait can be bet on, if nothing is heard until then; None: none waits."""

    ready: tuple[Told, ...]
    until: datetime | None = None


NO_TURNS: Final = Turns(())


def in_turn(told: Sequence[Told], arms: Sequence[str], now: datetime) -> Turns:
    """Those that can be bet on at `now`. What is heard after it only adds to the end.

    Of those heard before it all are told; `arms`: theirs.
    """
    heard = sorted((one for one in told if one.known_at <= now), key=lambda one: (one.known_at, one.drawn_at, one.key))
    placed: list[tuple[datetime, int, Told]] = []
    waits, bet_until, begun = NO_TIME, datetime.min.replace(tzinfo=now.tzinfo), False
    counts: Counter[str] = Counter()
    for number, one in enumerate(heard):
        if begun:
            bet_until = max(bet_until, one.known_at - waits)
        lag = min(max(one.known_at - one.drawn_at, NO_TIME), LONGEST)
        placed.append((max(one.known_at - lag, bet_until), number, one))
        waits = max(waits, lag)
        counts[one.arm] += 1
        begun = begun or all(counts[arm] >= BEGINS_WITH for arm in arms)
    if not begun:
        return NO_TURNS
    bet_until = max(bet_until, now - waits)
    placed.sort(key=lambda its: its[:2])
    last_at = placed[-1][0]
    ready = tuple(one for at, _, one in placed if at <= bet_until)
    return Turns(ready, last_at + waits if last_at > bet_until else None)
