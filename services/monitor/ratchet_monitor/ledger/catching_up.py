"""Use case: hours and days that were built without the ledger are built again with it.

While a release takes the place of an earlier one, replicas of that one go on building beside ours; they write what they
know of, and clear the mark. What they built has a later number than its sheet, or no sheet at all.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import Protocol

from ratchet_monitor.hours import BucketKey


class Contents(Protocol):
    def all_built(self, since: datetime | None = None) -> AsyncIterator[dict[BucketKey, int]]:
        """How often each was built, of all tenants, some at a time: those that start from `since` on."""


class Sheets(Protocol):
    async def built(self, keys: Collection[BucketKey]) -> Mapping[str, int]:
        """How often each was built, by its key's text; those that are there."""


class Marked(Protocol):
    async def set(self, keys: Collection[BucketKey]) -> None: ...


async def mark_behind(contents: Contents, sheets: Sheets, changed: Marked, since: datetime) -> None:
    """`since`: from when on they can be built again. One that is being built just now may be built once more."""
    async for some in contents.all_built(since):
        theirs = await sheets.built(list(some))
        await changed.set({key for key, built in some.items() if theirs.get(key.text) != built})
