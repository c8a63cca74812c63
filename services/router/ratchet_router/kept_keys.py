"""Which answers the store may hold: so that it need not be asked for those that it cannot have.

A Bloom filter over the keys, which are digests and so random already: a key that is not in it was in the store up to a
second ago neither. What other replicas kept since is found a second later; a store that holds more than can be known
here, or that has not been read for a while, is asked every time.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Final, Protocol

EVERY_S: Final = 1.0
LOOK_BACK: Final = timedelta(seconds=3)  # for writes that were under way, and for clocks that differ
STALE_S: Final = 10.0
MOMENT: Final = timedelta(milliseconds=1)  # as exact as the store's times are
PORTION: Final = 20_000  # keys of one reading
BITS: Final = 16  # a key, of which four are set: one key in 400 that is not there seems to be
_places = Struct("<4I")


class Keys(Protocol):
    async def kept_keys(self, since: datetime | None, most: int) -> Sequence[tuple[datetime, bytes]]:
        """When they expire, in this order, and the keys, of what expires from `since` on and others kept.

        Raises RetryLaterError."""


class Filter:
    """`most`: how many keys it is made for."""

    def __init__(self, most: int) -> None:
        size = 1 << max(10, (most * BITS - 1).bit_length())
        self._mask, self._bits = size - 1, bytearray(size // 8)
        self.added = 0

    def add(self, key: bytes) -> None:
        for place in _places.unpack_from(key):
            place &= self._mask
            self._bits[place >> 3] |= 1 << (place & 7)
        self.added += 1

    def __contains__(self, key: bytes) -> bool:
        bits, mask = self._bits, self._mask
        for place in _places.unpack_from(key):
            place &= mask
            if not bits[place >> 3] >> (place & 7) & 1:
                return False
        return True


class KeptKeys:
    """`kept`: how long answers are; `most`: keys that may be known of as long a time. Reads them in rounds, `look`."""

    def __init__(self, store: Keys, *, kept: timedelta, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._kept, self._most, self._clock = store, kept, most, clock
        self._now, self._before = Filter(most), Filter(0)
        self._turn_at = clock() + kept.total_seconds()
        self._since: datetime | None = None
        self._as_of = float("-inf")

    def add(self, key: bytes) -> None:
        """An answer that is kept anew counts once."""
        if key not in self._now:
            self._now.add(key)

    def may_hold(self, key: bytes) -> bool:
        unsure = self._clock() - self._as_of > STALE_S or self._now.added > self._most
        return unsure or key in self._now or key in self._before

    async def look(self) -> bool:
        """One round; true: there is more to read. Raises RetryLaterError."""
        self._turn()
        if self._now.added > self._most:
            return False
        begun = datetime.now(UTC)
        found = await self._store.kept_keys(self._since, PORTION)
        for _, key in found:
            self.add(key)
        if len(found) == PORTION:
            last = found[-1][0]
            self._since = last if last != self._since else last + MOMENT
            return True
        self._since, self._as_of = begun + self._kept - LOOK_BACK, self._clock()
        return False

    def _turn(self) -> None:
        """What was added a whole life of an answer ago has expired since."""
        if self._clock() >= self._turn_at:
            self._before, self._now = self._now, Filter(self._most)
            self._turn_at = self._clock() + self._kept.total_seconds()
