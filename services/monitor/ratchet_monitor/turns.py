"""Which of the changed hours are built next. Pure.

People and the rules of alerts look first at what goes on now: an import of old answers waits behind it. Each tenant
has its turn, whoever has more to build; of a tenant's hours the newest come first. A share of the turns goes to what is
old, and a share of either to what waits longest, so that nothing waits for ever.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from ratchet_monitor.hours import HOUR, BucketKey, day_of

FRESH: Final = (
    3 * HOUR
)  # so long after its beginning an hour counts as going on: its slots are kept as long (rebuild.py)
SHARE: Final = 4  # of so many turns one goes to what is old, and of so many of either one to what waits longest
TOGETHER: Final = 24  # hours of a day that are built from one read
MOST: Final = 20_000  # predictions that are read for hours together


class Waiting(NamedTuple):
    """A changed hour. `since`: when it changed. `tries`: how often it was begun and not finished."""

    key: BucketKey
    since: datetime
    tries: int = 0


def is_fresh(hour: datetime, now: datetime) -> bool:
    return now < hour + FRESH


class Turns:
    """Remembers whose turn it was."""

    def __init__(self) -> None:
        self._turn = 0
        self._fresh, self._old = _Line(), _Line()

    def next(self, waiting: Collection[Waiting], now: datetime) -> Sequence[Waiting]:
        """Hours of one day of a tenant; nothing where none waits. One that goes on now is built by itself, so that it
        waits for nothing; so is one that was begun before, since it may be why its work failed."""
        fresh = [one for one in waiting if is_fresh(one.key.hour, now)]
        old = [one for one in waiting if not is_fresh(one.key.hour, now)]
        if not waiting:
            return []
        self._turn += 1
        if fresh and not (old and self._turn % SHARE == 0):
            return [self._fresh.next(fresh)]
        first = self._old.next(old)
        if first.tries:
            return [first]
        beside = [one for one in old if _day(one) == _day(first) and not one.tries and one != first]
        return [first, *sorted(beside, key=_newest)[: TOGETHER - 1]]


class _Line:
    """Those of one age, by tenants in turn."""

    def __init__(self) -> None:
        self._turn = 0
        self._served: dict[str, int] = {}  # the turn in which a tenant was last served

    def next(self, waiting: Sequence[Waiting]) -> Waiting:
        self._turn += 1
        if self._turn % SHARE == 0:
            found = min(waiting, key=lambda one: one.since)
        else:
            found = min(waiting, key=lambda one: (self._served.get(one.key.tenant, 0), *_newest(one)))
        self._served[found.key.tenant] = self._turn
        if len(self._served) > 2 * len(waiting):  # of tenants without anything to build nothing is remembered
            there = {one.key.tenant for one in waiting}
            self._served = {tenant: turn for tenant, turn in self._served.items() if tenant in there}
        return found


def _day(one: Waiting) -> tuple[str, datetime]:
    return one.key.tenant, day_of(one.key.hour)


def _newest(one: Waiting) -> tuple[float, BucketKey]:
    return (-one.key.hour.timestamp(), one.key)


def portions(keys: Sequence[BucketKey], predictions: Mapping[BucketKey, int]) -> list[list[BucketKey]]:
    """Those that are read together: at most `MOST` predictions, by what they held when they were last built."""
    found: list[list[BucketKey]] = []
    held = 0
    for key in keys:
        its = predictions.get(key, 0)
        if not found or held + its > MOST:
            found.append([])
            held = 0
        found[-1].append(key)
        held += its
    return found
