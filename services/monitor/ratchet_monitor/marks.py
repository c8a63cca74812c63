"""What has changed and waits to be worked out anew. A mark set while the work goes on stays for the next time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from ratchet_monitor.hours import BucketKey, TaskKey

K = TypeVar("K", BucketKey, TaskKey)


@dataclass(frozen=True, slots=True)
class Mark(Generic[K]):
    key: K
    taken: object  # the store's own: by it `done` sees whether the mark was set again


class Marks(Protocol[K]):
    async def set(self, keys: Collection[K]) -> None: ...
    async def take(self, before: datetime | None = None) -> Mark[K] | None:
        """One that no other worker is at, under a lease. `before`: of an earlier hour only."""

    async def done(self, mark: Mark[K]) -> None:
        """Clears it, unless it was set again meanwhile."""

    async def put_back(self, mark: Mark[K], seconds: float = 0) -> None:
        """The work came to nothing, or is not at its end: it is due again, after so many seconds."""


class HourMarks(Protocol):
    async def take_some(self, now: datetime) -> Sequence[Mark[BucketKey]]:
        """Those whose turn it is (turns.py), all of one day of a tenant, under a lease. Empty: none was free."""

    async def all_done(self, marks: Collection[Mark[BucketKey]]) -> None:
        """Clears them, but for those that were set again meanwhile."""

    async def put_all_back(self, marks: Collection[Mark[BucketKey]]) -> None: ...
