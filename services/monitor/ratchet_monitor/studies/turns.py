"""In which order the numbers of units are bet on: as if every arm had answered at once. Pure.

A bet is fair where the next unit is the arm's with the arm's share, whatever came before it. That holds in the order in
which units were drawn, and not in the one in which their numbers came to be known: of two arms of which one answers
later, at first only the quick one's come, and bets learn from them what there is to win on the other's. So what the
answer took is taken off the time at which its number was known; what people take to speak stays in.

In that order the last ones are not complete: a unit that was drawn between them may be heard of yet. They wait, for as
long as the slowest answer has taken up to then. What is slower still comes behind what was bet on already. So a later
look goes on where an earlier one ended, and never sees its past otherwise: what holds for a look holds for all of them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LONGEST: Final = timedelta(minutes=10)  # that is taken off, and that others wait: a request in a batch may take a day
BEGINS_WITH: Final = 5  # numbers of each arm: by these it is known how long to wait
NO_TIME: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Told:
    """A unit's number, from 0 to 1. `took`: the answer that it is about."""

    arm: str
    key: str
    known_at: datetime
    took: timedelta
    value: float


def in_turn(told: Sequence[Told], arms: Sequence[str], now: datetime) -> list[Told]:
    """Those that can be bet on at `now`. What is heard after it only adds to the end.

    Of those heard before it all are told; `arms`: theirs.
    """
    heard = sorted((one for one in told if one.known_at <= now), key=lambda one: (one.known_at, one.key))
    placed: list[tuple[datetime, int, Told]] = []
    waits, bet_until, begun = NO_TIME, datetime.min.replace(tzinfo=now.tzinfo), False
    counts: Counter[str] = Counter()
    for number, one in enumerate(heard):
        if begun:
            bet_until = max(bet_until, one.known_at - waits)
        took = min(max(one.took, NO_TIME), LONGEST)
        placed.append((max(one.known_at - took, bet_until), number, one))
        waits = max(waits, took)
        counts[one.arm] += 1
        begun = begun or all(counts[arm] >= BEGINS_WITH for arm in arms)
    if not begun:
        return []
    bet_until = max(bet_until, now - waits)
    return [one for at, _, one in sorted(placed, key=lambda its: its[:2]) if at <= bet_until]
