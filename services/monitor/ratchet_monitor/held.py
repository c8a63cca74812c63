"""What finished days add up to, held in memory: so much and no more, the least used goes first.

Each thing is held by the marks of what it was made of, such as how often a day was built. Whoever asks says which marks
hold now, as the store tells them: what was made of others is not found, and is made anew in its place. So a replica
never tells of days that were built anew since, and nothing has to be told from one replica to another.
"""

from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from typing import Any, Final, NamedTuple

MB: Final = 1024 * 1024
DEFAULT_MB: Final = 128


class _One(NamedTuple):
    marks: Hashable
    value: Any
    size: int
    until: datetime


class Held:
    def __init__(self, most_bytes: int = DEFAULT_MB * MB) -> None:
        """0: nothing is held."""
        self._most = most_bytes
        self._there: OrderedDict[Hashable, _One] = OrderedDict()  # what was used last comes last
        self.size = 0

    def find(self, key: Hashable, marks: Hashable, now: datetime) -> Any | None:
        """Of these marks, unless its time is over."""
        one = self._there.get(key)
        if one is None:
            return None
        if one.marks != marks or one.until <= now:
            self._drop(key)
            return None
        self._there.move_to_end(key)
        return one.value

    def keep(self, key: Hashable, marks: Hashable, value: object, size: int, until: datetime) -> None:
        """`size`: its bytes. What is larger than a quarter of all is not held: it would push out everything else."""
        self._drop(key)
        if size > self._most // 4:
            return
        self._there[key] = _One(marks, value, size, until)
        self.size += size
        while self.size > self._most:
            self._drop(next(iter(self._there)))

    def sweep(self, now: datetime) -> None:
        """Drops what nobody asked for since its time was over."""
        for key in [key for key, one in self._there.items() if one.until <= now]:
            self._drop(key)

    def __len__(self) -> int:
        return len(self._there)

    def _drop(self, key: Hashable) -> None:
        if (one := self._there.pop(key, None)) is not None:
            self.size -= one.size
